"""Selects: settings of a bridge with a list of choices."""

from typing import Any, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeSelect
from .coordinator import MeterBridgeEntry
from .entity import async_add_with_first_value
from .setting import SettingEntity

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of this kind of bridge."""
    async_add_with_first_value(
        entry, Platform.SELECT, BridgeSelectEntity, async_add_entities
    )


class BridgeSelectEntity(SettingEntity, SelectEntity):
    """A setting with a list of choices."""

    entity_description: BridgeSelect[Any, Any]

    @property
    @override
    def current_option(self) -> str | None:
        """Return the present value of the setting."""
        return None if self._value is None else str(self._value)

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the setting."""
        await self.async_change(option)
