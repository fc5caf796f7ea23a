"""Fix flows of repairs about meters: what the owner knows, and the meter does not."""

from collections.abc import Mapping
import time
from typing import Any, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from .bridges import bridge_of
from .bridges.wire import shift
from .const import CONF_MAX_POWER, DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .flow.options import MAX_POWER, number_field
from .history.filler import RECORDER
from .issues import CONF_METER, CONF_REGISTER, NOTHING
from .meter.account import Account
from .meter.trouble import Trouble
from .values.meter_sensors import meter_sensor
from .values.new_board import limits_of

_ACTION, _RAISE_LIMIT = "action", "raise_limit"
# Another meter or a wrong count: correct the sum. The energy flowed: leave it.
_CORRECT, _LEAVE = "correct", "leave"
_DISPLAY = "display"
_PLACES_OF_KILO = 3


class MeterFlow(RepairsFlow):
    """A flow about one meter of an entry, which may be reloaded meanwhile."""

    def __init__(self, entry: MeterBridgeEntry, data: Mapping[str, Any]) -> None:
        """Keep which meter of which entry this is about."""
        self.entry = entry
        self.meter = str(data.get(CONF_METER, ""))
        self.register = str(data.get(CONF_REGISTER, ""))
        self.facts: dict[str, str] = {}
        self.trouble: Trouble | None = None

    @property
    def coordinator(self) -> MeterCoordinator | None:
        """Return what reads the bridge now, None while nothing does."""
        is_loaded = self.entry.state is ConfigEntryState.LOADED
        return self.entry.runtime_data if is_loaded else None

    @property
    def account(self) -> Account | None:
        """Return what is known of the meter now."""
        if coordinator := self.coordinator:
            return coordinator.board.account(self.meter)
        return None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start with the explanation, by the present numbers."""
        if self.coordinator:
            self.trouble = self.coordinator.meter_issues.refresh(self.issue_id)
        if issue := ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id):
            self.facts = dict(issue.translation_placeholders or {})
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain what is wrong; the form has no fields."""
        if user_input is not None:
            return self.async_create_entry(data={})
        return self.form("confirm")

    def form(
        self,
        step: str,
        fields: Mapping[Any, Any] | None = None,
        errors: dict[str, str] | None = None,
    ) -> RepairsFlowResult:
        """Show a form with the facts of the repair."""
        return self.async_show_form(
            step_id=step,
            data_schema=probatio.Schema(dict(fields or {})),
            description_placeholders=self.facts,
            errors=errors or {},
        )

    async def take_up(self, coordinator: MeterCoordinator) -> RepairsFlowResult:
        """Store what the owner said, and read the meter."""
        coordinator.memory.save_soon()
        await coordinator.async_refresh()
        return self.async_create_entry(data={})


class LimitFlow(MeterFlow):
    """Raise the limit of the connection."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Explain which value is refused; where a limit decides, ask for another."""
        if "max_power" not in self.facts:
            return await super().async_step_confirm(user_input)
        return await self.async_step_raise_limit(user_input, "confirm")

    async def async_step_raise_limit(
        self, user_input: dict[str, Any] | None = None, step: str = _RAISE_LIMIT
    ) -> RepairsFlowResult:
        """Ask for the largest power of the connection; it has to be a larger one."""
        limit = limits_of(self.entry, bridge_of(self.entry)).max_power
        if self.trouble and self.trouble.limit:
            # With a conversion factor, the preset limit is larger.
            limit = max(limit, self.trouble.limit)
        present = shift(limit, -_PLACES_OF_KILO)
        errors = {}
        if user_input is not None:
            chosen = user_input[CONF_MAX_POWER]
            if chosen > present:
                self.hass.config_entries.async_update_entry(
                    self.entry, options={**self.entry.options, CONF_MAX_POWER: chosen}
                )
                self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
                return self.async_create_entry(data={})
            errors[CONF_MAX_POWER] = "limit_not_raised"
        field = probatio.Required(CONF_MAX_POWER, default=present)
        return self.form(step, {field: number_field(MAX_POWER)}, errors)


class HeldFlow(LimitFlow):
    """Believe the new level of a counter, or raise the limit that holds it back.

    Only its owner knows whether the energy between both levels has flowed.
    """

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which of them is right."""
        errors = {}
        if user_input is not None:
            if user_input[_ACTION] == _RAISE_LIMIT:
                return await self.async_step_raise_limit()
            if (account := self.account) and (coordinator := self.coordinator):
                coordinator.changes.expect(
                    self.meter,
                    self.trouble.sent_code if self.trouble else self.register,
                    correct=user_input[_ACTION] == _CORRECT,
                    at=time.time(),
                )
                account.believe(self.register)
                return await self.take_up(coordinator)
            errors["base"] = "cannot_connect"
        fields = _question(_CORRECT, _LEAVE, _RAISE_LIMIT)
        return self.form("confirm", fields, errors)


class ScaleFlow(MeterFlow):
    """Learn from the display of the meter where the decimal point of its counts is."""

    places = 0

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask what the display shows, and work out the power of ten."""
        errors = {}
        account = self.account
        unit = account and self._shown(account, 0)[1]
        if user_input is not None:
            if account is None or unit is None:
                errors["base"] = "cannot_connect"
            elif user_input[_DISPLAY] <= 0:
                errors[_DISPLAY] = "not_positive"
            elif (places := self._places_of(account, user_input[_DISPLAY])) is None:
                errors[_DISPLAY] = "does_not_fit"
            else:
                self.places = places
                return await self.async_step_check()
        hint = account.scaling.hint if account else None
        known = self._shown(account, hint)[0] if account and hint is not None else None
        display = probatio.Required(
            _DISPLAY, description=None if known is None else {"suggested_value": known}
        )
        config = NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX)
        if unit:
            config["unit_of_measurement"] = unit
        return self.form("confirm", {display: NumberSelector(config)}, errors)

    async def async_step_check(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show what the total would be; once confirmed, go by it."""
        errors = {}
        account, coordinator = self.account, self.coordinator
        if user_input is not None:
            if account and coordinator:
                account.scaling.learn(self.places)
                return await self.take_up(coordinator)
            errors["base"] = "cannot_connect"
        if account:
            total, unit = self._shown(account, self.places)
            self.facts["total"] = f"{total} {unit}"
        return self.form("check", errors=errors)

    def _shown(self, account: Account, places: int) -> tuple[float | None, str | None]:
        """Return the total by a power of ten as it would be shown, and its unit.

        None where the meter sends no total now.
        """
        if not (found := account.scaling.total_by(places)):
            return None, None
        code, value = found
        description = meter_sensor(code, account.meter.medium)
        return shift(value, description.places), description.native_unit_of_measurement

    def _places_of(self, account: Account, display: float) -> int | None:
        """Return the power of ten by which the total is about what is displayed."""
        if not (found := account.scaling.total_by(0)):
            return None
        places = meter_sensor(found[0], account.meter.medium).places
        return account.scaling.places_of(shift(display, -places))


class ReplacedFlow(MeterFlow):
    """Explain that a meter was replaced, also in a repair from an older version.

    If the new level was believed only because it lasted, ask what happened.
    """

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start with the explanation; older versions stored less."""
        await super().async_step_init(user_input)
        nothing = dict.fromkeys(("since", "levels", "numbers", "booked"), NOTHING)
        self.facts = nothing | self.facts
        return self.form("confirm", self._question())

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Take the owner's answer, if there was a question."""
        answer = (user_input or {}).get(_ACTION)
        if answer and (coordinator := self.coordinator):
            coordinator.changes.answer(self.meter, correct=answer == _CORRECT)
            coordinator.memory.save_soon()
        return await super().async_step_confirm(user_input)

    def _question(self) -> Mapping[Any, Any]:
        """Return what to ask; nothing without statistics that could be corrected."""
        coordinator = self.coordinator
        if coordinator is None or RECORDER not in self.hass.config.components:
            return {}
        is_asked = coordinator.changes.asked(self.meter)
        return _question(_CORRECT, _LEAVE) if is_asked else {}


def _question(*answers: str) -> Mapping[Any, Any]:
    """Return the field of a form that asks what happened."""
    selector = SelectSelector(
        SelectSelectorConfig(
            options=list(answers),
            mode=SelectSelectorMode.LIST,
            translation_key="repair_action",
        )
    )
    return {probatio.Required(_ACTION): selector}
