"""The meaning of a register's type code (vendor's glossary, "Type Codes").

Once a second the database adds the rate of each register to its counter, in whole
quanta and modulo 2^63: a counter holds rate times seconds. Discrete numbers are not
added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..obis import Quantity
from ..wire import steps_between

WRAP = 1 << 63
_MILLI = Fraction(1, 1000)
_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The total that a counter stands for, if it has a meaning.

    `steps` of the counter make one unit; it is shown with `digits` decimals. `most` is
    the highest plausible rate (in the unit of the rate). `may_fall` tells whether the
    rate may be negative.
    """

    name: str
    steps: int
    digits: int
    most: float
    may_fall: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A quantity: the name of its entities, the size of a counter's step, its total.

    `quantity` is the vocabulary's word for it, if it has one.
    """

    name: str
    quantum: Fraction = _MILLI
    total: Total | None = None
    quantity: Quantity | None = None


_UNIT = Fraction(1)
_MOST_POWER = 100_000.0
_REACTIVE = Kind(
    name="reactive_power",
    quantum=_UNIT,
    total=Total(
        name="reactive_energy", steps=1000 * _PER_HOUR, digits=4, most=_MOST_POWER
    ),
    quantity=Quantity.REACTIVE_POWER,
)
UNKNOWN = Kind(name="value", quantum=_UNIT)
"""Any code that is not in the glossary."""

KINDS: Mapping[str, Kind] = {
    "P": Kind(
        name="power",
        quantum=_UNIT,
        total=Total(name="energy", steps=1000 * _PER_HOUR, digits=4, most=_MOST_POWER),
        quantity=Quantity.ACTIVE_POWER,
    ),
    "S": Kind(
        name="apparent_power",
        quantum=_UNIT,
        total=Total(
            name="apparent_energy",
            steps=1000 * _PER_HOUR,
            digits=4,
            most=_MOST_POWER,
            may_fall=False,
        ),
        quantity=Quantity.APPARENT_POWER,
    ),
    "var": _REACTIVE,
    # Devices really send this one; the vendor's glossary only has `var`.
    "PQ": _REACTIVE,
    "V": Kind(name="voltage", quantity=Quantity.VOLTAGE),
    "Vdc": Kind(name="voltage", quantity=Quantity.VOLTAGE),
    "I": Kind(name="current", quantity=Quantity.CURRENT),
    "Idc": Kind(name="current", quantity=Quantity.CURRENT),
    "F": Kind(name="frequency", quantity=Quantity.FREQUENCY),
    "THD": Kind(name="distortion"),
    "Qe": Kind(name="charge"),
    "R": Kind(name="resistance", quantum=_UNIT),
    "T": Kind(name="temperature", quantity=Quantity.TEMPERATURE),
    "dT": Kind(name="temperature_difference"),
    "Ee": Kind(name="irradiance", quantum=_UNIT),
    "#": Kind(name="number", quantum=_UNIT),
    "#3": Kind(name="number"),
    "%": Kind(name="percentage"),
    "$": Kind(
        name="money_rate",
        quantum=Fraction(1, 1 << 29),
        total=Total(name="money", steps=1 << 29, digits=2, most=1.0),
    ),
    "d": Kind(name="discrete", quantum=_UNIT),
    "a": Kind(name="angle"),
    "aq": Kind(name="air_quality"),
    "h": Kind(name="humidity"),
    "Pa": Kind(name="pressure", quantum=_UNIT),
    "ppm": Kind(name="concentration"),
    "m": Kind(name="mass"),
    "Q": Kind(
        name="mass_flow",
        quantum=_UNIT,
        total=Total(name="mass_total", steps=1000, digits=3, most=10_000.0),
    ),
    "Qv": Kind(
        name="flow",
        quantum=Fraction(1, 10**9),
        total=Total(name="volume", steps=10**9, digits=3, most=0.1),
    ),
    "v": Kind(name="speed"),
}
DISCRETE = "d"


def average_rate(kind: Kind, newer: int, older: int, seconds: float) -> float:
    """Return the mean rate between two counters, to a thousandth of its unit."""
    steps = steps_between(newer, older, WRAP)
    return round(float(steps * kind.quantum) / seconds, 3)
