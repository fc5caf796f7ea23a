"""Meter Bridge: the small boxes that read a household's electricity meter."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .bridges import BRIDGES
from .bridges.errors import BridgeAuthError, BridgeError, WrongBridgeError
from .const import CONF_BRIDGE, DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .entity import bridge_device
from .issues import report_refusal
from .messages import translated
from .recognise import connect, unique_ids
from .records import async_forget
from .services import async_register_actions

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.SENSOR,
    Platform.UPDATE,
]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which wait for a bridge that knows them."""
    async_register_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Set up one bridge."""
    bridge = BRIDGES[entry.data[CONF_BRIDGE]]
    try:
        client = connect(hass, bridge, entry.data, options=entry.options)
        identity = await client.identify()
        if entry.unique_id not in unique_ids(bridge, identity):
            raise WrongBridgeError("Another bridge answers at this address")
    except BridgeAuthError as error:
        raise translated(ConfigEntryAuthFailed, error) from error
    except BridgeError as error:
        report_refusal(hass, entry, error)
        raise translated(ConfigEntryNotReady, error) from error

    coordinator = MeterCoordinator(hass, entry, bridge, client, identity)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    # Meters beside the main one are devices by way of this one: it comes first.
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **bridge_device(coordinator)
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    if bridge.pushes:
        entry.async_create_background_task(
            hass, coordinator.async_follow(), f"{entry.title} stream"
        )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Unload a bridge; its stream and timers end with the entry."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Forget a bridge that was removed."""
    await async_forget(hass, entry)
