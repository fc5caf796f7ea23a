"""Call actions of a bridge, and use its entities that do something."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity

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


async def use(entity: Entity) -> bool:
    """Do with an entity what it is for; return whether it does anything."""
    device: Any = entity
    match entity.platform.domain:
        case "switch":
            await device.async_turn_on()
        case "number":
            await device.async_set_native_value(device.native_value)
        case "select":
            await device.async_select_option(device.current_option)
        case "button":
            await device.async_press()
        case "update" if device.entity_description.install_fn:
            await device.async_install(None, backup=False)
        case _:
            return False
    return True
