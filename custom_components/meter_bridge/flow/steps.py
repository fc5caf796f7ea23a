"""From a bridge that answers to its entry: a login, a warning, the Energy dashboard."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST

from ..bridges.contract import Identity
from ..bridges.errors import BridgeError, ClearPasswordError
from ..const import (
    CONF_BRIDGE,
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOURCES,
    CONF_PINNED,
)
from ..coordinator import MeterBridgeEntry
from ..energy_dashboard import missing_sources
from .core_twin import has_twin
from .forms import energy_schema, login_schema, typed_host
from .probe import Kind, connect, entry_title, unique_id, unique_ids


class LastSteps(ConfigFlow):
    """What every way of adding a bridge ends with.

    Without `_identity` the bridge wants a login before it shows who it is.
    `_sources` is for the Energy dashboard, None as long as the owner was not asked.
    """

    _bridge: Kind
    _host: str
    _identity: Identity | None
    _login: Mapping[str, Any] | None = None
    _sources: list[str] | None = None
    _is_hearsay = False
    _asks_host = False
    _is_warned = False

    async def _go_on(self) -> ConfigFlowResult:
        """Ask what is still to be asked, then create the entry."""
        if (identity := self._identity) is None:
            return await self.async_step_login()
        await self.async_set_unique_id(
            unique_id(self._bridge, identity.serial), raise_on_progress=False
        )
        entry = self._entry_of(unique_ids(self._bridge, identity))
        if entry is not None and entry.source != SOURCE_IGNORE:
            return self._move(entry, identity)
        if self._sources is None and await missing_sources(self.hass, self._bridge):
            if self._has_twin():
                return await self.async_step_energy_twin()
            return await self.async_step_energy()
        if self._has_twin() and not self._is_warned:
            return await self.async_step_twin()
        return self._create(identity)

    async def async_step_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what this kind of bridge wants before it lets us in.

        An announced address is somebody's word: a password that would go there in the
        clear goes to the address that the owner types instead.
        """
        errors: dict[str, str] = {}
        if user_input is not None and self._take_host(user_input, errors):
            login = {
                key: value for key, value in user_input.items() if key != CONF_HOST
            }
            data = {CONF_HOST: self._host, **login}
            client = connect(self.hass, self._bridge, data, hearsay=self._is_hearsay)
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
        """Go by the address that the owner has typed, where it was asked for."""
        if CONF_HOST not in user_input:
            return True
        if host := typed_host(user_input, errors):
            self._host, self._is_hearsay = host, False
        return host is not None

    async def async_step_twin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that Home Assistant has this device already, and ask whether to go on."""
        self._is_warned = True
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
        """Offer the same where Home Assistant has this device already."""
        self._is_warned = True
        return await self._offer("energy_twin", user_input, default=False)

    async def _offer(
        self, step_id: str, user_input: Mapping[str, Any] | None, *, default: bool
    ) -> ConfigFlowResult:
        """Ask whether the meter is to be added, and note what of it."""
        if user_input is None:
            return self.async_show_form(
                step_id=step_id,
                data_schema=energy_schema(default=default),
                description_placeholders=self._placeholders(),
            )
        self._sources = (
            await missing_sources(self.hass, self._bridge)
            if user_input[CONF_ENERGY_DASHBOARD]
            else []
        )
        return await self._go_on()

    def _create(self, identity: Identity) -> ConfigFlowResult:
        """Create the entry of a bridge that has shown who it is."""
        data = {
            CONF_BRIDGE: self._bridge.key,
            CONF_HOST: self._host,
            CONF_PINNED: dict(identity.pinned),
            **(self._login or {}),
        }
        if self._sources:
            data[CONF_ENERGY_SOURCES] = self._sources
        taken = {each.title for each in self._async_current_entries()}
        return self.async_create_entry(
            title=entry_title(self._bridge, identity, taken), data=data
        )

    def _move(self, entry: MeterBridgeEntry, identity: Identity) -> ConfigFlowResult:
        """Give an entry the address and login of its bridge instead of a second entry.

        A stored password stays with the way in that it was stored with.
        """
        data: dict[str, Any] = {CONF_HOST: self._host}
        if self._login:
            data |= {CONF_PINNED: dict(identity.pinned), **self._login}
        return self.async_update_reload_and_abort(
            entry, data_updates=data, reason="already_configured"
        )

    def _entry_of(self, ids: set[str]) -> MeterBridgeEntry | None:
        """Return the entry that knows a bridge by one of these ids."""
        return next(
            (
                entry
                for entry in self._async_current_entries()
                if entry.unique_id in ids
            ),
            None,
        )

    def _has_twin(self) -> bool:
        """Tell whether an integration of Home Assistant's own has this device."""
        return has_twin(self.hass, self._bridge, self._identity, self._host)

    def _placeholders(self) -> Mapping[str, str]:
        """Return what the words of these steps are filled with."""
        return {"name": self._bridge.name, "host": self._host}
