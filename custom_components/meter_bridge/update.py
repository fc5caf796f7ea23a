"""Updates: firmware that a bridge downloads and installs by itself."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.update import UpdateEntity, UpdateEntityFeature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .bridges.contract import BridgeUpdate
from .bridges.errors import BridgeError
from .const import LOGGER
from .coordinator import MeterBridgeEntry
from .entity import BridgeEntity
from .messages import errors_shown

PARALLEL_UPDATES = 1

# Not more often: with each check the bridge asks its manufacturer's server.
_CHECK_INTERVAL = timedelta(hours=12)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the update entities of this kind of bridge."""
    coordinator = entry.runtime_data
    async_add_entities(
        BridgeUpdateEntity(coordinator, None, description)
        for description in coordinator.bridge.updates
    )


class BridgeUpdateEntity(BridgeEntity, UpdateEntity):
    """Firmware of the bridge; only the bridge can tell whether there is a newer one."""

    entity_description: BridgeUpdate[Any, Any]
    _attr_supported_features = (
        UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Check for a newer version now, and twice a day."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_check, _CHECK_INTERVAL)
        )
        self.coordinator.config_entry.async_create_background_task(
            self.hass, self._async_check(), f"{self.coordinator.name} update check"
        )

    async def _async_check(self, _now: datetime | None = None) -> None:
        """Ask for the newest version; keep the one known if the bridge cannot tell."""
        try:
            latest = await self.entity_description.latest_fn(self.coordinator.client)
        except BridgeError as error:
            LOGGER.debug("%s: no news of updates: %s", self.coordinator.name, error)
            return
        self._attr_latest_version = latest
        self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """Stay available while the update restarts the bridge."""
        return self._attr_in_progress or super().available

    @property
    @override
    def installed_version(self) -> str | None:
        """Return the version that the bridge runs."""
        return self.entity_description.installed_fn(self.coordinator.data.details)

    @override
    async def async_install(
        self, version: str | None, backup: bool, **kwargs: Any
    ) -> None:
        """Let the bridge install its update; return once the bridge runs again."""

        @callback
        def progress(part: float | None) -> None:
            self._attr_update_percentage = None if part is None else round(100 * part)
            self.async_write_ha_state()

        self._attr_in_progress = True
        progress(None)
        try:
            with errors_shown(self.hass, self.coordinator.config_entry):
                await self.entity_description.install_fn(
                    self.coordinator.client, progress
                )
        finally:
            self._attr_in_progress = False
        await self.coordinator.async_refresh()
        await self._async_check()
