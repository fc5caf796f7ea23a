"""A day's log on the memory card → counters and powers (vendor's csv-format.md).

A row every 15 s or so, kWh, kvarh and kW. `TIME` is local time although it ends with
Z, so that one hour in autumn comes twice.
"""

from collections.abc import Iterable, Iterator, Mapping
import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import inf

from ..client import HourlyPower
from ..obis import KnownPowers, with_net_power
from ..wire import number, text
from .report import TO_BASE_UNIT
from .system import METER_OK, word

HOUR = 3600
_TARIFFS = {"T": 0, "T1": 1, "T2": 2}
# Column → OBIS code of an energy.
_COLUMNS: Mapping[str, str] = {
    f"{name}_{tariff}": f"{group}.8.{number}"
    for group, name in enumerate(
        ("EAP", "EAN", "ERP", "ERN", "ERII", "ERIC", "EREI", "EREC"), start=1
    )
    for tariff, number in _TARIFFS.items()
}
_POWERS: Mapping[str, str] = {
    f"{name}_{phase}": f"{group + shift}.7.0"
    for group, name in ((1, "IPAP"), (2, "IPAN"))
    for phase, shift in {"T": 0, "L1": 20, "L2": 40, "L3": 60}.items()
}
# Rows are up to 204 s apart: an older row does not stand for a full hour.
_HOLDS_SECONDS = 300
_WINTER, _SUMMER = timedelta(hours=1), timedelta(hours=2)
_SUNDAY = 6

type Counters = dict[str, float]
type Powers = dict[str, float]


@dataclass(slots=True, kw_only=True)
class _Hour:
    """A power in one hour, by rows; each row holds until the next one."""

    watt_seconds: float = 0.0
    seconds: float = 0.0
    least: float = inf
    most: float = -inf

    def add(self, watts: float, seconds: float) -> None:
        """Add a row."""
        self.watt_seconds += watts * seconds
        self.seconds += seconds
        self.least, self.most = min(self.least, watts), max(self.most, watts)

    def mean(self) -> HourlyPower | None:
        """Return the power of the hour, None if rows cover too little of it."""
        if self.seconds < HOUR - _HOLDS_SECONDS:
            return None
        mean = self.watt_seconds / self.seconds
        return HourlyPower(mean=mean, least=self.least, most=self.most)


@dataclass(slots=True, kw_only=True)
class Log:
    """Read the log of one day; `hours` holds the counters at full hours (Unix s).

    `powers` holds each power by hour, under the start of the hour.
    """

    hours: dict[int, Counters] = field(default_factory=dict)
    _powers: dict[str, dict[int, _Hour]] = field(default_factory=dict)
    _rest: str = ""
    _columns: list[str] = field(default_factory=list)
    _last: tuple[float, Counters, Powers] | None = None
    _twice: list[tuple[datetime, Counters, Powers]] = field(default_factory=list)

    def feed(self, chunk: bytes) -> None:
        """Read a piece of the file; a line that is not complete waits for the next."""
        *lines, self._rest = (self._rest + chunk.decode("ascii", "replace")).split("\n")
        for cells in csv.reader(lines):
            if not self._columns:
                self._columns = cells
            elif row := _row(dict(zip(self._columns, cells, strict=False))):
                self._take_local(*row)

    def finish(self, *, is_over: bool) -> None:
        """End the file; if the day is over, its last row holds until its end.

        Text after the last line end is ignored: it may be half a row.
        """
        self._take_twice()
        if is_over and self._last:
            self._reach(self._last[0] + HOUR)

    @property
    def end(self) -> float:
        """Return the time of the last row (Unix s), 0 if there is none."""
        return self._last[0] if self._last else 0.0

    @property
    def powers(self) -> dict[str, dict[int, HourlyPower]]:
        """Return the powers by code and hour, for hours that rows cover whole."""
        return {
            code: {hour: mean for hour, each in by.items() if (mean := each.mean())}
            for code, by in self._powers.items()
        }

    def _take_local(self, local: datetime, counters: Counters, powers: Powers) -> None:
        """Take a row, or put it aside where its hour comes twice."""
        if is_twice(local):
            self._twice.append((local, counters, powers))
            return
        self._take_twice()
        self._take((local - offset(local)).timestamp(), counters, powers)

    def _take_twice(self) -> None:
        """Take the rows of the hour that comes twice, split where the clock goes back.

        If it goes back nowhere, it is unknown which of the two hours they are from:
        drop them.
        """
        rows, self._twice = self._twice, []
        falls = [
            index
            for index in range(1, len(rows))
            if rows[index][0] < rows[index - 1][0]
        ]
        if len(falls) != 1:
            return
        for index, (local, *row) in enumerate(rows):
            ahead = _SUMMER if index < falls[0] else _WINTER
            self._take((local - ahead).timestamp(), *row)

    def _take(self, at: float, counters: Counters, powers: Powers) -> None:
        """Take a row; ignore one that is older, or whose counters fall."""
        if self._last is not None:
            then, before, _ = self._last
            if at <= then or any(
                value < before.get(code, value) for code, value in counters.items()
            ):
                return
        self._reach(at)
        self._last = at, counters, powers

    def _reach(self, at: float) -> None:
        """Book the last row: its powers hold until the next one, at `at`.

        If there is a full hour between the two, its counters are those of that hour.
        """
        if self._last is None:
            return
        then, counters, powers = self._last
        hour = -(-int(then) // HOUR) * HOUR
        if at > hour and hour - then <= _HOLDS_SECONDS:
            self.hours[hour] = counters
            self._hold(powers, then, hour)
            then = hour
        if at - then <= _HOLDS_SECONDS:
            self._hold(powers, then, at)

    def _hold(self, powers: Powers, begin: float, end: float) -> None:
        """Book powers for a part of an hour."""
        hour = int(begin // HOUR) * HOUR
        for code, watts in powers.items():
            by = self._powers.setdefault(code, {})
            by.setdefault(hour, _Hour()).add(watts, end - begin)


def _row(cells: Mapping[str, str]) -> tuple[datetime, Counters, Powers] | None:
    """Read a row; None if the meter was not read, or nothing was counted."""
    if word(cells.get("MSTAT")) != METER_OK:
        return None
    local = _local(cells.get("TIME"))
    counters = {
        code: value
        for column, code in _COLUMNS.items()
        if (value := number(text(cells.get(column)), TO_BASE_UNIT)) is not None
    }
    powers = {
        code: value
        for column, code in _POWERS.items()
        if (value := number(text(cells.get(column)), TO_BASE_UNIT)) is not None
    }
    if not local or not counters:
        return None
    known = KnownPowers(codes=frozenset({*counters, *powers}))
    return local, counters, with_net_power(powers, known)


def _local(written: str | None) -> datetime | None:
    """Read a local time with its false Z, as if it were UTC."""
    try:
        return datetime.fromisoformat(written or "").replace(tzinfo=UTC)
    except ValueError:
        return None


def offset(local: datetime) -> timedelta:
    """Return by how much the meter's clock is ahead of UTC at a local time.

    The device is sold only in countries with Central European Time.
    """
    begin, end = _changes(local.year)
    return _SUMMER if begin + _SUMMER <= local < end + _SUMMER else _WINTER


def is_twice(local: datetime) -> bool:
    """Tell whether a local time comes twice, in summer time and in winter time."""
    _, end = _changes(local.year)
    return end + _WINTER <= local < end + _SUMMER


def _changes(year: int) -> tuple[datetime, datetime]:
    """Return when summer time begins and ends: 1:00 UTC on the month's last Sunday."""
    return _last_sunday(year, 3), _last_sunday(year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    """Return 1:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() - _SUNDAY) % 7)


def days_of(instants: Iterable[int]) -> Iterator[date]:
    """Yield the days whose logs have the rows just before these full hours."""
    yield from dict.fromkeys(
        (moment + offset(moment + _WINTER)).date()
        for moment in (datetime.fromtimestamp(at - 1, UTC) for at in sorted(instants))
    )
