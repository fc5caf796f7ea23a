"""Sensors: the meter's registers, and what only this kind of bridge says."""

from collections.abc import Iterable
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.wire import shift
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .entity import MeterEntity
from .values.meter_sensors import MeterSensorDescription
from .values.sources import Value

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make a sensor for every value as it first appears."""
    coordinator = entry.runtime_data

    @callback
    def add(keys: Iterable[str]) -> None:
        async_add_entities(
            _sensor(coordinator, key)
            for key in keys
            if coordinator.board.source(key).platform is Platform.SENSOR
        )

    entry.async_on_unload(coordinator.async_on_new(add))


class MeterSensor(MeterEntity, SensorEntity):
    """One number, word or time."""

    entity_description: SensorEntityDescription

    def __init__(self, coordinator: MeterCoordinator, key: str) -> None:
        """Show the value under this key; a register's in the unit shown."""
        super().__init__(coordinator, key)
        description = self.entity_description
        self._places = (
            description.places if isinstance(description, MeterSensorDescription) else 0
        )

    @property
    @override
    def native_value(self) -> Value:
        """Return the value in the unit shown, with the digits that were sent."""
        value = self._value
        if self._places and isinstance(value, (int, float)):
            return shift(value, self._places)
        return value


class MoneySensor(MeterSensor):
    """An amount in the owner's currency."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the currency that Home Assistant is set to now."""
        return self.hass.config.currency


def _sensor(coordinator: MeterCoordinator, key: str) -> MeterSensor:
    """Return the sensor of a key."""
    description = coordinator.board.source(key).description
    is_money = description.device_class == SensorDeviceClass.MONETARY
    return (MoneySensor if is_money else MeterSensor)(coordinator, key)
