"""The repair about registers that do not measure what they are shown as."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .bridges import bridge_of
from .bridges.errors import BridgeError
from .bridges.questions import NOTHING, Question, Said, Survey
from .const import CONF_ROLES, DOMAIN, LOGGER
from .coordinator import MeterBridgeEntry
from .flow.probe import in_time
from .flow.roles import questions_schema
from .issues import ROLES, forget_issue, issue_id, raise_issue

# Everything else that starts with Home Assistant goes first.
CHECK_SECONDS = 60.0


@callback
def async_check_roles(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Check in the background whether registers measure what their names say.

    What the owner has chosen is not checked.
    """
    if bridge_of(entry).survey is None:
        return
    known: Said = entry.options.get(CONF_ROLES, {})
    if any(isinstance(each, str) for each in known.values()):
        forget_issue(hass, issue_id(entry.entry_id, ROLES))
        return

    @callback
    def check(_now: datetime) -> None:
        entry.async_create_background_task(
            hass, _check(hass, entry), f"{entry.title} registers"
        )

    entry.async_on_unload(
        async_call_later(hass, CHECK_SECONDS, HassJob(check, cancel_on_shutdown=True))
    )


async def _check(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Raise the repair if the bridge's own records contradict, else end it."""
    survey = await _survey(entry)
    if survey is None:
        return
    if survey.differs is None:
        forget_issue(hass, issue_id(entry.entry_id, ROLES))
        return
    shown, expected = survey.differs
    raise_issue(
        hass,
        entry,
        ROLES,
        placeholders={"shown": str(shown), "expected": str(expected)},
    )


async def _survey(entry: MeterBridgeEntry) -> Survey[Any] | None:
    """Return what the bridge's own records tell, None if they cannot be read."""
    bridge = bridge_of(entry)
    if bridge.survey is None or entry.state is not ConfigEntryState.LOADED:
        return None
    try:
        async with in_time(bridge.setup_seconds):
            survey: Survey[Any] = await bridge.survey(entry.runtime_data.client)
    except BridgeError as error:
        LOGGER.debug("%s: its records cannot be read: %s", entry.title, error)
        return None
    return survey


class RolesFlow(RepairsFlow):
    """Let the owner choose registers, with the likely ones filled in."""

    def __init__(self, entry: MeterBridgeEntry, _data: Mapping[str, Any]) -> None:
        """Keep which entry this is about."""
        self._entry = entry
        self._questions: tuple[Question, ...] = ()

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start with both numbers and the choice."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which registers are right; only what is chosen here changes anything."""
        if user_input is not None and self._questions:
            entry = self._entry
            options = {**entry.options, CONF_ROLES: user_input}
            self.hass.config_entries.async_update_entry(entry, options=options)
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return self.async_create_entry(data={})
        if survey := await _survey(self._entry):
            self._questions = self._ask(survey)
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=questions_schema(self._questions),
            description_placeholders=issue.translation_placeholders if issue else None,
            errors={} if self._questions else {"base": "cannot_connect"},
        )

    def _ask(self, survey: Survey[Any]) -> tuple[Question, ...]:
        """Return the choices, with the likely roles and the present directions."""
        ask = bridge_of(self._entry).questions
        known: Said = self._entry.options.get(CONF_ROLES, {})
        likely = {
            key: each
            for key, each in survey.answers.items()
            # If the records do not tell, names go on deciding.
            if isinstance(each, str) and (survey.is_sure or each != NOTHING)
        }
        return ask(survey.details, {**known, **likely}) if ask else ()
