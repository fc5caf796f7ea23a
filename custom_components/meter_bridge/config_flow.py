"""Config flow: add a bridge that was discovered, or whose address was typed."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self, override

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .bridges import BRIDGES, async_load
from .bridges.client import PINNED_CERTIFICATE
from .bridges.errors import (
    BridgeError,
    BridgeResponseError,
    ChangedCertificateError,
    ClearPasswordError,
)
from .bridges.transport.address import parse_address
from .const import AUTO, CONF_BRIDGE, CONF_PINNED, DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.announcement import Announcement, read_announcement, read_lease
from .flow.following import async_hear, async_search
from .flow.forms import login_schema, reconfigure_schema, typed_host, user_schema
from .flow.nearness import async_is_near
from .flow.options import MeterBridgeOptionsFlow
from .flow.probe import (
    Found,
    connect,
    data_at,
    data_to_keep,
    identify,
    probe,
    unique_id,
    unique_ids,
)
from .flow.steps import SetupSteps, bridge_or_abort

# Most bridges answer so soon that a progress step would only flash.
_SHORT_SECONDS = 2.0


class MeterBridgeConfigFlow(SetupSteps, domain=DOMAIN):
    """Find out which bridge this is, and add it or update its entry."""

    VERSION = 1
    MINOR_VERSION = 2
    _typed: Mapping[str, Any]
    _search: asyncio.Task[Found] | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: MeterBridgeEntry) -> OptionsFlow:
        """Return the flow that changes an entry's options."""
        return MeterBridgeOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for an address, and find out which bridge answers there."""
        await async_load(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None and (host := typed_host(user_input, errors)):
            chosen = user_input[CONF_BRIDGE]
            kinds = BRIDGES.values() if chosen == AUTO else [BRIDGES[chosen]]
            self._typed, self._host = user_input, host
            self._search = self.hass.async_create_task(
                probe(self.hass, host, kinds), eager_start=False
            )
            await asyncio.wait([self._search], timeout=_SHORT_SECONDS)
            return await self._end_search() or self._show_search()
        return self._ask_address(user_input, errors)

    def _ask_address(
        self, typed: Mapping[str, Any] | None, errors: dict[str, str]
    ) -> ConfigFlowResult:
        """Ask for an address."""
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(user_schema(), typed),
            errors=errors,
        )

    def _show_search(self) -> ConfigFlowResult:
        """Show that the search goes on, since the bridge takes long."""
        return self.async_show_progress(
            step_id="search", progress_action="search", progress_task=self._search
        )

    async def async_step_search(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the search, or what it found."""
        if self._search is None or self._search.done():
            return self.async_show_progress_done(next_step_id="found")
        return self._show_search()

    async def async_step_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Continue with the bridge that was found, or ask for another address."""
        return await self._end_search() or self._ask_address(self._typed, {})

    async def _end_search(self) -> ConfigFlowResult | None:
        """Continue with what was found, if the search is over."""
        if self._search is None or not self._search.done():
            return None
        try:
            found = self._search.result()
        except BridgeError as error:
            key = error.translation_key
            if (
                self._typed[CONF_BRIDGE] == AUTO
                and key == BridgeResponseError.translation_key
            ):
                key = "none_recognised"
            return self._ask_address(self._typed, {"base": key})
        self._bridge, self._identity = found.bridge, found.identity
        return await self._go_on()

    @callback
    @override
    def async_remove(self) -> None:
        """Stop the search when the flow is closed."""
        if self._search is not None:
            self._search.cancel()

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Handle an mDNS announcement."""
        await async_load(self.hass)
        return await self._discover(read_announcement(discovery_info))

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Handle a DHCP lease whose host name is that of a bridge."""
        await async_load(self.hass)
        return await self._discover(read_lease(discovery_info))

    async def _discover(self, announced: Announcement | None) -> ConfigFlowResult:
        """Offer an announced bridge once it answers, or follow one that has moved."""
        if announced is None or not async_is_near(self.hass, announced.address.host):
            return self.async_abort(reason="not_recognised")
        bridge, serial = announced.bridge, announced.serial
        self._bridge, self._host = bridge, str(announced.address)
        self._is_announced = True
        if serial:
            await self.async_set_unique_id(unique_id(bridge, serial))
            if entry := self._entry_of({unique_id(bridge, serial)}):
                return self._follow(entry, announced)
        self._abort_if_taken(announced)
        try:
            found = await probe(self.hass, self._host, [bridge])
        except BridgeError as error:
            return self.async_abort(reason=error.translation_key)
        self._identity = found.identity
        if found.identity is not None:
            await self.async_set_unique_id(unique_id(bridge, found.identity.serial))
            if entry := self._entry_of(unique_ids(bridge, found.identity)):
                return self._follow(entry, announced)
        elif not serial:
            # Without an identity it would be offered at each announcement.
            return self.async_abort(reason="not_recognised")
        # Two boxes of a kind differ by their addresses.
        name = f"{bridge.name} ({announced.address.host})"
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_confirm()

    @override
    def is_matching(self, other_flow: Self) -> bool:
        """Tell whether another flow is about the same address."""
        return bool(self._host) and self._host == other_flow._host

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to add the bridge that was discovered."""
        if user_input is not None:
            return await self._go_on()
        if self._has_core_twin():
            return await self.async_step_twin()
        return self.async_show_form(
            step_id="confirm", description_placeholders=self._placeholders()
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start to ask for another login."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the login again; what is pinned stays as it is.

        If the password would go unencrypted to an address that was only announced, ask
        for the address, too. A changed certificate is accepted with the login.
        """
        await async_load(self.hass)
        entry = self._get_reauth_entry()
        bridge = bridge_or_abort(entry)
        errors: dict[str, str] = {}
        is_changed = _reason(entry) == ChangedCertificateError.translation_key
        if user_input is None:
            if is_changed:
                errors["base"] = ChangedCertificateError.translation_key
        else:
            data = {**entry.data, **user_input}
            if is_changed:
                data[CONF_PINNED] = _without_certificate(entry)
            if CONF_HOST in user_input and (host := typed_host(user_input, errors)):
                data = data_at(data, host, is_announced=False)
            if not errors and (result := await self._change(entry, data, errors)):
                return result
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=login_schema(
                bridge, user_input or entry.data, asks_host=self._asks_host
            ),
            description_placeholders=_where(entry),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or login.

        The stored password is sent only to a device that still shows what is pinned. A
        password that was typed may be sent in another way, which is pinned from then
        on; unencrypted in place of encrypted only if the owner typed `http://`.
        """
        await async_load(self.hass)
        entry = self._get_reconfigure_entry()
        bridge = bridge_or_abort(entry)
        errors: dict[str, str] = {}
        if user_input is not None and (host := typed_host(user_input, errors)):
            typed = {key: value for key, value in user_input.items() if value != ""}
            data = data_at({**entry.data, **typed}, host, is_announced=False)
            if CONF_PASSWORD in typed:
                data[CONF_PINNED] = _still_pinned(entry, host)
            if result := await self._change(
                entry, data, errors, is_typed=CONF_PASSWORD in typed
            ):
                return result
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=reconfigure_schema(bridge, user_input or entry.data),
            description_placeholders=_where(entry),
            errors=errors,
        )

    async def _change(
        self,
        entry: MeterBridgeEntry,
        data: Mapping[str, Any],
        errors: dict[str, str],
        *,
        is_typed: bool = True,
    ) -> ConfigFlowResult | None:
        """Store the data if the entry's bridge accepts it; else add an error."""
        bridge = bridge_or_abort(entry)
        try:
            client = connect(self.hass, bridge, data, is_typed=is_typed)
            identity = await identify(client, entry, bridge)
        except BridgeError as error:
            errors["base"] = error.translation_key
            self._asks_host |= isinstance(error, ClearPasswordError)
            return None
        if self.hass.config_entries.async_get_entry(entry.entry_id) is None:
            # The owner has removed it meanwhile.
            return self.async_abort(reason="unknown")
        return self.async_update_reload_and_abort(
            entry, data=data_to_keep(data, identity)
        )

    def _abort_if_taken(self, announced: Announcement) -> None:
        """Abort if an entry, or another flow, has the announced address already."""
        if self.hass.config_entries.flow.async_has_matching_flow(self):
            # However many bridges are announced at an address, one card is enough.
            raise AbortFlow("already_in_progress")
        for entry in self._async_current_entries(include_ignore=False):
            if (
                entry.data[CONF_BRIDGE] == announced.bridge.key
                and announced.is_at(entry.data[CONF_HOST])
                and not _is_searching(entry)
            ):
                raise AbortFlow("already_configured")

    def _follow(
        self, entry: MeterBridgeEntry, announced: Announcement
    ) -> ConfigFlowResult:
        """Let an entry that cannot reach its bridge try the announced address."""
        if entry.source != SOURCE_IGNORE:
            async_hear(self.hass, entry, announced)
            if _is_searching(entry) or entry.state is ConfigEntryState.NOT_LOADED:
                async_search(self.hass, entry)
        return self.async_abort(reason="already_configured")


def _where(entry: MeterBridgeEntry) -> Mapping[str, str]:
    """Return which bridge an entry is of, and where that is."""
    return {"name": entry.title, "host": entry.data[CONF_HOST]}


def _reason(entry: MeterBridgeEntry) -> str | None:
    """Return the translation key of why an entry asks for a login."""
    if entry.state is not ConfigEntryState.LOADED:
        return entry.error_reason_translation_key
    error = entry.runtime_data.last_exception
    return error.translation_key if isinstance(error, HomeAssistantError) else None


def _without_certificate(entry: MeterBridgeEntry) -> Mapping[str, str]:
    """Return what is pinned, without the certificate."""
    pinned = dict(entry.data.get(CONF_PINNED, {}))
    pinned.pop(PINNED_CERTIFICATE, None)
    return pinned


def _still_pinned(entry: MeterBridgeEntry, host: str) -> Mapping[str, str]:
    """Return which pinned values still hold once the owner has typed the password."""
    pinned = entry.data.get(CONF_PINNED, {})
    if parse_address(host).scheme == "http" or pinned.get("scheme") != "https":
        return {}
    return {"scheme": "https"}


def _is_searching(entry: MeterBridgeEntry) -> bool:
    """Tell whether an entry cannot reach its bridge at the moment."""
    if entry.state is ConfigEntryState.LOADED:
        return entry.runtime_data.is_searching
    return entry.state is ConfigEntryState.SETUP_RETRY
