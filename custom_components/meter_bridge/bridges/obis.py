"""The vocabulary: OBIS codes (C.D.E of IEC 62056-61) and what they mean.

Units: W, var, VA, Wh, varh, VAh, V, A, Hz, m³; a power factor has none. Net power
is positive while the household imports and negative while it exports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .wire import difference, number

NET_POWER = "16.7.0"
IMPORT_ENERGY, EXPORT_ENERGY = "1.8.0", "2.8.0"
"""Totals of all tariffs."""
VOLUME = "3.0.0"
"""Of meters for gas and water (value group A is 7 or 8)."""


class Quantity(StrEnum):
    """What a register measures."""

    ACTIVE_POWER = "active_power"
    REACTIVE_POWER = "reactive_power"
    APPARENT_POWER = "apparent_power"
    ACTIVE_ENERGY = "active_energy"
    REACTIVE_ENERGY = "reactive_energy"
    APPARENT_ENERGY = "apparent_energy"
    ACTIVE_DEMAND = "active_demand"
    REACTIVE_DEMAND = "reactive_demand"
    APPARENT_DEMAND = "apparent_demand"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER_FACTOR = "power_factor"
    FREQUENCY = "frequency"
    VOLUME = "volume"


class Direction(StrEnum):
    """Which way it flows, seen from the household."""

    IMPORT = "import"
    EXPORT = "export"
    NET = "net"
    QUADRANT_1 = "quadrant_1"
    QUADRANT_2 = "quadrant_2"
    QUADRANT_3 = "quadrant_3"
    QUADRANT_4 = "quadrant_4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One value a meter can have."""

    code: str
    quantity: Quantity
    direction: Direction | None = None
    phase: int | None = None
    tariff: int | None = None

    @property
    def is_counter(self) -> bool:
        """Tell whether this only counts up; a net sum falls while exporting."""
        return self.is_sum and self.direction is not Direction.NET

    @property
    def is_sum(self) -> bool:
        """Tell whether this adds up over time."""
        return self.quantity in _SUMS


_SUMS = {
    Quantity.ACTIVE_ENERGY,
    Quantity.REACTIVE_ENERGY,
    Quantity.APPARENT_ENERGY,
    Quantity.VOLUME,
}
# Value group C: the kind of power and its direction.
_POWERS: Mapping[int, tuple[str, Direction]] = {
    1: ("active", Direction.IMPORT),
    2: ("active", Direction.EXPORT),
    3: ("reactive", Direction.IMPORT),
    4: ("reactive", Direction.EXPORT),
    5: ("reactive", Direction.QUADRANT_1),
    6: ("reactive", Direction.QUADRANT_2),
    7: ("reactive", Direction.QUADRANT_3),
    8: ("reactive", Direction.QUADRANT_4),
    9: ("apparent", Direction.IMPORT),
    10: ("apparent", Direction.EXPORT),
    16: ("active", Direction.NET),
}
_OTHERS: Mapping[int, Quantity] = {
    11: Quantity.CURRENT,
    12: Quantity.VOLTAGE,
    13: Quantity.POWER_FACTOR,
    14: Quantity.FREQUENCY,
}
# Value group D: maximum demand, present value, energy.
_DEMAND, _PRESENT, _ENERGY = 6, 7, 8
_VALUES: Mapping[int, str] = {_PRESENT: "power", _ENERGY: "energy", _DEMAND: "demand"}
_TARIFFS = range(1, 5)


def _has_demand(power: str, direction: Direction, phase: int | None) -> bool:
    """Tell whether anybody is billed for the maximum demand of this."""
    is_total = phase is None and not direction.startswith("quadrant")
    return power == "active" or is_total


def _registers() -> Iterator[Register]:
    """Yield every register: the totals by tariff, and those of each phase."""
    for phase, start in ((None, 0), (1, 20), (2, 40), (3, 60)):
        for group, (power, direction) in _POWERS.items():
            for value, kind in _VALUES.items():
                if value == _DEMAND and not _has_demand(power, direction, phase):
                    continue
                tariffs = () if phase or value == _PRESENT else _TARIFFS
                for tariff in (None, *tariffs):
                    yield Register(
                        code=f"{group + start}.{value}.{tariff or 0}",
                        quantity=Quantity(f"{power}_{kind}"),
                        direction=direction,
                        phase=phase,
                        tariff=tariff,
                    )
        for group, quantity in _OTHERS.items():
            yield Register(
                code=f"{group + start}.{_PRESENT}.0", quantity=quantity, phase=phase
            )
    yield Register(code=VOLUME, quantity=Quantity.VOLUME)


REGISTERS: Mapping[str, Register] = {
    register.code: register for register in _registers()
}
COUNTERS = frozenset(code for code, each in REGISTERS.items() if each.is_counter)
"""Codes of the registers that only count up."""

# Net, import and export power: of the total, then of each phase.
_NET_OF = tuple(
    (f"{16 + start}.7.0", f"{1 + start}.7.0", f"{2 + start}.7.0")
    for start in (0, 20, 40, 60)
)


def with_net_power(values: Mapping[str, float]) -> dict[str, float]:
    """Add net power (W) if only import and export power were sent."""
    complete = dict(values)
    for net, imported, exported in _NET_OF:
        if net not in complete and imported in complete and exported in complete:
            complete[net] = difference(complete[imported], complete[exported])
    return complete


# The unit of each quantity that has one, without prefix and in lower case.
_UNITS: Mapping[Quantity, str] = {
    Quantity.ACTIVE_POWER: "w",
    Quantity.REACTIVE_POWER: "var",
    Quantity.APPARENT_POWER: "va",
    Quantity.ACTIVE_ENERGY: "wh",
    Quantity.REACTIVE_ENERGY: "varh",
    Quantity.APPARENT_ENERGY: "vah",
    Quantity.ACTIVE_DEMAND: "w",
    Quantity.REACTIVE_DEMAND: "var",
    Quantity.APPARENT_DEMAND: "va",
    Quantity.VOLTAGE: "v",
    Quantity.CURRENT: "a",
    Quantity.FREQUENCY: "hz",
    Quantity.VOLUME: "m3",
}
_PREFIXES = {"": 0, "k": 3, "M": 6}
# A prefix of m3 would count three times, and a bare number has none.
_WITHOUT_PREFIX = {"m3", ""}
# Longer than any unit: keeps nonsense out of the cache.
_LONGEST_UNIT = 8


def measured(code: str, value: object, unit: str) -> float | None:
    """Return a number in our unit from the unit that was sent with it.

    None if that unit does not fit the register: better no value than a wrong one.
    """
    if code not in REGISTERS or len(unit) > _LONGEST_UNIT:
        return None
    places = _places(code, unit)
    return None if places is None else number(value, places)


@lru_cache(maxsize=1024)
def _places(code: str, unit: str) -> int | None:
    """Return by how many places this unit shifts a value; None if it does not fit."""
    expected = _UNITS.get(REGISTERS[code].quantity, "")
    prefix = unit[: len(unit) - len(expected)]
    if unit.lower() != prefix.lower() + expected or prefix not in _PREFIXES:
        return None
    if prefix and expected in _WITHOUT_PREFIX:
        return None
    return _PREFIXES[prefix]
