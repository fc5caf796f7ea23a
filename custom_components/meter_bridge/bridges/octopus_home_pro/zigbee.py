"""The numbers of a ZigBee meter (Smart Energy 1.1b, metering cluster) in our units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
import re

from ..obis import NET_POWER, VOLUME, Quantity
from ..snapshot import Medium
from ..wire import section, text, whole

# Seconds from 1970 to 2000, where ZigBee begins to count.
_EPOCH = 946_684_800
_NO_TIME = 0xFFFFFFFF
_NO_FACTOR = 0xFFFFFF
_NO_TOTAL = 0xFFFFFFFFFFFF
# What a demand that is not known looks like in 24 and 32 bits.
_NO_DEMAND = {0x800000, -0x800000, 0xFFFFFF, 0x80000000, 0xFFFFFFFF}
_HEXADECIMAL = re.compile("[0-9a-f]{1,12}", re.IGNORECASE)
# As in `wire`: nothing that a household counts is larger.
_LARGEST = 10**15

_CUBIC_FOOT = Fraction("0.028316846592")
_JOULE = Fraction(1, 3600)
_BTU = Fraction("1055.05585262") * _JOULE
# What a total is in, by unit code, and how much of ours that is. Missing are pressures
# (0x08, 0x09) and bare numbers (0x0B), which are no consumption.
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
# The same codes plus this one: the digits of the raw numbers are decimal.
_BCD = 0x80
# What a demand is in: kW, BTU/h, and MJ/s rather than MJ/h.
_RATES: Mapping[int, Fraction] = {
    0x00: Fraction(1000),
    0x06: _BTU,
    0x0C: Fraction(1_000_000),
}
_CODES: Mapping[tuple[Medium, Quantity], str] = {
    (Medium.ELECTRICITY, Quantity.ACTIVE_ENERGY): "1.8.0",
    (Medium.ELECTRICITY, Quantity.REACTIVE_ENERGY): "3.8.0",
    (Medium.GAS, Quantity.ACTIVE_ENERGY): "1.8.0",
    (Medium.GAS, Quantity.VOLUME): VOLUME,
}


def instant(value: object) -> datetime | None:
    """Return a time that counts seconds from 2000, in UTC.

    The vendor calls it a Unix time, which it is taken for once it is late enough to be
    one; by the vendor's own samples of 2024 it is none.
    """
    seconds = whole(value)
    if seconds is None or not 0 < seconds < _NO_TIME:
        return None
    return datetime.fromtimestamp(seconds + (_EPOCH if seconds < _EPOCH else 0), UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How the numbers of a meter are meant: its unit's code, multiplier and divisor."""

    unit: int
    is_bcd: bool
    multiplier: int
    divisor: int

    def total(
        self, medium: Medium, consumption: object, raw: object
    ) -> dict[str, float]:
        """Return a total in Wh, varh or m³ under its code, nothing without one."""
        sent = whole(consumption)
        if sent is None or self.unit not in _UNITS or not 0 <= sent < _NO_TOTAL:
            return {}
        quantity, size = _UNITS[self.unit]
        return self._shown(_CODES.get((medium, quantity)), self._count(sent, raw), size)

    def power(self, demand: object, raw: object) -> dict[str, float]:
        """Return a demand as net power in W, nothing without one."""
        sent = signed(demand)
        if sent is None or self.unit not in _RATES:
            return {}
        return self._shown(NET_POWER, self._count(sent, raw), _RATES[self.unit])

    def _count(self, sent: int, raw: object) -> int | None:
        """Return what was counted, in parts of the unit.

        Vendor and clients take it for worked out already. Where it is nothing but the
        meter's raw number, BCD and multiplier are still to be applied.
        """
        digits = text(raw) or ""
        if not _HEXADECIMAL.fullmatch(digits) or _unsigned(sent, digits) != int(
            digits, 16
        ):
            return sent
        if self.is_bcd and sent >= 0:
            if not digits.isdecimal():
                return None
            sent = int(digits)
        return sent * self.multiplier

    def _shown(
        self, code: str | None, count: int | None, size: Fraction
    ) -> dict[str, float]:
        """Return a count under its code, with every digit that it has."""
        if code is None or count is None:
            return {}
        value = count * size / self.divisor
        if abs(value) >= _LARGEST:
            return {}
        return {code: int(value) if value.is_integer() else float(value)}


def parse_scale(consumption: Mapping[str, object]) -> Scale | None:
    """Read unit, multiplier and divisor; None where they leave the numbers open."""
    unit, raw = whole(consumption.get("unit")), section(consumption, "raw")
    divisor = _factor(raw.get("divisor"))
    if unit is None or divisor is None:
        return None
    return Scale(
        unit=unit - _BCD if unit >= _BCD else unit,
        is_bcd=unit >= _BCD,
        # The vendor's table has the second spelling, the vendor's sample the first.
        multiplier=_factor(raw.get("multipler", raw.get("multiplier"))) or 1,
        divisor=divisor,
    )


def signed(value: object) -> int | None:
    """Return a demand that may have been sent as 24 or 32 bits without its sign."""
    sent = whole(value)
    if sent is None or sent in _NO_DEMAND:
        return None
    for bits in (24, 32):
        if 1 << bits - 1 <= sent < 1 << bits:
            sent -= 1 << bits
    return sent if abs(sent) < 1 << 23 else None


def _unsigned(sent: int, digits: str) -> int:
    """Return a number as its hexadecimal digits would have it."""
    return sent & ((1 << 4 * len(digits)) - 1)


def _factor(digits: object) -> int | None:
    """Return a multiplier or divisor; 0 stands for one that is not used."""
    found = text(digits) or ""
    if not _HEXADECIMAL.fullmatch(found) or int(found, 16) == _NO_FACTOR:
        return None
    return int(found, 16) or 1
