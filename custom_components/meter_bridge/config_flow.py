"""Setting up a bridge: found on the network, or at a typed address."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .bridges import BRIDGES
from .bridges.address import Address, parse_address
from .bridges.contract import Identity
from .bridges.errors import BridgeError, WrongBridgeError
from .const import AUTO, CONF_BRIDGE, CONF_PINNED, DOMAIN
from .forms import login_schema, reconfigure_schema, user_schema
from .options_flow import MeterBridgeOptionsFlow
from .recognise import (
    Kind,
    connect,
    is_entry_at,
    recognise,
    unique_id,
    unique_ids,
)


class MeterBridgeConfigFlow(ConfigFlow, domain=DOMAIN):
    """Find out which bridge this is, and let it in."""

    VERSION = 1

    _bridge: Kind
    _host: str
    _identity: Identity | None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that changes an entry's options."""
        return MeterBridgeOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take an address, and recognise the bridge there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            chosen = user_input[CONF_BRIDGE]
            kinds = BRIDGES.values() if chosen == AUTO else [BRIDGES[chosen]]
            try:
                self._host = str(parse_address(user_input[CONF_HOST]))
                found = await recognise(self.hass, self._host, kinds)
            except ValueError:
                errors[CONF_HOST] = "invalid_host"
            except BridgeError as error:
                errors["base"] = error.translation_key
            else:
                self._bridge = found.bridge
                if found.identity is None:
                    return await self.async_step_login()
                return await self._create(found.identity, {})
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(user_schema(), user_input),
            errors=errors,
        )

    async def async_step_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what this kind of bridge wants before it lets us in."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {CONF_HOST: self._host, **user_input}
            try:
                identity = await connect(self.hass, self._bridge, data).identify()
            except BridgeError as error:
                errors["base"] = error.translation_key
            else:
                return await self._create(identity, user_input)
        return self.async_show_form(
            step_id="login",
            data_schema=login_schema(self._bridge, user_input),
            description_placeholders={"name": self._bridge.name, "host": self._host},
            errors=errors,
        )

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take an announcement for what it is: somebody's word."""
        bridge = _announced(discovery_info)
        if bridge is None:
            return self.async_abort(reason="not_recognised")
        self._bridge, self._host = bridge, _announced_host(discovery_info)
        self._async_abort_entries_match(
            {CONF_BRIDGE: bridge.key, CONF_HOST: self._host}
        )
        if serial := _announced_serial(discovery_info, bridge):
            await self.async_set_unique_id(unique_id(bridge, serial))
            if entry := self._entry_of({unique_id(bridge, serial)}):
                return await self._follow_move(entry)
        try:
            found = await recognise(self.hass, self._host, [bridge])
        except BridgeError as error:
            return self.async_abort(reason=error.translation_key)
        self._identity = found.identity
        if found.identity is not None:
            await self.async_set_unique_id(unique_id(bridge, found.identity.serial))
            if entry := self._entry_of(unique_ids(bridge, found.identity)):
                return await self._follow_move(entry)
        self.context["title_placeholders"] = {"name": bridge.name}
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the bridge that was found should be set up."""
        if user_input is not None:
            if self._identity is None:
                return await self.async_step_login()
            return await self._create(self._identity, {})
        self._set_confirm_only()
        return self.async_show_form(
            step_id="confirm",
            description_placeholders={"name": self._bridge.name, "host": self._host},
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin to ask for a login that is accepted."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the login anew; the way in stays the pinned one."""
        entry = self._get_reauth_entry()
        bridge = BRIDGES[entry.data[CONF_BRIDGE]]
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {**entry.data, **user_input}
            try:
                identity = await self._identify(entry, bridge, data)
            except BridgeError as error:
                errors["base"] = error.translation_key
            else:
                return self.async_update_reload_and_abort(
                    entry, data={**data, CONF_PINNED: dict(identity.pinned)}
                )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=login_schema(bridge, user_input or entry.data),
            description_placeholders={"name": bridge.name},
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another address or login; what was pinned is taken anew with it."""
        entry = self._get_reconfigure_entry()
        bridge = BRIDGES[entry.data[CONF_BRIDGE]]
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {**entry.data, **user_input, CONF_PINNED: {}}
            try:
                data[CONF_HOST] = str(parse_address(user_input[CONF_HOST]))
                identity = await self._identify(entry, bridge, data)
            except ValueError:
                errors[CONF_HOST] = "invalid_host"
            except BridgeError as error:
                errors["base"] = error.translation_key
            else:
                return self.async_update_reload_and_abort(
                    entry, data={**data, CONF_PINNED: dict(identity.pinned)}
                )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=reconfigure_schema(bridge, user_input or entry.data),
            description_placeholders={"name": bridge.name},
            errors=errors,
        )

    async def _identify(
        self, entry: ConfigEntry, bridge: Kind, data: Mapping[str, Any]
    ) -> Identity:
        """Return who answers, which has to be the bridge of the entry."""
        identity = await connect(self.hass, bridge, data).identify()
        if entry.unique_id not in unique_ids(bridge, identity):
            raise WrongBridgeError("Another bridge answers at this address")
        return identity

    async def _create(
        self, identity: Identity, login: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Create the entry of a bridge that has shown who it is."""
        await self.async_set_unique_id(
            unique_id(self._bridge, identity.serial), raise_on_progress=False
        )
        if entry := self._entry_of(unique_ids(self._bridge, identity)):
            return self.async_update_reload_and_abort(
                entry,
                data_updates={CONF_HOST: self._host},
                reason="already_configured",
            )
        return self.async_create_entry(
            title=identity.name or self._bridge.name,
            data={
                CONF_BRIDGE: self._bridge.key,
                CONF_HOST: self._host,
                CONF_PINNED: dict(identity.pinned),
                **login,
            },
        )

    def _entry_of(self, ids: set[str]) -> ConfigEntry | None:
        """Return the entry that knows a bridge by one of these ids."""
        return next(
            (
                entry
                for entry in self._async_current_entries()
                if entry.unique_id in ids
            ),
            None,
        )

    async def _follow_move(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Give an entry its bridge's new address, if the bridge really moved there.

        It did not while it still answers at the old one, whatever was announced.
        """
        if not await is_entry_at(
            self.hass, entry, self._bridge, entry.data[CONF_HOST], hearsay=False
        ) and await is_entry_at(
            self.hass, entry, self._bridge, self._host, hearsay=True
        ):
            return self.async_update_reload_and_abort(
                entry,
                data_updates={CONF_HOST: self._host},
                reason="already_configured",
            )
        return self.async_abort(reason="already_configured")


def _announced(info: ZeroconfServiceInfo) -> Kind | None:
    """Return the kind of bridge that announces itself so."""
    for bridge in BRIDGES.values():
        match = bridge.zeroconf
        if (
            match
            and info.type == match.type
            and all(
                str(info.properties.get(key)).lower() == value
                for key, value in match.properties.items()
            )
        ):
            return bridge
    return None


def _announced_host(info: ZeroconfServiceInfo) -> str:
    """Return the address that was announced, as entries store it."""
    port = None if info.port in (None, 80) else info.port
    return str(Address(host=info.host, port=port))


def _announced_serial(info: ZeroconfServiceInfo, bridge: Kind) -> str | None:
    """Return the serial that was announced, where the kind has one to announce."""
    match = bridge.zeroconf
    key = match and match.serial_property
    return info.properties.get(key) if key else None
