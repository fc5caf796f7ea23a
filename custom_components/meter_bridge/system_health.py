"""System health: how many bridges there are, and whether they answer."""

from collections import Counter
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .bridges import async_bridge_of
from .bridges.errors import UnknownKindError
from .const import CONF_BRIDGE, DOMAIN
from .coordinator import MeterBridgeEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the numbers of this integration."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return numbers only: people publish them, and nothing may identify a bridge."""
    entries: list[MeterBridgeEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False
    )
    kinds = Counter([await _kind(hass, entry) for entry in entries])
    loaded = [
        entry.runtime_data
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
    ]
    return {
        "version": (await async_get_integration(hass, DOMAIN)).version,
        "bridges": len(entries),
        "kinds": ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(kinds)),
        "reachable": sum(each.last_update_success for each in loaded),
        "streaming": sum(each.stream.is_open for each in loaded),
    }


async def _kind(hass: HomeAssistant, entry: MeterBridgeEntry) -> str:
    """Return the name of an entry's kind, its key if this version does not know it."""
    try:
        return (await async_bridge_of(hass, entry)).name
    except UnknownKindError:
        return str(entry.data.get(CONF_BRIDGE))
