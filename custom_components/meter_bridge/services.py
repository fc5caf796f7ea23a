"""Actions: what a bridge does with the fields that it is given."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
import probatio

from .bridges import BRIDGES
from .bridges.contract import BridgeAction
from .bridges.errors import UnfitFieldsError
from .const import DOMAIN
from .coordinator import MeterBridgeEntry
from .messages import errors_shown, translated


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Register the actions of all kinds of bridges, for administrators."""
    for bridge in BRIDGES.values():
        for action in bridge.actions:
            _register(hass, action)


def _register(hass: HomeAssistant, action: BridgeAction[Any]) -> None:
    """Register one action; its field `device_id` selects the bridge."""

    async def run(call: ServiceCall) -> ServiceResponse:
        data = dict(call.data)
        coordinator = _entry(hass, data.pop(ATTR_DEVICE_ID), action).runtime_data
        try:
            fields = action.check(data)
        except UnfitFieldsError as error:
            raise translated(ServiceValidationError, error) from error
        with errors_shown(hass, coordinator.config_entry):
            response = await action.run_fn(coordinator.client, fields)
        return dict(response) if call.return_response else None

    async_register_admin_service(
        hass,
        DOMAIN,
        action.key,
        run,
        schema=probatio.Schema(
            {probatio.Required(ATTR_DEVICE_ID): cv.string, **action.fields}
        ),
        supports_response=SupportsResponse.OPTIONAL,
    )


def _entry(
    hass: HomeAssistant, device_id: str, action: BridgeAction[Any]
) -> MeterBridgeEntry:
    """Return the entry of a device; raise if its bridge does not have this action."""
    device = dr.async_get(hass).async_get(device_id)
    entry: MeterBridgeEntry | None = (
        hass.config_entries.async_get_entry(device.config_entry_id) if device else None
    )
    if entry is None or entry.domain != DOMAIN:
        raise _refusal("unknown_action")
    if entry.state is not ConfigEntryState.LOADED:
        raise _refusal("not_loaded")
    if action not in entry.runtime_data.bridge.actions:
        raise _refusal("unknown_action")
    return entry


def _refusal(reason: str) -> ServiceValidationError:
    """Return the error that says why this device cannot run the action."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=reason)
