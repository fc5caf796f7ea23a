"""Settings of a bridge: entities that show what it has chosen, and change it."""

from collections.abc import Callable, Iterable
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bridges.contract import BridgeSetting
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .entity import MeterEntity
from .messages import errors_shown
from .permission import async_require_admin
from .values.sources import Value


@callback
def async_add_settings(
    entry: MeterBridgeEntry,
    platform: Platform,
    create: Callable[[MeterCoordinator, str], Entity],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the settings of one platform, each with its first value."""
    coordinator = entry.runtime_data

    @callback
    def add(keys: Iterable[str]) -> None:
        async_add_entities(
            create(coordinator, key)
            for key in keys
            if coordinator.board.source(key).platform is platform
        )

    entry.async_on_unload(coordinator.async_on_new(add))


class SettingEntity(MeterEntity):
    """A setting of the bridge, which only administrators and automations change."""

    entity_description: BridgeSetting[Any, Any]

    async def async_change(self, value: Value) -> None:
        """Let the bridge take this value, and show what it has chosen then."""
        await async_require_admin(self.hass, self._context, self.entity_id)
        set_fn: Callable[..., Any] = self.entity_description.set_fn
        with errors_shown(self.hass, self.coordinator.config_entry):
            await set_fn(self.coordinator.client, value)
        await self.coordinator.async_refresh()
