"""Numbers: settings of a bridge that have a value."""

from typing import Any, override

from homeassistant.components.number import NumberEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeNumber
from .coordinator import MeterBridgeEntry
from .entity import async_add_with_first_value
from .setting import SettingEntity

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of this kind of bridge."""
    async_add_with_first_value(
        entry, Platform.NUMBER, BridgeNumberEntity, async_add_entities
    )


class BridgeNumberEntity(SettingEntity, NumberEntity):
    """A setting that has a value."""

    entity_description: BridgeNumber[Any, Any]

    @property
    @override
    def native_value(self) -> float | None:
        """Return the present value of the setting."""
        value = self._value
        return value if isinstance(value, int | float) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setting."""
        await self.async_change(value)
