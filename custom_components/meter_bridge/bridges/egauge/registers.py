"""The answers of /register → registers, their rates and their counters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re

from ..errors import BridgeResponseError
from ..wire import number, section, text
from .kinds import DISCRETE, KINDS, UNKNOWN, Kind, average_rate

_COUNTER = re.compile(r"-?[0-9]{1,19}")
_ONE_WAY = ("+", "-", "|")
_POWER = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One register: its key, the owner's name for it, and its type code.

    The key comes from the database, which knows a physical register by a number that
    survives a rename; virtual ones have none.
    """

    key: str
    name: str
    type: str
    is_virtual: bool = False

    @property
    def kind(self) -> Kind:
        """Return what the type code stands for."""
        return KINDS.get(self.type, UNKNOWN)

    @property
    def value_key(self) -> str:
        """Name the present value among all values."""
        return f"{self.key}_{self.kind.name}"

    @property
    def total_key(self) -> str | None:
        """Name the total, where there is one."""
        total = self.kind.total
        return f"{self.key}_{total.name}" if total else None

    @property
    def may_fall(self) -> bool:
        """Tell whether the total may fall: the suffixes +, - and | say that not."""
        total = self.kind.total
        if total is None or not total.may_fall:
            return False
        return (
            self.is_virtual or self.type != _POWER or not self.name.endswith(_ONE_WAY)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The counters at one moment (the device's own Unix seconds), by register key."""

    time: float
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer: what there is, what it measures now, and rows, youngest first."""

    time: float | None = None
    registers: tuple[Register, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    @property
    def counters(self) -> Mapping[str, int]:
        """Return the youngest counters."""
        return self.rows[0].counters if self.rows else {}


def parse_listing(answer: object) -> Listing:
    """Read an answer; what is odd is left out, and no list of registers is an error.

    Rates come in the unit of the type code; where none was sent, the two youngest
    rows tell it.
    """
    sent = section(answer)
    entries = sent.get("registers")
    if not isinstance(entries, list):
        raise BridgeResponseError("The answer lists no registers")
    columns = [_parse_register(entry) for entry in entries]
    registers = {each.key: each for each in columns if each}
    rows = _parse_rows(sent.get("ranges"), columns)
    rates = {}
    for register, entry in zip(columns, entries, strict=True):
        if register is None:
            continue
        rate = number(section(entry).get("rate"))
        if register.type == DISCRETE and rows:
            # Not added up: the counter is the number.
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
    """Return the mean rate between the two youngest of these rows."""
    newer, older = rows[:2] if len(rows) > 1 else (None, None)
    if newer is None or older is None or newer.time <= older.time:
        return None
    steps = newer.counters.get(register.key), older.counters.get(register.key)
    if steps[0] is None or steps[1] is None:
        return None
    return average_rate(register.kind, steps[0], steps[1], newer.time - older.time)


def _parse_register(entry: object) -> Register | None:
    """Read one register; without name, type or a sound number it is none."""
    sent = section(entry)
    name, code, did = text(sent.get("name")), text(sent.get("type")), sent.get("did")
    if name is None or code is None:
        return None
    if did is None:
        return Register(key=f"virtual_{name}", name=name, type=code, is_virtual=True)
    if isinstance(did, bool) or not isinstance(did, int) or did < 0:
        return None
    return Register(key=f"register_{did}", name=name, type=code)


def _parse_rows(ranges: object, columns: list[Register | None]) -> tuple[Row, ...]:
    """Read the rows of all ranges, in the order in which they were sent."""
    rows = []
    for each in ranges if isinstance(ranges, list) else ():
        sent = section(each)
        start, delta, lines = (
            number(sent.get("ts")),
            number(sent.get("delta")),
            sent.get("rows"),
        )
        if start is None or not isinstance(lines, list):
            continue
        for index, line in enumerate(lines):
            # A row that does not match the registers says nothing.
            if isinstance(line, list) and len(line) == len(columns):
                time = start - index * (delta or 0.0)
                rows.append(Row(time=time, counters=_parse_row(line, columns)))
    return tuple(rows)


def _parse_row(line: list[object], columns: list[Register | None]) -> dict[str, int]:
    """Read the counters: decimal strings of signed 64-bit numbers."""
    return {
        register.key: int(value)
        for register, value in zip(columns, line, strict=True)
        if register and isinstance(value, str) and _COUNTER.fullmatch(value)
    }
