"""Buttons: what a bridge does when asked."""

from typing import Any, override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeButton
from .bridges.errors import BridgeAuthError, BridgeError
from .coordinator import MeterBridgeEntry
from .entity import BridgeEntity
from .messages import translated

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make the buttons of this kind of bridge."""
    coordinator = entry.runtime_data
    async_add_entities(
        BridgeButtonEntity(coordinator, None, description)
        for description in coordinator.bridge.buttons
    )


class BridgeButtonEntity(BridgeEntity, ButtonEntity):
    """A button that asks the bridge for something."""

    entity_description: BridgeButton[Any]

    @override
    async def async_press(self) -> None:
        """Ask the bridge; tell the person who pressed when it refuses."""
        try:
            await self.entity_description.press_fn(self.coordinator.client)
        except BridgeError as error:
            if isinstance(error, BridgeAuthError):
                self.coordinator.config_entry.async_start_reauth(self.hass)
            raise translated(HomeAssistantError, error) from error
