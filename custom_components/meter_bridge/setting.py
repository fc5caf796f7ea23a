"""Entities that show a setting of the bridge, and change it."""

from collections.abc import Callable
from typing import Any

from .bridges.contract import BridgeSetting
from .entity import MeterEntity
from .messages import errors_shown
from .permission import async_require_admin
from .values.sources import Value


class SettingEntity(MeterEntity):
    """A setting of the bridge, which only administrators and automations change."""

    entity_description: BridgeSetting[Any, Any]

    async def async_change(self, value: Value) -> None:
        """Send a new value to the bridge, and show the value that it has then."""
        await async_require_admin(self.hass, self._context, self.entity_id)
        set_fn: Callable[..., Any] = self.entity_description.set_fn
        with errors_shown(self.hass, self.coordinator.config_entry):
            await set_fn(self.coordinator.client, value)
        await self.coordinator.async_refresh()
