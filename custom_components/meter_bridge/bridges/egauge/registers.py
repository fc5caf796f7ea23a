"""The answers of /register → registers, their rates and their counters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
import re

from ..errors import BridgeResponseError
from ..snapshot import Counting
from ..wire import MOST_ENTRIES, entries, number, section, text
from .kinds import DISCRETE, KINDS, UNKNOWN, WRAP, Kind, average_rate

_COUNTER = re.compile(r"-?[0-9]{1,19}")
_COUNTERS = range(-(1 << 63), 1 << 63)
_ONE_WAY = ("+", "-", "|")
POWER = "P"
"""The type code of power."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """One register: its key, the owner's name for it, its type code and its number.

    The key of a physical register comes from its number in the database, which survives
    a rename; a virtual one has no number, and its key comes from its name.
    """

    key: str
    name: str
    type: str
    number: int | None = None

    @cached_property
    def is_virtual(self) -> bool:
        """Tell whether the device works its values out of other registers."""
        return self.number is None

    @cached_property
    def kind(self) -> Kind:
        """Return the meaning of the type code."""
        return KINDS.get(self.type, UNKNOWN)

    @cached_property
    def value_key(self) -> str:
        """Return the key of the present value."""
        return f"{self.key}_{self.kind.name}"

    @cached_property
    def total_key(self) -> str | None:
        """Return the key of the total; None if there is none."""
        total = self.kind.total
        return f"{self.key}_{total.name}" if total else None

    @cached_property
    def may_fall(self) -> bool:
        """Tell whether the total may fall; with a suffix +, - or | it does not."""
        total = self.kind.total
        if total is None or not total.may_fall:
            return False
        return self.is_virtual or self.type != POWER or not self.name.endswith(_ONE_WAY)

    @cached_property
    def counting(self) -> Counting | None:
        """Return what its counter means; None if there is no total."""
        kind, total = self.kind, self.kind.total
        if total is None:
            return None
        return Counting(
            modulus=WRAP,
            rate=self.value_key,
            speed=float(1 / kind.quantum),
            most=total.most,
            may_fall=self.may_fall,
            steps=total.steps,
            places=total.digits,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counters at one time (Unix seconds of the device), by register key."""

    time: float
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer: the registers, their present values, and the two latest rows."""

    time: float | None = None
    registers: tuple[Register, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    @property
    def counters(self) -> Mapping[str, int]:
        """Return the latest counters."""
        return self.rows[0].counters if self.rows else {}


def parse_listing(answer: object) -> Listing:
    """Read an answer; odd registers and values are left out.

    Rates are in the unit of the type code; one that was not sent is worked out from the
    two latest rows. BridgeResponseError: the answer has no list of registers.
    """
    sent = section(answer)
    listed = sent.get("registers")
    if not isinstance(listed, list):
        raise BridgeResponseError("The answer lists no registers")
    columns = [parse_register(entry) for entry in entries(listed)]
    registers = {each.key: each for each in columns if each}
    if listed and not registers:
        raise BridgeResponseError("The answer lists no registers")
    rows = tuple(islice(_rows(sent.get("ranges"), len(listed), columns), 2))
    rates = {}
    for register, entry in zip(columns, listed, strict=False):
        if register is None:
            continue
        rate = number(section(entry).get("rate"))
        if register.type == DISCRETE and rows:
            # Discrete numbers are not added up: the counter is the value.
            rate = number(rows[0].counters.get(register.key))
        elif rate is None:
            rate = mean_rate(register, rows)
        if rate is not None:
            rates[register.key] = rate
    return Listing(
        time=number(sent.get("ts")),
        registers=tuple(registers.values()),
        rates=rates,
        rows=rows,
    )


def mean_rate(register: Register, rows: tuple[Row, ...]) -> float | None:
    """Return the mean rate between the two latest of these rows.

    `number` leaves out a huge rate, which two nearly equal times would give.
    """
    newer, older = rows[:2] if len(rows) > 1 else (None, None)
    if newer is None or older is None or newer.time <= older.time:
        return None
    steps = newer.counters.get(register.key), older.counters.get(register.key)
    if steps[0] is None or steps[1] is None:
        return None
    seconds = newer.time - older.time
    return number(average_rate(register.kind, steps[0], steps[1], seconds))


def parse_register(entry: object) -> Register | None:
    """Read one register; None without a name, a type, or a valid number."""
    sent = section(entry)
    name, code, did = text(sent.get("name")), text(sent.get("type")), sent.get("did")
    if name is None or code is None:
        return None
    if did is not None and (type(did) is not int or did < 0):
        return None
    return _register(did, name, code)


@lru_cache(maxsize=2 * MOST_ENTRIES)
def _register(did: int | None, name: str, code: str) -> Register:
    """Return the register with this number in the database; cached."""
    if did is None:
        return Register(key=f"virtual_{name}", name=name, type=code)
    return Register(key=f"register_{did}", name=name, type=code, number=did)


def parse_rows(answer: object) -> tuple[Row, ...]:
    """Read all rows of an answer, in its order."""
    sent = section(answer)
    listed = entries(sent.get("registers"))
    columns = [parse_register(entry) for entry in listed]
    return tuple(_rows(sent.get("ranges"), len(listed), columns))


def _rows(ranges: object, width: int, columns: list[Register | None]) -> Iterator[Row]:
    """Yield the rows that have a value for each register."""
    return (
        Row(time=time, counters=_parse_row(line, columns))
        for time, line in islice(_lines(ranges), MOST_ENTRIES)
        if isinstance(line, list) and len(line) == width
    )


def _lines(ranges: object) -> Iterator[tuple[float, object]]:
    """Yield the rows of all ranges with their times, in the order of the answer."""
    for each in entries(ranges):
        sent = section(each)
        start, delta = number(sent.get("ts")), number(sent.get("delta"))
        if start is not None:
            for index, line in enumerate(entries(sent.get("rows"))):
                yield start - index * (delta or 0.0), line


def _parse_row(line: list[object], columns: list[Register | None]) -> dict[str, int]:
    """Read the counters: decimal strings of signed 64-bit numbers."""
    return {
        register.key: counter
        for register, value in zip(columns, line, strict=False)
        if register and (counter := _parse_counter(value)) is not None
    }


def _parse_counter(value: object) -> int | None:
    """Read one counter."""
    if not isinstance(value, str) or not _COUNTER.fullmatch(value):
        return None
    counter = int(value)
    return counter if counter in _COUNTERS else None
