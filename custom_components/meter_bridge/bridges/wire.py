"""Read single values out of decoded JSON, whatever was really sent.

Devices send numbers as strings, null, or leave a key out: each function returns
None for what is not there or not of the kind, and never raises.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

# No household register reaches this; a float is exact to the last digit below it.
_LARGEST = 1e15
# No device writes a number longer, or has more to say or to list; what is longer takes
# the time and the memory of everything else.
_LONGEST_NUMBER = 64
_LONGEST_TEXT = 4096
MOST_ENTRIES = 512
# What a device writes numbers with; Python itself would also take "1_000" and "nan".
_NUMERAL = frozenset("0123456789+-.eE \t\r\n")
_WITH_DECIMALS = frozenset(".eE")


def number(value: object, places: int = 0) -> float | None:
    """Return a finite number, also from its text, with its point moved by `places`.

    Booleans are none.
    """
    if (
        isinstance(value, str)
        and len(value) <= _LONGEST_NUMBER
        and _NUMERAL.issuperset(value)
    ):
        try:
            value = int(value) if _WITH_DECIMALS.isdisjoint(value) else float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value) >= _LARGEST:
        return None
    moved = shift(value, places)
    return moved if abs(moved) < _LARGEST else None


def whole(value: object) -> int | None:
    """Return a number that has no decimals."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def text(value: object) -> str | None:
    """Return text that says something, without the space around it."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return None
    return value.strip() or None


def flag(value: object) -> bool | None:
    """Return a true boolean; numbers and words are none."""
    return value if isinstance(value, bool) else None


def section(value: object, *path: str) -> Mapping[str, object]:
    """Return the object that stands at this path, or an empty one."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    """Return what a list holds, and no more than any device has; no list, nothing."""
    return value[:MOST_ENTRIES] if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 time that names its offset, in UTC."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return parsed.astimezone(UTC) if parsed and parsed.tzinfo else None
    except ValueError, OverflowError:
        return None


def shift(value: float, places: int) -> float:
    """Move the decimal point as on paper: 10526.027 by 3 is 10526027.

    Multiplying floats instead would show 10526.027000000002 one day.
    """
    if places == 0:
        return value
    moved = Decimal(repr(value)).scaleb(places)
    return int(moved) if moved == moved.to_integral_value() else float(moved)


def difference(value: float, other: float) -> float:
    """Subtract as on paper: 0.3 minus 0.1 is 0.2."""
    if isinstance(value, int) and isinstance(other, int):
        return value - other
    return float(Decimal(repr(value)) - Decimal(repr(other)))
