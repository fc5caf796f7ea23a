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
        """Tell whether this only ever counts up; a net sum falls while exporting."""
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
    """Spell out every register: in total by tariff, and of each phase."""
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
"""Codes of the registers that only ever count up."""

# Net, import and export power: of the total, then of each phase.
_NET_OF = tuple(
    (f"{16 + start}.7.0", f"{1 + start}.7.0", f"{2 + start}.7.0")
    for start in (0, 20, 40, 60)
)


def with_net_power(values: Mapping[str, float]) -> dict[str, float]:
    """Add net power (W) where only import and export power were sent."""
    complete = dict(values)
    for net, imported, exported in _NET_OF:
        if net not in complete and imported in complete and exported in complete:
            complete[net] = difference(complete[imported], complete[exported])
    return complete


# Unit without its prefix, in lower case, of each quantity that has one.
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
# A prefix would be cubed with the metre, and a number alone has none.
_WITHOUT_PREFIX = {"m3", ""}
# The longest that is one, so that nonsense is not remembered: kvarh.
_LONGEST_UNIT = 8


def measured(code: str, value: object, unit: str) -> float | None:
    """Return a number sent with its unit in ours; None where the two do not fit.

    A register with an unexpected unit is left out rather than shown wrong.
    """
    if code not in REGISTERS or len(unit) > _LONGEST_UNIT:
        return None
    places = _places(code, unit)
    return None if places is None else number(value, places)


@lru_cache(maxsize=1024)
def _places(code: str, unit: str) -> int | None:
    """Return by how many places a value in this unit is shifted; None: no such unit."""
    expected = _UNITS.get(REGISTERS[code].quantity, "")
    prefix = unit[: len(unit) - len(expected)]
    if unit.lower() != prefix.lower() + expected or prefix not in _PREFIXES:
        return None
    if prefix and expected in _WITHOUT_PREFIX:
        return None
    return _PREFIXES[prefix]
