"""Switches: settings of a bridge that are on or off."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeSwitch
from .coordinator import MeterBridgeEntry
from .entity import async_add_with_first_value
from .setting import SettingEntity

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of this kind of bridge."""
    async_add_with_first_value(
        entry, Platform.SWITCH, BridgeSwitchEntity, async_add_entities
    )


class BridgeSwitchEntity(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    entity_description: BridgeSwitch[Any, Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the present value of the setting."""
        return None if self._value is None else bool(self._value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the setting on."""
        await self.async_change(True)  # noqa: FBT003 (the value of a switch)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the setting off."""
        await self.async_change(False)  # noqa: FBT003 (the value of a switch)
