"""The demand sensors: running period, forecast of its end, and highest of the month."""

from collections.abc import Mapping

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from ..meter.demand import Demand


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


def shown_demand(demand: Demand) -> Mapping[str, int | None]:
    """Return what the demand sensors of a meter show (W), by their keys.

    Until a whole period was seen, those without a value are left out: a new bridge
    would show three sensors that are unknown for up to an hour.
    """
    peak = demand.peak
    shown = {
        DEMAND.key: demand.now,
        DEMAND_AHEAD.key: demand.ahead,
        PEAK_DEMAND.key: None if peak is None else round(peak.demand),
    }
    if demand.months:
        return shown
    return {key: value for key, value in shown.items() if value is not None}
