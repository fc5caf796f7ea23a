"""Call actions of a bridge."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.meter_bridge.const import DOMAIN


async def act(
    hass: HomeAssistant, entry: ConfigEntry, action: str, /, **data: object
) -> dict[str, Any] | None:
    """Call an action with the device of the bridge."""
    device, *_ = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device.id, **data},
        blocking=True,
        return_response=True,
    )
