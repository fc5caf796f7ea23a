"""The demand sensors: running period, forecast of its end, and highest of the month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from ..meter.demand import Demand

# Each new state is a row in the database. A rule has seconds, W and a part: a demand is
# shown after these seconds if it differs by these W and this part of the last state.
_CALM = ((60.0, 50, 0.05), (300.0, 1, 0.0))
_BRISK = ((10.0, 200, 0.1), *_CALM)

type Rules = tuple[tuple[float, int, float], ...]


def _sensor(key: str) -> SensorEntityDescription:
    """Describe a demand sensor."""
    return SensorEntityDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    )


DEMAND = _sensor("demand")
DEMAND_AHEAD = _sensor("demand_ahead")
PEAK_DEMAND = _sensor("peak_demand")
DEMAND_SENSORS = (DEMAND, DEMAND_AHEAD, PEAK_DEMAND)


@dataclass(slots=True)
class ShownDemand:
    """The demand of one meter (W) as its sensors show it, by their keys."""

    _shown: dict[str, tuple[int, float]] = field(default_factory=dict)

    def show(self, demand: Demand, clock: float) -> Mapping[str, int | None]:
        """Return the values to show at `clock` (monotonic seconds); None: unknown."""
        peak = demand.peak
        return {
            DEMAND.key: self._calm(DEMAND.key, demand.now, clock, _CALM),
            DEMAND_AHEAD.key: self._calm(DEMAND_AHEAD.key, demand.ahead, clock, _BRISK),
            PEAK_DEMAND.key: None if peak is None else round(peak.demand),
        }

    def _calm(
        self, key: str, value: int | None, clock: float, rules: Rules
    ) -> int | None:
        """Return the value, or the one shown before if that is close enough."""
        if value is None:
            self._shown.pop(key, None)
            return None
        if key in self._shown:
            before, since = self._shown[key]
            if value == before:
                return before
            moved = abs(value - before)
            # A lower value belongs to a new period: show it at once.
            age = clock - since if value > before else inf
            if not any(
                age >= seconds and moved >= max(watts, before * share)
                for seconds, watts, share in rules
            ):
                return before
        self._shown[key] = value, clock
        return value
