"""Decode JSON, and read single values out of it, whatever was really sent.

Devices send numbers as strings, send null, or leave a key out: the functions return
None for a value that is missing or of another type. Only `parse_json` raises.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

import orjson

from .errors import BridgeResponseError

# No household register reaches this; a float is exact to the last digit below it.
_LARGEST = 1e15
# No device sends longer numbers, texts or lists than these; reading longer ones would
# cost time and memory.
_LONGEST_NUMBER = 64
_LONGEST_TEXT = 4096
MOST_ENTRIES = 512
# A number of so many characters fits into a float without loss, a whole one below this.
_EXACT_LENGTH, _EXACT = 16, 1 << 53
# The characters of a device's numbers; Python would also accept "1_000" and "nan".
_NUMERAL = frozenset("0123456789+-.eE \t\r\n")
_WITH_DECIMALS = frozenset(".eE")


def parse_json(body: bytes | str) -> object:
    """Decode JSON; raise BridgeResponseError if it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BridgeResponseError("The answer is not JSON") from error


def number(value: object, places: int = 0) -> float | None:
    """Return a finite number, also from text, its decimal point moved by `places`.

    A boolean is not a number.
    """
    # Not isinstance: a boolean is an int for it.
    if type(value) is not float and type(value) is not int:
        value = _numeral(value) if isinstance(value, str) else None
        if value is None:
            return None
    if not -_LARGEST < value < _LARGEST:
        return None
    if places == 0:
        return value
    moved = shift(value, places)
    return moved if -_LARGEST < moved < _LARGEST else None


def _numeral(written: str) -> float | None:
    """Return the number that is written in a text."""
    if len(written) > _LONGEST_NUMBER or not _NUMERAL.issuperset(written):
        return None
    try:
        return int(written) if _WITH_DECIMALS.isdisjoint(written) else float(written)
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """Return a number if it has no decimals."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def text(value: object) -> str | None:
    """Return text without the space around it; None for an empty or very long one."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return None
    return value.strip() or None


def flag(value: object) -> bool | None:
    """Return a boolean; a number or a word is not one."""
    return value if isinstance(value, bool) else None


def section(value: object, *path: str) -> Mapping[str, object]:
    """Return the JSON object at this path, or an empty one."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    """Return the first `MOST_ENTRIES` items of a list; none if it is not a list."""
    return value[:MOST_ENTRIES] if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 time in UTC; None without an offset from UTC."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return parsed.astimezone(UTC) if parsed and parsed.tzinfo else None
    except ValueError, OverflowError:
        return None


@lru_cache(maxsize=4096, typed=True)
def shift(value: float, places: int) -> float:
    """Move the decimal point as on paper: 11743.027 by 3 is 11743027.

    Multiplying floats would make 1004.9999999999999 of 1.005. Results are cached, since
    most values of a meter are the same as in its previous reading.
    """
    if places == 0:
        return value
    written = repr(value)
    if len(written) <= _EXACT_LENGTH and "e" not in written:
        # Parsing the shifted text rounds once, as Decimal does below.
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


def total(value: float, other: float) -> float:
    """Add as on paper: 0.1 plus 0.2 is 0.3."""
    if isinstance(value, int) and isinstance(other, int):
        return value + other
    return float(Decimal(repr(value)) + Decimal(repr(other)))


def steps_between(newer: int, older: int, modulus: int) -> int:
    """Subtract two counts, of which one may have wrapped around at `modulus`."""
    steps = (newer - older) % modulus
    return steps - modulus if steps >= modulus // 2 else steps
