"""Steps between a bridge that answers and its entry: login, warning, dashboard."""

from collections.abc import Awaitable, Callable, Mapping
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
from ..bridges.client import Client, Identity
from ..bridges.errors import BridgeError, ClearPasswordError, UnknownKindError
from ..bridges.questions import Said, Survey
from ..const import (
    CONF_BRIDGE,
    CONF_ENERGY_SOURCES,
    CONF_ROLES,
)
from .core_twin import has_core_twin
from .forms import energy_schema, login_schema, ticked, typed_host
from .offers import Offer, may_offer, offer
from .probe import (
    connect,
    current_snapshot,
    data_at,
    data_to_keep,
    entry_title,
    in_time,
    unique_id,
    unique_ids,
)
from .roles import questions_schema


def bridge_or_abort(entry: ConfigEntry) -> Kind:
    """Return the kind of an entry's bridge; abort the flow if it is not known."""
    try:
        return bridge_of(entry)
    except UnknownKindError as error:
        raise AbortFlow(error.translation_key) from error


class SetupSteps(ConfigFlow):
    """The last steps of adding a bridge, however it was found.

    `_identity` is None while the bridge wants a login before it shows who it is.
    `_survey` is what the bridge's records tell of its registers, and `_said` what the
    owner says of them; both None until then.
    `_sources` are the sources to add to the Energy dashboard; None until the owner was
    asked. `_is_announced` means that the address was announced and the owner has not
    typed it; `_is_twin_shown`, that the owner knows of core's entry for the device.
    """

    _bridge: Kind
    _host: str = ""
    _identity: Identity | None
    _login: Mapping[str, Any] | None = None
    _survey: Survey[Any] | None = None
    _said: Said | None = None
    _offered = Offer()
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
        if self._said is None and self._bridge.survey:
            return await self._ask_roles(self._bridge.survey)
        if self._sources is None and (result := await self._ask_energy()):
            return result
        if self._has_core_twin() and not self._is_twin_shown:
            return await self.async_step_twin()
        return self._create(identity)

    async def _ask_energy(self) -> ConfigFlowResult | None:
        """Offer what the bridge can add to the Energy dashboard, if that lacks any."""
        if not await may_offer(self.hass, self._bridge):
            return None
        snapshot = await current_snapshot(self._client())
        self._offered = await offer(self.hass, self._bridge, snapshot)
        if self._offered.is_empty:
            is_missing = self._offered.is_missing
            return await self.async_step_energy_none() if is_missing else None
        if self._has_core_twin():
            return await self.async_step_energy_twin()
        if self._offered.is_later and not self._offered.own:
            return await self.async_step_energy_later()
        return await self.async_step_energy()

    def _client(self) -> Client[Any]:
        """Return a client for what is known so far; nothing is sent yet."""
        data = data_at(self._login or {}, self._host, is_announced=self._is_announced)
        options = {CONF_ROLES: self._said or {}}
        return connect(self.hass, self._bridge, data, is_typed=True, options=options)

    async def _ask_roles(
        self, ask: Callable[[Client[Any]], Awaitable[Survey[Any]]]
    ) -> ConfigFlowResult:
        """Ask what registers mean, with what the bridge's own records tell."""
        try:
            async with in_time(self._bridge.setup_seconds):
                self._survey = await ask(self._client())
        except BridgeError as error:
            return self._ask_login({"base": error.translation_key})
        return await self.async_step_roles()

    async def async_step_roles(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which registers stand for the main meter, and which way they count."""
        if user_input is not None:
            self._said = user_input
            return await self._go_on()
        ask, survey = self._bridge.questions, self._survey
        questions = ask(survey.details, survey.answers) if ask and survey else ()
        is_sure = survey is None or survey.is_sure
        return self.async_show_form(
            step_id="roles" if is_sure else "roles_unsure",
            data_schema=questions_schema(questions),
            description_placeholders=self._placeholders(),
        )

    async def async_step_roles_unsure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask the same where the records do not tell import and export."""
        return await self.async_step_roles(user_input)

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
            data = data_at(login, self._host, is_announced=self._is_announced)
            client = connect(self.hass, self._bridge, data, is_typed=True)
            try:
                self._identity = await client.identify()
            except BridgeError as error:
                errors["base"] = error.translation_key
                self._asks_host |= isinstance(error, ClearPasswordError)
            else:
                self._login = login
                return await self._go_on()
        return self._ask_login(errors, user_input)

    def _ask_login(
        self, errors: dict[str, str], typed: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the login."""
        return self.async_show_form(
            step_id="login",
            data_schema=login_schema(
                self._bridge, typed or self._login, asks_host=self._asks_host
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

    async def async_step_energy_later(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the same, and say that the meter has sent no total yet."""
        return await self._offer("energy_later", user_input, default=True)

    async def _offer(
        self, step_id: str, user_input: Mapping[str, Any] | None, *, default: bool
    ) -> ConfigFlowResult:
        """Ask whether to add the meter, and keep which sources to add."""
        if user_input is None:
            return self.async_show_form(
                step_id=step_id,
                data_schema=energy_schema(self._offered, default=default),
                description_placeholders=self._placeholders(),
            )
        self._sources = ticked(self._offered, user_input)
        return await self._go_on()

    async def async_step_energy_none(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that nothing of this bridge fits the Energy dashboard."""
        if user_input is None:
            return self.async_show_form(
                step_id="energy_none", description_placeholders=self._placeholders()
            )
        self._sources = []
        return await self._go_on()

    def _create(self, identity: Identity) -> ConfigFlowResult:
        """Create the entry of a bridge that has shown its identity."""
        data = data_at(
            {
                CONF_BRIDGE: self._bridge.key,
                **data_to_keep(self._login or {}, identity),
            },
            self._host,
            is_announced=self._is_announced,
        )
        if self._sources:
            data[CONF_ENERGY_SOURCES] = self._sources
        taken = {each.title for each in self._async_current_entries()}
        return self.async_create_entry(
            title=entry_title(self._bridge, identity, taken),
            data=data,
            options={CONF_ROLES: self._said} if self._said else None,
        )

    def _move(self, entry: ConfigEntry, identity: Identity) -> ConfigFlowResult:
        """Update the bridge's existing entry instead of creating a second one.

        Without a new login, keep what is pinned: the stored password belongs to it.
        """
        data = data_at(entry.data, self._host, is_announced=self._is_announced)
        if self._login:
            data = data_to_keep({**data, **self._login}, identity)
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
