"""Buttons: commands that a bridge carries out."""

from typing import Any, override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeButton
from .commands import telling
from .coordinator import MeterBridgeEntry
from .entity import BridgeEntity
from .permission import async_require_admin

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of this kind of bridge."""
    coordinator = entry.runtime_data
    async_add_entities(
        BridgeButtonEntity(coordinator, None, description)
        for description in coordinator.bridge.buttons
    )


class BridgeButtonEntity(BridgeEntity, ButtonEntity):
    """A button that sends a command to the bridge."""

    entity_description: BridgeButton[Any]

    @override
    async def async_press(self) -> None:
        """Send the command; show the reason to the user if it fails."""
        if self.entity_description.is_lasting:
            await async_require_admin(self.hass, self._context, self.entity_id)
        async with telling(self.hass, self.coordinator.config_entry) as client:
            await self.entity_description.press_fn(client)
        if self.entity_description.asks_again:
            await self.coordinator.async_request_refresh()
