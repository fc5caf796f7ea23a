"""Find the totals and powers of a meter that Home Assistant keeps statistics of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..bridges.snapshot import MAIN_METER
from ..bridges.wire import shift
from ..const import DOMAIN
from ..coordinator import MeterBridgeEntry
from ..values.meter_sensors import MeterSensorDescription

_TOTALS = (SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One total, or power: its key, its sensor, and the unit of that sensor.

    `places` says how far a reading's decimal point moves to get to that unit.
    """

    key: str
    entity_id: str
    unit: str | None
    places: int
    may_fall: bool

    def shown(self, value: float) -> float:
        """Convert a reading's number to the unit of the sensor."""
        return shift(value, self.places) if self.places else value


def registers_of(
    hass: HomeAssistant, entry: MeterBridgeEntry, meter: str = MAIN_METER
) -> Iterator[Register]:
    """Yield the totals of a meter whose sensor is enabled, with its present id."""
    return _registers(hass, entry, meter, lambda each: each.state_class in _TOTALS)


def powers_of(
    hass: HomeAssistant, entry: MeterBridgeEntry, meter: str
) -> Iterator[Register]:
    """Yield the powers of a meter likewise."""
    return _registers(
        hass,
        entry,
        meter,
        lambda each: (
            each.device_class is SensorDeviceClass.POWER
            and each.state_class is SensorStateClass.MEASUREMENT
        ),
    )


def _registers(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    meter: str,
    is_wanted: Callable[[SensorEntityDescription], bool],
) -> Iterator[Register]:
    """Yield the enabled sensors of a meter that are wanted."""
    registry, board = er.async_get(hass), entry.runtime_data.board
    for key in board.with_entity():
        source = board.source(key)
        description = source.description
        if (
            source.platform is not Platform.SENSOR
            or source.meter != meter
            or not isinstance(description, SensorEntityDescription)
            or not is_wanted(description)
        ):
            continue
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.unique_id}_{key}"
        )
        entity = registry.async_get(entity_id) if entity_id else None
        if entity_id is None or entity is None or entity.disabled:
            continue
        yield Register(
            key=key,
            entity_id=entity_id,
            unit=description.native_unit_of_measurement,
            places=description.places
            if isinstance(description, MeterSensorDescription)
            else 0,
            may_fall=description.state_class is SensorStateClass.TOTAL,
        )
