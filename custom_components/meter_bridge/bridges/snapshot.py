"""What a bridge knows at one moment, in the same form for every kind."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Never

from .obis import Quantity
from .wire import shift

_NOTHING: Mapping[str, Never] = MappingProxyType({})

MAIN_METER = ""
"""The key of the meter that is shown on the bridge's own device."""


class Medium(StrEnum):
    """What flows through a meter."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    VOLUME = "volume"
    WATER = "water"
    HEAT = "heat"
    COLD = "cold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Which meter was read; one with a key of its own gets a device of its own.

    `stale_after` (seconds) replaces the limit of the bridge's kind.
    """

    key: str = MAIN_METER
    medium: Medium = Medium.ELECTRICITY
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    stale_after: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A total that the meter does not count, but that follows from one it counts.

    One unit of `source` makes `factor` units of `code`, shown with `places` decimals.
    """

    code: str
    source: str
    factor: float
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How raw counts are meant: one of them is `multiplier` / `divisor` of a unit.

    `unit` is its code in the standard that the bridge speaks. None, and a divisor or
    multiplier of 0, is what an answer leaves open.
    """

    unit: int | None = None
    multiplier: int | None = None
    divisor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What the raw counts of a register mean.

    They are taken modulo `modulus`. `rate` is the key of the register's present value,
    one unit of which makes `speed` counts a second; a rate of `most` is always
    possible. `may_fall` if the rate may be negative. `steps` counts make one unit of
    the total, which has `places` decimals. `sign` is -1 where the total grows as the
    count falls. One that is `one_way` adds only growth, and starts at 0.
    """

    modulus: int
    rate: str
    speed: float
    most: float
    may_fall: bool
    steps: int
    places: int
    sign: int = 1
    one_way: bool = False

    def first(self, count: int) -> int:
        """Return the total to begin with, in counts."""
        return 0 if self.one_way else self.sign * count

    def growth(self, steps: int) -> int:
        """Return what a count that went on by some steps adds to the total."""
        return max(self.sign * steps, 0) if self.one_way else self.sign * steps

    def amount(self, count: int) -> float:
        """Return the total for a count, cut off as on meters and not rounded."""
        return shift(count * 10**self.places // self.steps, -self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a meter: OBIS code to number, in the units of `obis`.

    `time` is the meter's own and orders readings; without it they are ordered by
    arrival. `token` is any value that is different in each new reading, for devices
    whose time may be wrong or stand still. `derived` is worked out later, from those
    `values` that are accepted; where a meter counts either of two totals, each may be
    derived from the other.

    Counts whose `scale` may be unread come as `scaled`, which returns their values by
    a scale. `factor` is the conversion factor of the meter, None while it is not known.
    A reading that `is_complete` names every register of the meter. `unread` are
    registers that the answer names without a value that can be read.

    `own` are present values that the vocabulary does not have, by the bridge's own
    keys, and `quantities` what they are, where that is known. `counts` are raw counts
    that may be erased at any time, and `countings` what they mean: their totals, by the
    same keys, go on from where they were. `conclude` returns what follows from all that
    is believed; `stands_for` are the keys of totals by the code that follows from them.
    """

    values: Mapping[str, float]
    time: datetime | None = None
    token: Hashable = None
    meter: Meter = Meter()
    derived: tuple[Derivation, ...] = ()
    scale: Scale | None = None
    scaled: Callable[[Scale], Mapping[str, float]] | None = None
    factor: float | None = 1.0
    is_complete: bool = False
    unread: frozenset[str] = frozenset()
    own: Mapping[str, float] = _NOTHING
    quantities: Mapping[str, Quantity] = _NOTHING
    counts: Mapping[str, int] = _NOTHING
    countings: Mapping[str, Counting] = _NOTHING
    conclude: Callable[[Mapping[str, float]], Mapping[str, float]] | None = None
    stands_for: Mapping[str, str] = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot[D]:
    """Everything a bridge knows now: a reading per meter, and details of its kind.

    A meter that cannot be read has no reading. `serial` is the bridge's, if an answer
    named it: another device at the address is recognised by it.
    """

    readings: tuple[Reading, ...]
    details: D
    serial: str | None = None
    firmware: str | None = None
