"""Binary sensors: connections of bridge and meters, and those of one kind of bridge."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import MeterBridgeEntry
from .entity import BridgeEntity, MeterEntity, async_add_with_first_value
from .values.sources import BRIDGE_CONNECTION

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the bridge's connection now, every other entity with its first value."""
    coordinator = entry.runtime_data
    async_add_entities([BridgeConnection(coordinator, None, BRIDGE_CONNECTION)])
    async_add_with_first_value(
        entry, Platform.BINARY_SENSOR, MeterBinarySensor, async_add_entities
    )


class MeterBinarySensor(MeterEntity, BinarySensorEntity):
    """A value that is on or off."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the present state."""
        return None if self._value is None else bool(self._value)


class BridgeConnection(BridgeEntity, BinarySensorEntity):
    """The connection to the bridge; the one entity that is always available."""

    @property
    @override
    def available(self) -> bool:
        """Stay available, so that a lost connection shows as off."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the last update succeeded."""
        return self.coordinator.last_update_success
