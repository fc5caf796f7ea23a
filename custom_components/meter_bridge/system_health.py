"""System health: how many bridges there are, and how they do."""

from collections import Counter
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .bridges import BRIDGES
from .const import CONF_BRIDGE, DOMAIN


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Offer what we know."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return numbers alone: nothing tells whose bridges these are, or where."""
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    kinds = Counter(BRIDGES[entry.data[CONF_BRIDGE]].name for entry in entries)
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
        "streaming": sum(each.is_streaming for each in loaded),
    }
