"""Updates: firmware that a bridge downloads and installs by itself."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.update import UpdateEntity, UpdateEntityFeature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .action_needs import installation_signal
from .bridges.contract import BridgeUpdate
from .bridges.errors import BridgeError
from .bridges.words import words
from .commands import telling
from .const import LOGGER
from .coordinator import MeterBridgeEntry
from .entity import BridgeEntity
from .permission import async_require_admin

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

    @property
    @override
    def supported_features(self) -> UpdateEntityFeature:
        """Return what can be done: without a download, an action installs files."""
        if self.entity_description.install_fn is None:
            return UpdateEntityFeature.PROGRESS
        return UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS

    @override
    async def async_added_to_hass(self) -> None:
        """Check for a newer version now, and twice a day; follow installations."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                installation_signal(self.coordinator.config_entry),
                self._follow,
            )
        )
        if self.entity_description.latest_fn is None:
            return
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_check, _CHECK_INTERVAL)
        )
        self.coordinator.config_entry.async_create_background_task(
            self.hass, self._async_check(), f"{self.coordinator.name} update check"
        )

    async def _async_check(self, _now: datetime | None = None) -> None:
        """Ask for the newest version; keep the one known if the bridge cannot tell."""
        latest_fn = self.entity_description.latest_fn
        if latest_fn is None:
            return
        try:
            latest = await latest_fn(self.coordinator.client)
        except BridgeError as error:
            LOGGER.debug("%s: no news of updates: %s", self.coordinator.name, error)
            return
        self._attr_latest_version = words(latest) if latest else None
        self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """Stay available while the update restarts the bridge."""
        return self._attr_in_progress or super().available

    @property
    @override
    def release_url(self) -> str | None:
        """Return the page with the release notes."""
        return self.entity_description.release_url

    @property
    @override
    def installed_version(self) -> str | None:
        """Return the version that the bridge runs."""
        running = self.entity_description.installed_fn(self.coordinator.data.details)
        return words(running) if running else None

    @override
    async def async_install(
        self, version: str | None, backup: bool, **kwargs: Any
    ) -> None:
        """Let the bridge install its update; return once the bridge runs again."""
        await async_require_admin(self.hass, self._context, self.entity_id)
        install_fn = self.entity_description.install_fn
        if install_fn is None:
            return
        self._follow(None)
        try:
            async with telling(self.hass, self.coordinator.config_entry) as client:
                await install_fn(client, self._follow)
        finally:
            self._attr_in_progress = False
        await self.coordinator.async_refresh()
        await self._async_check()

    @callback
    def _follow(self, part: float | None, is_over: bool = False) -> None:  # noqa: FBT001, FBT002 (a signal has no names)
        """Show how much of an installation is done, until it is over."""
        self._attr_in_progress = not is_over
        self._attr_update_percentage = None if part is None else round(100 * part)
        self.async_write_ha_state()
