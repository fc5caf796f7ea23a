"""Entities that show a setting of the bridge, and change it."""

from collections.abc import Callable
from typing import Any

from .bridges.contract import BridgeSetting
from .commands import telling
from .entity import MeterEntity
from .permission import async_require_admin
from .values.sources import Value


class SettingEntity(MeterEntity):
    """A setting of the bridge, which only administrators and automations change."""

    entity_description: BridgeSetting[Any, Any]

    async def async_change(self, value: Value) -> None:
        """Send a new value to the bridge, and show the value that it has then."""
        await async_require_admin(self.hass, self._context, self.entity_id)
        set_fn: Callable[..., Any] = self.entity_description.set_fn
        async with telling(self.hass, self.coordinator.config_entry) as client:
            await set_fn(client, value)
        await self.coordinator.async_refresh()
