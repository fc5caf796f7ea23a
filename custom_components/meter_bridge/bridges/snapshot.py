"""What a bridge said at one moment."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAIN_METER = ""
"""The key of the meter that is shown on the bridge's own device."""


class Medium(StrEnum):
    """What flows through a meter."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Which meter was read; a key other than the main one makes a device below.

    `stale_after` is in seconds and stands in for the bridge's own limit.
    """

    key: str = MAIN_METER
    medium: Medium = Medium.ELECTRICITY
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    stale_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A total that the meter does not count, but that grows with one that it does.

    Each unit of `source` is so many (`factor`) of `code`, shown to so many decimals.
    """

    code: str
    source: str
    factor: float
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at a meter: OBIS code to number, in the units of `obis`.

    `time` is the meter's own and orders readings; without it they count in the order
    of arrival. `token` is anything that differs from one look to the next, for
    devices whose time cannot be trusted to do so. `derived` is worked out from those
    `values` that may be believed.
    """

    values: Mapping[str, float]
    time: datetime | None = None
    token: Hashable = None
    meter: Meter = field(default_factory=Meter)
    derived: tuple[Derivation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot[D]:
    """Everything a bridge knows now: a reading per meter, and its own details.

    A meter that cannot be read has no reading. `serial` is the bridge's, where the
    answer names it, so that another device at the address is noticed.
    """

    readings: tuple[Reading, ...]
    details: D
    serial: str | None = None
    firmware: str | None = None
