"""The numbers of a ZigBee meter (Smart Energy 1.1b, metering cluster) in our units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
import re

from ..obis import IMPORT_ENERGY, NET_POWER, VOLUME, Quantity
from ..snapshot import Medium, Scale
from ..wire import section, text, whole

# Seconds from 1970 to 2000, which ZigBee counts from.
_EPOCH = 946_684_800
_NO_TIME = 0xFFFFFFFF
_NO_FACTOR = 0xFFFFFF
_NO_TOTAL = 0xFFFFFFFFFFFF
# The values in 24 and 32 bits that mean that the demand is not known.
_NO_DEMAND = {0x800000, -0x800000, 0xFFFFFF, 0x80000000, 0xFFFFFFFF}
_HEXADECIMAL = re.compile("[0-9a-f]{1,12}", re.IGNORECASE)
# As in `wire`: no register of a household is larger.
_LARGEST = 10**15

_CUBIC_FOOT = Fraction("0.028316846592")
_JOULE = Fraction(1, 3600)
_BTU = Fraction("1055.05585262") * _JOULE
# The unit of a total by its code: the quantity, and its size in our unit. Pressures
# (0x08, 0x09) and bare numbers (0x0B) are left out, since they are no consumption.
_UNITS: Mapping[int, tuple[Quantity, Fraction]] = {
    0x00: (Quantity.ACTIVE_ENERGY, Fraction(1000)),
    0x01: (Quantity.VOLUME, Fraction(1)),
    0x02: (Quantity.VOLUME, _CUBIC_FOOT),
    0x03: (Quantity.VOLUME, _CUBIC_FOOT * 100),
    0x04: (Quantity.VOLUME, Fraction("0.003785411784")),
    0x05: (Quantity.VOLUME, Fraction("0.00454609")),
    0x06: (Quantity.ACTIVE_ENERGY, _BTU),
    0x07: (Quantity.VOLUME, Fraction(1, 1000)),
    0x0A: (Quantity.VOLUME, _CUBIC_FOOT * 1000),
    0x0C: (Quantity.ACTIVE_ENERGY, _JOULE * 1_000_000),
    0x0D: (Quantity.REACTIVE_ENERGY, Fraction(1000)),
}
# Added to a code: the raw numbers are binary-coded decimals.
_BCD = 0x80
# The unit of a demand by the same codes: kW, BTU/h, and MJ/s (not MJ/h).
_RATES: Mapping[int, Fraction] = {
    0x00: Fraction(1000),
    0x06: _BTU,
    0x0C: Fraction(1_000_000),
}
_CODES: Mapping[tuple[Medium, Quantity], str] = {
    (Medium.ELECTRICITY, Quantity.ACTIVE_ENERGY): IMPORT_ENERGY,
    (Medium.ELECTRICITY, Quantity.REACTIVE_ENERGY): "3.8.0",
    (Medium.GAS, Quantity.ACTIVE_ENERGY): IMPORT_ENERGY,
    (Medium.GAS, Quantity.VOLUME): VOLUME,
}


def instant(value: object) -> datetime | None:
    """Return a time in UTC from seconds since 2000.

    The vendor calls it Unix time, but its own samples of 2024 count from 2000. A number
    that is too large for that is read as Unix time.
    """
    seconds = whole(value)
    if seconds is None or not 0 < seconds < _NO_TIME:
        return None
    return datetime.fromtimestamp(seconds + (_EPOCH if seconds < _EPOCH else 0), UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of a meter as they were sent; calling this scales them.

    `raw_total` and `raw_demand` are the hexadecimal digits of the meter itself.
    """

    medium: Medium
    total: int | None = None
    demand: int | None = None
    raw_total: str | None = None
    raw_demand: str | None = None

    def __call__(self, scale: Scale) -> dict[str, float]:
        """Return total (Wh, varh, m³) and net power (W) by their codes.

        What is not known is left out.
        """
        if scale.unit is None or not scale.multiplier or not scale.divisor:
            return {}
        is_bcd = scale.unit >= _BCD
        unit = scale.unit - _BCD if is_bcd else scale.unit
        factor = Fraction(1, scale.divisor)
        values: dict[str, float] = {}
        total, demand = self.total, self.demand
        if total is not None and unit in _UNITS and 0 <= total < _NO_TOTAL:
            quantity, size = _UNITS[unit]
            count = _count(total, self.raw_total, scale.multiplier, is_bcd=is_bcd)
            code = _CODES.get((self.medium, quantity))
            values |= _shown(code, count, size * factor)
        if demand is not None and unit in _RATES and self.medium is Medium.ELECTRICITY:
            count = _count(demand, self.raw_demand, scale.multiplier, is_bcd=is_bcd)
            values |= _shown(NET_POWER, count, _RATES[unit] * factor)
        return values


def _count(sent: int, raw: str | None, multiplier: int, *, is_bcd: bool) -> int | None:
    """Return the count in parts of the unit, that is before the divisor.

    Vendor and other clients assume that BCD and multiplier have been applied to `sent`.
    If it equals the meter's raw number, they have not been.
    """
    digits = raw or ""
    if not _HEXADECIMAL.fullmatch(digits) or _unsigned(sent, digits) != int(digits, 16):
        return sent
    if is_bcd and sent >= 0:
        if not digits.isdecimal():
            return None
        sent = int(digits)
    return sent * multiplier


def _shown(code: str | None, count: int | None, size: Fraction) -> dict[str, float]:
    """Return a count in our unit by its code, with all of its digits."""
    if code is None or count is None:
        return {}
    value = count * size
    if abs(value) >= _LARGEST:
        return {}
    return {code: int(value) if value.is_integer() else float(value)}


def parse_scale(consumption: Mapping[str, object]) -> Scale:
    """Read unit, multiplier and divisor.

    Firmware 2.0.55 sends a multiplier and divisor of 0 while it counts on by those it
    sent before: 0 is a factor that it has not read. A unit of 0 is kWh.
    """
    raw = section(consumption, "raw")
    return Scale(
        unit=whole(consumption.get("unit")),
        # The vendor's sample has the first spelling, the vendor's table the second.
        multiplier=_factor(raw.get("multipler", raw.get("multiplier"))),
        divisor=_factor(raw.get("divisor")),
    )


def signed(value: object) -> int | None:
    """Return a demand; a negative one may come as unsigned 24 or 32 bits."""
    sent = whole(value)
    if sent is None or sent in _NO_DEMAND:
        return None
    for bits in (24, 32):
        if 1 << bits - 1 <= sent < 1 << bits:
            sent -= 1 << bits
    return sent if abs(sent) < 1 << 23 else None


def _unsigned(sent: int, digits: str) -> int:
    """Return a number as unsigned, in as many bits as its hexadecimal digits have."""
    return sent & ((1 << 4 * len(digits)) - 1)


def _factor(digits: object) -> int | None:
    """Return a multiplier or divisor; None if it is unread."""
    found = text(digits) or ""
    if not _HEXADECIMAL.fullmatch(found) or int(found, 16) == _NO_FACTOR:
        return None
    return int(found, 16) or None
