"""Repairs: ask the bridge whether the fault is gone, or lead to another login."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from .bridges import Kind, async_bridge_of, bridge_of
from .bridges.client import Client
from .bridges.contract import BridgeFix
from .bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    NotAcceptedError,
    UnknownKindError,
)
from .const import DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.probe import connect, identify
from .issues import (
    CONF_ENTRY_ID,
    CONF_ISSUE,
    METER_REPLACED,
    METER_SILENT,
    ROLES,
    TWO_BRIDGES,
)
from .meter.trouble import TroubleKind
from .meter_repairs import HeldFlow, LimitFlow, MeterFlow, ReplacedFlow, ScaleFlow
from .role_repairs import RolesFlow

_SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_FLOWS: Mapping[str, type[MeterFlow | RolesFlow]] = {
    ROLES: RolesFlow,
    METER_REPLACED: ReplacedFlow,
    TroubleKind.COUNTER_HELD: HeldFlow,
    TroubleKind.VALUE_REFUSED: LimitFlow,
    TroubleKind.SCALE_UNKNOWN: ScaleFlow,
    TroubleKind.SCALER_SUSPECT: MeterFlow,
}


class AskAgainFlow(RepairsFlow):
    """Poll the bridge, to see whether the owner has mended the fault."""

    def __init__(self, entry: MeterBridgeEntry, key: str) -> None:
        """Keep which issue of which entry this is."""
        self._entry = entry
        self._key = key

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain what is wrong; once submitted, check whether it still is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            wrong = await self._find_wrong()
            if wrong is None:
                return self.async_create_entry(data={})
            if self._key == BridgePermissionError.translation_key:
                return await self._log_in()
            errors["base"] = wrong
        return self._form(errors)

    def _form(
        self, errors: dict[str, str], fields: Iterable[str] = ()
    ) -> RepairsFlowResult:
        """Explain what is wrong, with fields for what the owner knows."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema(
                {probatio.Optional(each): _SECRET for each in fields}
            ),
            description_placeholders=issue.translation_placeholders if issue else None,
            errors=errors,
        )

    async def _find_wrong(self) -> str | None:
        """Return the key of the error to show, None if the fault is gone."""
        if self._key == METER_SILENT:
            return await self._find_silence()
        try:
            bridge = bridge_of(self._entry)
            snapshot = await (await self._client(bridge)).fetch()
        except BridgeConnectionError:
            return "cannot_connect"
        except BridgeError:
            return "still_wrong"
        known = {issue.key: issue for issue in bridge.issues}
        if self._key in known:
            if known[self._key].is_on_fn(snapshot):
                return "still_wrong"
        elif not snapshot.readings:
            return "still_wrong"
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return None

    async def _client(self, bridge: Kind) -> Client[Any]:
        """Return a client of the bridge, once that has shown which one it is.

        A new one, which requests everything: the entry's own client keeps earlier
        answers.
        """
        entry = self._entry
        client = connect(self.hass, bridge, entry.data, options=entry.options)
        await identify(client, entry, bridge)
        return client

    async def _find_silence(self) -> str | None:
        """Poll once more; only the coordinator knows whether a reading is new."""
        if self._entry.state is not ConfigEntryState.LOADED:
            return "cannot_connect"
        coordinator = self._entry.runtime_data
        await coordinator.async_refresh()
        if not coordinator.last_update_success:
            return "cannot_connect"
        return "still_wrong" if coordinator.issues.is_raised(self.issue_id) else None

    async def _log_in(self) -> RepairsFlowResult:
        """Lead to the form for another login; use the one that is open already."""
        entry = self._entry
        for flow in entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
            flow_id = flow["flow_id"]
            break
        else:
            result = await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context={
                    "source": SOURCE_REAUTH,
                    "entry_id": entry.entry_id,
                    "title_placeholders": {"name": entry.title},
                    "unique_id": entry.unique_id,
                },
                data=dict(entry.data),
            )
            flow_id = result["flow_id"]
        return self.async_abort(
            reason="log_in", next_flow=(FlowType.CONFIG_FLOW, flow_id)
        )


class FixFlow(AskAgainFlow):
    """Send to the bridge what the owner typed, then check as `AskAgainFlow` does."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain what is wrong, and take what ends it; nothing of that is stored."""
        fix = bridge_of(self._entry).fixes[self._key]
        typed = {key: value for key, value in (user_input or {}).items() if value}
        fit, errors = _fitting(fix.fields, typed)
        if fit and not errors and (wrong := await self._give(fix, fit)):
            errors["base"] = wrong
        if errors:
            return self._form(errors)
        return await super().async_step_confirm(user_input)

    @override
    def _form(
        self, errors: dict[str, str], fields: Iterable[str] = ()
    ) -> RepairsFlowResult:
        """Show the fields, always empty."""
        return super()._form(errors, bridge_of(self._entry).fixes[self._key].fields)

    async def _give(self, fix: BridgeFix[Any], typed: Mapping[str, str]) -> str | None:
        """Send the fields to the bridge; return the key of the error to show."""
        try:
            client = await self._client(bridge_of(self._entry))
            await fix.run_fn(client, typed)
        except NotAcceptedError as error:
            return error.translation_key
        except BridgeConnectionError:
            return "cannot_connect"
        except BridgeError:
            return "still_wrong"
        return None


def _fitting(
    fields: Mapping[str, Callable[[str], str]], typed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the fields that have the right form, and errors for the others."""
    fit: dict[str, str] = {}
    errors: dict[str, str] = {}
    for key, value in typed.items():
        try:
            fit[key] = fields[key](value)
        except ValueError:
            errors[key] = f"no_{key}"
    return fit, errors


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that mends an issue.

    Where the bridge cannot be asked, the owner has only to confirm.
    """
    known = data or {}
    entry = hass.config_entries.async_get_entry(str(known.get(CONF_ENTRY_ID)))
    key = str(known.get(CONF_ISSUE))
    if entry is None or key == TWO_BRIDGES or not await _is_known_kind(hass, entry):
        return ConfirmRepairFlow()
    if flow := _FLOWS.get(key):
        return flow(entry, known)
    kind = FixFlow if key in bridge_of(entry).fixes else AskAgainFlow
    return kind(entry, key)


async def _is_known_kind(hass: HomeAssistant, entry: MeterBridgeEntry) -> bool:
    """Tell whether this version knows the kind of an entry's bridge."""
    try:
        await async_bridge_of(hass, entry)
    except UnknownKindError:
        return False
    return True
