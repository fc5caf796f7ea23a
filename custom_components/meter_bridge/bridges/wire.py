"""Read single values out of decoded JSON, whatever was really sent.

Devices send numbers as strings, null, or leave a key out: each function returns
None for what is not there or not of the kind, and never raises.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

# No household register reaches this; a float is exact to the last digit below it.
_LARGEST = 1e15
# No device writes a number longer, or has more to say or to list; what is longer takes
# the time and the memory of everything else.
_LONGEST_NUMBER = 64
_LONGEST_TEXT = 4096
MOST_ENTRIES = 512
# So many characters have no more digits than a float holds, whole ones below this.
_EXACT_LENGTH, _EXACT = 16, 1 << 53
# What a device writes numbers with; Python itself would also take "1_000" and "nan".
_NUMERAL = frozenset("0123456789+-.eE \t\r\n")
_WITH_DECIMALS = frozenset(".eE")


def number(value: object, places: int = 0) -> float | None:
    """Return a finite number, also from its text, with its point moved by `places`.

    Booleans are none.
    """
    if isinstance(value, str):
        value = _numeral(value)
    # Not by isinstance, which would take a boolean for a number.
    if type(value) is not float and type(value) is not int:
        return None
    if not -_LARGEST < value < _LARGEST:
        return None
    if places == 0:
        return value
    moved = shift(value, places)
    return moved if -_LARGEST < moved < _LARGEST else None


def _numeral(written: str) -> float | None:
    """Return the number that a text is."""
    if len(written) > _LONGEST_NUMBER or not _NUMERAL.issuperset(written):
        return None
    try:
        return int(written) if _WITH_DECIMALS.isdisjoint(written) else float(written)
    except ValueError:
        return None


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


@lru_cache(maxsize=4096, typed=True)
def shift(value: float, places: int) -> float:
    """Move the decimal point as on paper: 10526.027 by 3 is 10526027.

    Multiplying floats instead would show 10526.027000000002 one day. Most of what a
    meter says is what it said before: that is remembered.
    """
    if places == 0:
        return value
    written = repr(value)
    if len(written) <= _EXACT_LENGTH and "e" not in written:
        # To read what is written so rounds once, as Decimal does at its end.
        moved = float(f"{written}e{places}")
        if -_EXACT < moved < _EXACT:
            return int(moved) if moved.is_integer() else moved
    exact = Decimal(written).scaleb(places)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def difference(value: float, other: float) -> float:
    """Subtract as on paper: 0.3 minus 0.1 is 0.2."""
    if isinstance(value, int) and isinstance(other, int):
        return value - other
    return float(Decimal(repr(value)) - Decimal(repr(other)))
