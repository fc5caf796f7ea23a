"""Steps between a bridge that answers and its entry: login, warning, dashboard."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.data_entry_flow import AbortFlow

from ..bridges import Kind, bridge_of
from ..bridges.client import Identity
from ..bridges.errors import BridgeError, ClearPasswordError, UnknownKindError
from ..const import (
    CONF_BRIDGE,
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOURCES,
)
from .core_twin import has_core_twin
from .energy import missing_sources
from .forms import energy_schema, login_schema, typed_host
from .probe import at, connect, entry_title, kept, unique_id, unique_ids


def bridge_or_abort(entry: ConfigEntry) -> Kind:
    """Return the kind of an entry's bridge; abort the flow if it is not known."""
    try:
        return bridge_of(entry)
    except UnknownKindError as error:
        raise AbortFlow(error.translation_key) from error


class SetupSteps(ConfigFlow):
    """The last steps of adding a bridge, however it was found.

    `_identity` is None while the bridge wants a login before it shows who it is.
    `_sources` are the sources to add to the Energy dashboard; None until the owner was
    asked. `_is_announced` means that the address was announced and the owner has not
    typed it; `_is_twin_shown`, that the owner knows of core's entry for the device.
    """

    _bridge: Kind
    _host: str = ""
    _identity: Identity | None
    _login: Mapping[str, Any] | None = None
    _sources: list[str] | None = None
    _is_announced = False
    _asks_host = False
    _is_twin_shown = False

    async def _go_on(self) -> ConfigFlowResult:
        """Show the next step that is needed; after the last one create the entry."""
        if (identity := self._identity) is None:
            return await self.async_step_login()
        await self.async_set_unique_id(
            unique_id(self._bridge, identity.serial), raise_on_progress=False
        )
        entry = self._entry_of(unique_ids(self._bridge, identity))
        if entry is not None and entry.source != SOURCE_IGNORE:
            return self._move(entry, identity)
        if self._sources is None and await missing_sources(
            self.hass, self._bridge.media
        ):
            if self._has_core_twin():
                return await self.async_step_energy_twin()
            return await self.async_step_energy()
        if self._has_core_twin() and not self._is_twin_shown:
            return await self.async_step_twin()
        return self._create(identity)

    async def async_step_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the login.

        Anybody may announce an address. Where the bridge takes its password only in
        the clear, ask for the address too, and send the password to that one.
        """
        errors: dict[str, str] = {}
        if user_input is not None and self._take_host(user_input, errors):
            login = {
                key: value for key, value in user_input.items() if key != CONF_HOST
            }
            data = at(login, self._host, is_announced=self._is_announced)
            client = connect(self.hass, self._bridge, data, is_typed=True)
            try:
                self._identity = await client.identify()
            except BridgeError as error:
                errors["base"] = error.translation_key
                self._asks_host |= isinstance(error, ClearPasswordError)
            else:
                self._login = login
                return await self._go_on()
        return self.async_show_form(
            step_id="login",
            data_schema=login_schema(
                self._bridge, user_input, asks_host=self._asks_host
            ),
            description_placeholders=self._placeholders(),
            errors=errors,
        )

    def _take_host(self, user_input: Mapping[str, Any], errors: dict[str, str]) -> bool:
        """Take the address if the form asked for it; tell whether it is usable."""
        if CONF_HOST not in user_input:
            return True
        if host := typed_host(user_input, errors):
            self._host, self._is_announced = host, False
        return host is not None

    async def async_step_twin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Warn that Home Assistant already has this device; ask whether to go on."""
        self._is_twin_shown = True
        if user_input is not None:
            return await self._go_on()
        return self.async_show_form(
            step_id="twin", description_placeholders=self._placeholders()
        )

    async def async_step_energy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to add the meter to the Energy dashboard."""
        return await self._offer("energy", user_input, default=True)

    async def async_step_energy_twin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the same, and warn that Home Assistant has this device already."""
        self._is_twin_shown = True
        return await self._offer("energy_twin", user_input, default=False)

    async def _offer(
        self, step_id: str, user_input: Mapping[str, Any] | None, *, default: bool
    ) -> ConfigFlowResult:
        """Ask whether to add the meter, and keep which sources to add."""
        if user_input is None:
            return self.async_show_form(
                step_id=step_id,
                data_schema=energy_schema(default=default),
                description_placeholders=self._placeholders(),
            )
        self._sources = (
            await missing_sources(self.hass, self._bridge.media)
            if user_input[CONF_ENERGY_DASHBOARD]
            else []
        )
        return await self._go_on()

    def _create(self, identity: Identity) -> ConfigFlowResult:
        """Create the entry of a bridge that has shown its identity."""
        data = at(
            {CONF_BRIDGE: self._bridge.key, **kept(self._login or {}, identity)},
            self._host,
            is_announced=self._is_announced,
        )
        if self._sources:
            data[CONF_ENERGY_SOURCES] = self._sources
        taken = {each.title for each in self._async_current_entries()}
        return self.async_create_entry(
            title=entry_title(self._bridge, identity, taken), data=data
        )

    def _move(self, entry: ConfigEntry, identity: Identity) -> ConfigFlowResult:
        """Update the bridge's existing entry instead of creating a second one.

        Without a new login, keep the pinned way in: the stored password belongs to it.
        """
        data = at(entry.data, self._host, is_announced=self._is_announced)
        if self._login:
            data = kept({**data, **self._login}, identity)
        return self.async_update_reload_and_abort(
            entry, data=data, reason="already_configured"
        )

    def _entry_of(self, ids: set[str]) -> ConfigEntry | None:
        """Return the entry that has one of these unique ids."""
        return next(
            (
                entry
                for entry in self._async_current_entries()
                if entry.unique_id in ids
            ),
            None,
        )

    def _has_core_twin(self) -> bool:
        """Tell whether one of Home Assistant's own integrations has this device."""
        return has_core_twin(self.hass, self._bridge, self._identity, self._host)

    def _placeholders(self) -> Mapping[str, str]:
        """Return the placeholders in the texts of these steps."""
        return {"name": self._bridge.name, "host": self._host}
