"""The registers of an eGauge and their database: counters, rates and history.

Each register adds up its rate once a second, in quanta (vendor's glossary). Times are
Unix seconds of the device. For times before the simulator started, the first rates are
assumed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from itertools import islice
import re

from tests.support.house import House
from tests.support.simulator import Json

QUANTA = {
    "P": "1",
    "S": "1",
    "PQ": "1",
    "var": "1",
    "#": "1",
    "R": "1",
    "Ee": "1",
    "Pa": "1",
    "Q": "1",
    "d": "1",
    "Qv": "1e-9",
}
_WRAP = 1 << 64
_HALF = 1 << 63
# Interval (s) and rows of each level: an hour of seconds, a year of minutes, and so on.
LEVELS = ((1, 3600), (60, 527_040), (900, 350_640), (86_400, 21_914))
_POINT = re.compile(r"([a-zA-Z]+|\d+(?:\.\d+)?)")
_OFFSET = re.compile(r"([+-])(\d+)([MQhdw]?)")
_STEP = re.compile(r"(\d+)([MQhdw]?)")
_STARTS = {"sos": 1, "soM": 60, "soQ": 900, "soh": 3600, "sod": 86_400}
_UNITS = {"": 1, "M": 60, "Q": 900, "h": 3600, "d": 86_400, "w": 604_800}

type Rate = Callable[[House], Decimal | int]


@dataclass(slots=True)
class Register:
    """One register; `count` returns its counter if the house has one."""

    name: str
    type: str
    rate: Rate
    did: int | None = None
    count: Callable[[House], int] | None = None
    start: int = 0
    elapsed: int = 0
    history: list[tuple[int, int, Decimal]] = field(default_factory=list)

    @property
    def quantum(self) -> Decimal:
        """The size of a step of the counter."""
        return Decimal(QUANTA.get(self.type, "0.001"))

    def record(self, now: int, house: House) -> None:
        """Add what flowed since the last call."""
        flow = Decimal(self.rate(house)) / self.quantum
        if self.type == "d":
            counter = int(flow)
        elif self.count:
            counter = self.start + self.count(house)
        elif self.history:
            _, before, was = self.history[-1]
            counter = before + int(was * (house.elapsed - self.elapsed) / 1000)
        else:
            counter = self.start + int(flow * 1_000_000)
        while self.history and self.history[-1][0] >= now:
            # After the clock was set back, rows are overwritten.
            self.history.pop()
        self.history.append((now, counter, flow))
        self.elapsed = house.elapsed

    def at(self, time: int) -> int:
        """Return the counter at a time, also before the first and after the last."""
        index = max(bisect_right(self.history, time, key=lambda row: row[0]) - 1, 0)
        then, counter, flow = self.history[index]
        if self.type == "d":
            return counter
        if time > then and index + 1 < len(self.history):
            later, more, _ = self.history[index + 1]
            flow = Decimal(more - counter) / (later - then)
        return counter + int((flow * (time - then)).to_integral_value(ROUND_FLOOR))


class Database:
    """The data of /register.

    Counters are relative to `epoch`, unless raw ones are requested.
    """

    def __init__(self, registers: list[Register], epoch: int) -> None:
        """Start without registers."""
        self.registers = registers
        self.epoch = epoch
        self.now = epoch

    def record(self, now: int, house: House) -> None:
        """Update all registers."""
        self.now = now
        for register in self.registers:
            register.record(now, house)

    def forget_past(self) -> None:
        """Keep only the last row of each register."""
        for register in self.registers:
            del register.history[:-1]

    def zero(self, dids: list[int] | None) -> None:
        """Erase all counters."""
        for register in self.registers:
            if dids is None or register.did in dids:
                time, counter, flow = register.history[-1]
                register.start -= counter
                register.history = [(time, 0, flow)]

    def column(self, register: Register, time: int, *, raw: bool) -> str:
        """Return the counter at a time as a signed 64-bit number."""
        counter = register.at(time)
        if not raw and register.type != "d":
            counter -= register.at(self.epoch)
        return str((counter + _HALF) % _WRAP - _HALF)

    def ranges(
        self,
        wanted: str,
        chosen: list[Register],
        *,
        raw: bool = False,
        most: int | None = None,
    ) -> list[Json]:
        """Return rows of time ranges, at most `most`, from levels that have them."""
        return [
            {
                "ts": str(run[0]),
                "delta": run[0] - run[1] if len(run) > 1 else 1,
                "rows": [
                    [self.column(each, time, raw=raw) for each in chosen]
                    for time in run
                ],
            }
            for each in wanted.split(",")
            for run in _runs(islice(self._times(each), most))
        ]

    def _times(self, wanted: str) -> Iterator[int]:
        """Yield the times of a range, latest first, for which rows exist."""
        parts = wanted.split(":")
        stop = self._time(parts[-1])
        start = self._time(parts[0])
        step = max(stop - start, 1)
        if len(parts) == 2:
            step = 1
        elif len(parts) == 3 and parts[1]:
            match = _STEP.fullmatch(parts[1])
            assert match, wanted
            step = int(match[1]) * _UNITS[match[2]]
        before = None
        for time in range(min(stop, self.now), start - 1, -step):
            row = self._row(time)
            if row != before:
                yield row
            before = row

    def _row(self, time: int) -> int:
        """Round a time down to that of a row in its level."""
        for interval, rows in LEVELS:
            if time > self.now - interval * rows:
                return time - time % interval
        return self.epoch

    def _time(self, expression: str) -> int:
        """Return the time of an expression such as 1700000000, now-15M or sod."""
        match = _POINT.match(expression.removeprefix("+"))
        assert match, expression
        word = match[1]
        if word in _STARTS:
            time = self.now - self.now % _STARTS[word]
        else:
            time = {"now": self.now, "epoch": self.epoch}.get(word) or int(float(word))
        for sign, count, unit in _OFFSET.findall(expression, match.end()):
            time += int(f"{sign}{count}") * _UNITS[unit]
        return time


def levels() -> list[Json]:
    """Return the levels as /sys/db does; seconds do not survive a restart."""
    return [
        {
            "head": "1780308000",
            "interval": interval * 1000,
            "row-count": count,
            "volatile": interval == 1,
        }
        for interval, count in LEVELS
    ]


def _runs(times: Iterator[int]) -> Iterator[list[int]]:
    """Split times where the interval changes."""
    run: list[int] = []
    for time in times:
        if len(run) > 1 and run[-2] - run[-1] != run[-1] - time:
            yield run
            run = []
        run.append(time)
    if run:
        yield run
