"""Actions: what a bridge does on request, with the fields that it is given."""

from collections.abc import Mapping
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
from homeassistant.util.dt import as_utc
import probatio

from .action_needs import needs_met
from .bridges import Kind
from .bridges.contract import BridgeAction
from .bridges.errors import UnfitFieldsError
from .commands import telling
from .const import DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.following import async_move
from .history.importer import IMPORTERS, Importer
from .messages import translated

type Fields = Mapping[probatio.Marker, object]

_START, _END, _CANCEL = "start", "end", "cancel"


@callback
def async_register_actions(hass: HomeAssistant, bridge: Kind) -> None:
    """Register the actions of a kind of bridge, for administrators."""
    for action in bridge.actions:
        if not hass.services.has_service(DOMAIN, action.key):
            _register(hass, action.key, action.fields)


@callback
def async_register_history(hass: HomeAssistant) -> None:
    """Register the actions that import past hours and undo that, for administrators."""

    async def import_history(call: ServiceCall) -> ServiceResponse:
        importer, meter = _importer(hass, call.data[ATTR_DEVICE_ID])
        if call.data[_CANCEL]:
            response = await importer.cancel()
        else:
            start, end = call.data[_START], call.data.get(_END)
            response = await importer.ask(as_utc(start), end and as_utc(end), meter)
        return response if call.return_response else None

    async def undo_import(call: ServiceCall) -> ServiceResponse:
        importer, _ = _importer(hass, call.data[ATTR_DEVICE_ID])
        response = await importer.undo()
        return response if call.return_response else None

    device = {probatio.Required(ATTR_DEVICE_ID): cv.string}
    times = {
        probatio.Required(_START): cv.datetime,
        probatio.Optional(_END): cv.datetime,
    }
    cancel = {probatio.Optional(_CANCEL, default=False): cv.boolean}
    for name, run, fields in (
        ("import_history", import_history, device | times | cancel),
        ("undo_import", undo_import, device),
    ):
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            run,
            schema=probatio.Schema(fields),
            supports_response=SupportsResponse.OPTIONAL,
        )


def _importer(hass: HomeAssistant, device_id: str) -> tuple[Importer, str]:
    """Return what imports the history of a device, and the key of its meter."""
    entry = _loaded_entry(hass, device_id)
    importer = hass.data.get(IMPORTERS, {}).get(entry.entry_id)
    if importer is None:
        raise _refusal("no_history")
    device = dr.async_get(hass).async_get(device_id)
    identifiers = device.identifiers if device else set()
    (own,) = (key for domain, key in identifiers if domain == DOMAIN)
    return importer, own.removeprefix(str(entry.unique_id)).removeprefix("_")


def _register(hass: HomeAssistant, name: str, fields: Fields) -> None:
    """Register one action; its field `device_id` selects the bridge."""

    async def run(call: ServiceCall) -> ServiceResponse:
        data = dict(call.data)
        device_id = data.pop(ATTR_DEVICE_ID)
        entry = _loaded_entry(hass, device_id)
        action = _action(entry, name)
        _require_bridge(hass, entry, device_id)
        try:
            fields = action.check(data)
        except UnfitFieldsError as error:
            raise translated(ServiceValidationError, error) from error
        async with telling(hass, entry) as client:
            async with needs_met(hass, entry, action.needs, fields) as met:
                response = await action.run_fn(client, met)
            if action.moves and (address := response.get("address")):
                await async_move(hass, entry, entry.runtime_data.bridge, address)
        return dict(response) if call.return_response else None

    async_register_admin_service(
        hass,
        DOMAIN,
        name,
        run,
        schema=probatio.Schema(
            {probatio.Required(ATTR_DEVICE_ID): cv.string, **fields}
        ),
        supports_response=SupportsResponse.OPTIONAL,
    )


def _action(entry: MeterBridgeEntry, name: str) -> BridgeAction[Any]:
    """Return what an action is to the bridge of an entry; raise if it has none."""
    for action in entry.runtime_data.bridge.actions:
        if action.key == name:
            return action
    raise _refusal("unknown_action")


def _require_bridge(
    hass: HomeAssistant, entry: MeterBridgeEntry, device_id: str
) -> None:
    """Raise for the device of a meter below a bridge: the meter itself does nothing.

    It may have the bridge's maker, so the selector offers it.
    """
    device = dr.async_get(hass).async_get(device_id)
    own = (DOMAIN, str(entry.unique_id))
    if device is None or own not in device.identifiers:
        raise _refusal("unknown_action")


def _loaded_entry(hass: HomeAssistant, device_id: str) -> MeterBridgeEntry:
    """Return the entry of a device; raise if it is not ours, or not loaded."""
    device = dr.async_get(hass).async_get(device_id)
    entry: MeterBridgeEntry | None = (
        hass.config_entries.async_get_entry(device.config_entry_id) if device else None
    )
    if entry is None or entry.domain != DOMAIN:
        raise _refusal("unknown_action")
    if entry.state is not ConfigEntryState.LOADED:
        raise _refusal("not_loaded")
    return entry


def _refusal(reason: str) -> ServiceValidationError:
    """Return the error that says why this device cannot run the action."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=reason)
