"""Meter Bridge: the small boxes that read a household's electricity meter."""

from collections.abc import Mapping
from contextlib import suppress

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType
from homeassistant.setup import async_setup_component

from .bridges import Kind, async_bridge_of
from .bridges.errors import BridgeAuthError, BridgeError, UnknownKindError
from .const import CONF_PINNED, CONF_UPDATES, DOMAIN, Updates
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .energy_dashboard import async_feed_dashboard
from .entity import bridge_device
from .flow.following import async_search
from .flow.probe import connect, identify, in_time
from .history.corrector import async_correct_sums
from .history.filler import async_fill_outages
from .history.importer import async_start_importer
from .issues import async_watch_disabled, report_refusal
from .messages import translated
from .role_repairs import async_check_roles
from .services import async_register_actions, async_register_history
from .storage import async_forget

# Minor version 1 had an option: the seconds that all values but net power waited.
_MINOR_VERSION, _OLD_THROTTLE, _OLD_SECONDS = 2, "throttle", 10
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions; they exist even while no bridge answers."""
    async_register_history(hass)
    if "http" in hass.config.components:
        # The forms of actions upload files to `file_upload`; nothing else may have set
        # it up.
        await async_setup_component(hass, "file_upload", {})
    for entry in hass.config_entries.async_entries(DOMAIN):
        with suppress(UnknownKindError):
            async_register_actions(hass, await async_bridge_of(hass, entry))
    async_watch_disabled(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Migrate an older entry: its minimum time between updates becomes a choice."""
    if entry.version == 1 and entry.minor_version < _MINOR_VERSION:
        options = dict(entry.options)
        # Net power never waited, whatever the seconds were: owners may rely on that.
        has_pause = options.pop(_OLD_THROTTLE, _OLD_SECONDS)
        options[CONF_UPDATES] = (
            Updates.LIVE_POWER if has_pause else Updates.EVERY_READING
        ).value
        hass.config_entries.async_update_entry(
            entry, options=options, minor_version=_MINOR_VERSION
        )
    return entry.version == 1


async def async_setup_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Set up one bridge."""
    try:
        bridge = await async_bridge_of(hass, entry)
        # The entry may be the first of its kind: then its actions are not registered
        # yet.
        async_register_actions(hass, bridge)
        client = connect(hass, bridge, entry.data, options=entry.options)
        async with in_time(bridge.setup_seconds):
            identity = await identify(client, entry, bridge)
            _pin_more(hass, entry, bridge, identity.pinned)
            coordinator = MeterCoordinator(hass, entry, bridge, client, identity)
            await coordinator.async_config_entry_first_refresh()
    except UnknownKindError as error:
        raise translated(ConfigEntryError, error) from error
    except BridgeAuthError as error:
        raise translated(ConfigEntryAuthFailed, error) from error
    except BridgeError as error:
        report_refusal(hass, entry, error)
        async_search(hass, entry)
        raise translated(ConfigEntryNotReady, error) from error

    entry.runtime_data = coordinator
    # Create the device of the bridge first: devices of other meters refer to it.
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **bridge_device(coordinator)
    )
    await async_start_importer(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_feed_dashboard(hass, entry)
    async_fill_outages(hass, entry)
    async_correct_sums(hass, entry)
    async_check_roles(hass, entry)
    if bridge.pushes:
        entry.async_create_background_task(
            hass, coordinator.async_follow(), f"{entry.title} stream"
        )
    return True


def _pin_more(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    bridge: Kind,
    shown: Mapping[str, str],
) -> None:
    """Pin also what an earlier version did not, if all that is pinned matches."""
    pinned = entry.data.get(CONF_PINNED, {})
    if (pinned or bridge.pins_later) and pinned.items() < shown.items():
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_PINNED: dict(shown)}
        )


async def async_unload_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Unload a bridge. Home Assistant ends its stream and timers with the entry."""
    entry.runtime_data.show_last()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_shutdown()
    return unloaded


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: MeterBridgeEntry, device: dr.DeviceEntry
) -> bool:
    """Let the owner delete the device of a meter that no longer reports."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    known = {
        identifier for domain, identifier in device.identifiers if domain == DOMAIN
    }
    if entry.unique_id in known:
        return False
    return all(
        entry.runtime_data.forget_meter(each.removeprefix(f"{entry.unique_id}_"))
        for each in known
    )


async def async_remove_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Delete what was stored of a bridge that was removed."""
    await async_forget(hass, entry)
