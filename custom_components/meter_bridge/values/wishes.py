"""What owners want to see beside the values of their meters, by the options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.util import dt as dt_util

from ..bridges.contract import BridgeType
from ..const import (
    CONF_DEMAND,
    CONF_DEMAND_PERIOD,
    CONF_MAIN_FUSE,
    CONF_METERS,
    CONF_PRICES,
)
from ..meter.periods import Clock
from .told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The wishes of one owner.

    `period_clock` cuts the periods of the demand, None where no demand is wanted.
    `prices` (per kWh) are those of the tariffs that have one.
    `fuse` is the rating of the main fuse (A) where the bridge does not report it.
    """

    period_clock: Clock | None = None
    fuse: float | None = None
    prices: Mapping[int, float] = field(default_factory=dict)
    told: Told = field(default_factory=dict)

    @classmethod
    def of(cls, options: Mapping[str, Any], bridge: BridgeType[Any, Any]) -> Wishes:
        """Return what the options of an entry say."""
        clock = None
        if options.get(CONF_DEMAND, bridge.shows_demand):
            clock = Clock(
                minutes=int(options.get(CONF_DEMAND_PERIOD, bridge.demand_minutes)),
                zone=dt_util.get_default_time_zone(),
            )
        return cls(
            period_clock=clock,
            fuse=options.get(CONF_MAIN_FUSE) or None,
            prices={
                tariff: options[key]
                for tariff, key in CONF_PRICES.items()
                if options.get(key)
            },
            told=options.get(CONF_METERS, {}),
        )
