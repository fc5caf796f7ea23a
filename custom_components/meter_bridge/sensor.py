"""Sensors: registers of the meters, and those of one kind of bridge."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MAX_LENGTH_STATE_STATE, Platform, UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .bridges.contract import BridgeSensor
from .bridges.wire import shift
from .bridges.words import printable
from .const import DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .entity import MeterEntity
from .meter.peaks import Peak
from .values.demand_sensors import PEAK_DEMAND
from .values.meter_sensors import MeterSensorDescription
from .values.price import IMPORT_PRICE
from .values.sources import Value, entity_key

PARALLEL_UPDATES = 0
# As `utility_meter` has it; the Energy dashboard looks for it from 2026.12.
ATTR_SOURCE = "source"
ATTR_REGISTER = "register"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each sensor when its value first appears."""
    coordinator = entry.runtime_data
    _remove_unwanted(hass, entry)

    @callback
    def add(keys: Iterable[str]) -> None:
        async_add_entities(
            _sensor(coordinator, key)
            for key in sorted(keys, key=partial(_is_double, coordinator))
            if coordinator.board.source(key).platform is Platform.SENSOR
        )

    entry.async_on_unload(coordinator.async_on_new(add))


class MeterSensor(MeterEntity, SensorEntity):
    """A value that is a number, a text or a time."""

    entity_description: SensorEntityDescription
    _unrecorded_attributes = frozenset({ATTR_SOURCE, ATTR_REGISTER})

    def __init__(self, coordinator: MeterCoordinator, key: str) -> None:
        """Show the value of this key; a register's is converted to the unit shown."""
        super().__init__(coordinator, key)
        self._describe(self.entity_description)

    @override
    def _describe(self, description: EntityDescription) -> None:
        """Look up once what is asked for with each state."""
        super()._describe(description)
        self._places = (
            description.places if isinstance(description, MeterSensorDescription) else 0
        )
        self._counted_by = _counted_by(description)
        self._register = _register(description)

    @property
    @override
    def native_value(self) -> Value:
        """Return the value in the unit shown, with the digits that were sent."""
        value = self._shown.get(self._key)
        if self._places and isinstance(value, (int, float)):
            return shift(value, self._places)
        if isinstance(value, str):
            return printable(value)[:MAX_LENGTH_STATE_STATE]
        return value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Name another sensor of the same total, and the number of the register.

        With `source`, the Energy dashboard suggests only the sensor that it names. The
        number is what actions of the bridge ask for.
        """
        if self._counted_by is None and self._register is None:
            return None
        found = {ATTR_SOURCE: self._double(), ATTR_REGISTER: self._register}
        return {key: each for key, each in found.items() if each is not None} or None

    def _double(self) -> str | None:
        """Return the sensor that counts the same as well, if there is one."""
        if self._counted_by is None:
            return None
        key = entity_key(self._meter, self._counted_by)
        return er.async_get(self.hass).async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{self.coordinator.config_entry.unique_id}_{key}"
        )


def _counted_by(description: EntityDescription) -> str | None:
    """Return the register that counts the same as a sensor, if any does."""
    if isinstance(description, MeterSensorDescription | BridgeSensor):
        return description.counted_by
    return None


def _register(description: EntityDescription) -> int | None:
    """Return the number of the bridge's register, if it has one."""
    return description.register if isinstance(description, BridgeSensor) else None


def _is_double(coordinator: MeterCoordinator, key: str) -> bool:
    """Tell whether a sensor names another as its source, which is registered first."""
    return _counted_by(coordinator.board.source(key).description) is not None


class MoneySensor(MeterSensor):
    """An amount in the owner's currency."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the currency that Home Assistant is set to now."""
        return self.hass.config.currency


class PriceSensor(MeterSensor):
    """A price of energy in the owner's currency."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the unit that the Energy dashboard knows prices in."""
        return f"{self.hass.config.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"


class PeakDemandSensor(MeterSensor):
    """The highest demand of this month, with those of the last twelve months."""

    _unrecorded_attributes = frozenset({"peaks"})

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the start of its period, and the peaks of the last twelve months."""
        demand = self.coordinator.board.demand(self._meter)
        if demand is None or demand.peak is None:
            return None
        return {
            "start": _local(demand.peak),
            "peaks": [
                {"demand": round(peak.demand), "start": _local(peak)}
                for peak in demand.months.values()
            ],
        }


def _local(peak: Peak) -> str:
    """Return the start of a peak's period in local time."""
    return dt_util.as_local(dt_util.utc_from_timestamp(peak.start)).isoformat()


@callback
def _remove_unwanted(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Remove the entities that the owner has switched off in the options."""
    unwanted = entry.runtime_data.board.unwanted
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.translation_key in unwanted:
            registry.async_remove(entity.entity_id)


def _sensor(coordinator: MeterCoordinator, key: str) -> MeterSensor:
    """Return the sensor of a key."""
    description = coordinator.board.source(key).description
    if description is IMPORT_PRICE:
        return PriceSensor(coordinator, key)
    if description is PEAK_DEMAND:
        return PeakDemandSensor(coordinator, key)
    is_money = description.device_class == SensorDeviceClass.MONETARY
    return (MoneySensor if is_money else MeterSensor)(coordinator, key)
