"""The vocabulary: OBIS codes (C.D.E of IEC 62056-61) and what they mean.

Units: W, var, VA, Wh, varh, VAh, V, A, Hz, m³; a power factor has none. Net power
is positive while the household imports and negative while it exports.
"""

from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, reduce

from .wire import difference, number, total

NET_POWER = "16.7.0"
IMPORT_ENERGY, EXPORT_ENERGY = "1.8.0", "2.8.0"
"""Totals of all tariffs."""
IMPORT_GROUP, EXPORT_GROUP = "1", "2"
"""Value group C of active import and export, in total."""
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
    TEMPERATURE = "temperature"
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
    """Tell whether utilities bill the maximum demand of such a power."""
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

IMPORT_POWER, EXPORT_POWER = "1.7.0", "2.7.0"
ABSOLUTE_POWER = "15.7.0"
"""Import plus export power, W: it has no entity, but may tell net power."""
IMPORT_PHASES = ("21.7.0", "41.7.0", "61.7.0")
_EXPORT_PHASES = ("22.7.0", "42.7.0", "62.7.0")
_NET_PHASES = ("36.7.0", "56.7.0", "76.7.0")
# Net, import and export power: of the total, then of each phase.
_NET_OF = (
    (NET_POWER, IMPORT_POWER, EXPORT_POWER),
    *zip(_NET_PHASES, IMPORT_PHASES, _EXPORT_PHASES, strict=True),
)
NET_POWERS = (NET_POWER, *_NET_PHASES)
_ACTIVE_POWERS = {ABSOLUTE_POWER, *(code for codes in _NET_OF for code in codes)}
# Value group C of everything that is exported, in total and by phase.
_EXPORT_GROUPS = {EXPORT_GROUP, "22", "42", "62"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPowers:
    """What a meter has ever sent: the codes, and whether an import power was negative.

    `is_settled` once that is all it has, as far as two readings in a row can tell.
    """

    codes: frozenset[str]
    is_signed: bool = False
    is_settled: bool = True

    @property
    def exports(self) -> bool:
        """Tell whether the meter has any export register, of power or energy."""
        return any(code.partition(".")[0] in _EXPORT_GROUPS for code in self.codes)

    @property
    def counts_export(self) -> bool:
        """Tell whether the meter has any export counter."""
        counters = COUNTERS.intersection(self.codes)
        return any(code.partition(".")[0] in _EXPORT_GROUPS for code in counters)


def with_net_power(values: Mapping[str, float], known: KnownPowers) -> dict[str, float]:
    """Add net power (W, import positive), in total and by phase, where it is known.

    What a meter does not have is judged by all that it has ever sent. A power that it
    has, but that is missing now, leaves net power missing.
    """
    complete = dict(values)
    for net, imported, exported in _NET_OF:
        if net not in complete and imported in complete and exported in complete:
            complete[net] = difference(complete[imported], complete[exported])
    if NET_POWER in complete or NET_POWER in known.codes:
        return complete
    powers = _ACTIVE_POWERS.intersection(known.codes)
    if source := _only_power(powers, known):
        power = complete.get(source)
        if source != IMPORT_POWER:
            # A phase that stands for the total is no phase.
            complete.pop(source, None)
        if power is not None and known.is_settled:
            complete[NET_POWER] = power
    elif (phases := _phases(powers, known)) and complete.keys() >= set(phases):
        complete[NET_POWER] = reduce(total, (complete[code] for code in phases))
    return complete


def _only_power(powers: AbstractSet[str], known: KnownPowers) -> str | None:
    """Return the one power that is net power by itself, if there is one."""
    if IMPORT_POWER in powers and not known.exports:
        return IMPORT_POWER
    if len(powers) != 1:
        return None
    (power,) = powers
    if power == ABSOLUTE_POWER:
        return None if known.counts_export else power
    if power in _NET_PHASES or (power in IMPORT_PHASES and _is_net(known)):
        return power
    return None


def _phases(powers: AbstractSet[str], known: KnownPowers) -> tuple[str, ...]:
    """Return the phases whose powers add up to net power, if they do."""
    if {IMPORT_POWER, EXPORT_POWER} <= powers:
        return ()
    if all(
        net in powers or {imported, exported} <= powers
        for net, imported, exported in _NET_OF[1:]
    ):
        return _NET_PHASES
    return IMPORT_PHASES if powers == set(IMPORT_PHASES) and _is_net(known) else ()


def _is_net(known: KnownPowers) -> bool:
    """Tell whether powers under the codes of import are net, or are all there is."""
    return known.is_signed or not known.exports


def is_shown(code: str) -> bool:
    """Tell whether a value has an entity, rather than only telling another one."""
    return code != ABSOLUTE_POWER


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
    if len(unit) > _LONGEST_UNIT or (code not in REGISTERS and is_shown(code)):
        return None
    places = _places(code, unit)
    return None if places is None else number(value, places)


@lru_cache(maxsize=1024)
def _places(code: str, unit: str) -> int | None:
    """Return by how many places this unit shifts a value; None if it does not fit."""
    quantity = REGISTERS[code].quantity if is_shown(code) else Quantity.ACTIVE_POWER
    expected = _UNITS.get(quantity, "")
    prefix = unit[: len(unit) - len(expected)]
    if unit.lower() != prefix.lower() + expected or prefix not in _PREFIXES:
        return None
    if prefix and expected in _WITHOUT_PREFIX:
        return None
    return _PREFIXES[prefix]
