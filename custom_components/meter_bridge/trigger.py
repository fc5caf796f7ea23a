"""Triggers: a problem, a meter that goes stale or comes back, an overloaded fuse.

They are triggers of the integration with a target; Home Assistant accepts no new
device triggers. They differ from a state trigger in three ways. They find the right
entities of a device by themselves. They compare with the last known answer: a drop-out
or a reload is not a change, and does not hide one. And they act once per change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, override

from homeassistant.const import ATTR_ENTITY_ID, CONF_FOR
from homeassistant.core import (
    CALLBACK_TYPE,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.target import (
    TargetStateChangedData,
    async_track_target_selector_state_change_event,
)
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import probatio

from .automation import (
    FRESH,
    OVERLOAD,
    PROBLEM,
    RATING,
    STALE,
    Options,
    Question,
    schema,
)

CONF_AWAY_FOR = "away_for"
_FOR: Options = {probatio.Optional(CONF_FOR): cv.positive_time_period}
_AWAY_FOR: Options = {probatio.Optional(CONF_AWAY_FOR): cv.positive_time_period}


@dataclass(slots=True)
class _Watch:
    """One entity: since when its answer was no; None once the trigger has acted."""

    no_since: datetime | None = None
    pending: CALLBACK_TYPE | None = None

    def cancel(self) -> None:
        """Cancel the action that waits for `for` to pass."""
        if self.pending:
            self.pending()
            self.pending = None


class MeterTrigger(Trigger):
    """Act for each entity of the target whose answer turns from no to yes."""

    question: ClassVar[Question]
    schema: ClassVar[probatio.Schema] = schema(_FOR)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep the target and the options."""
        super().__init__(hass, config)
        self._target: ConfigType = config.target or {}
        self._options: Mapping[str, Any] = config.options or {}
        self._for: timedelta = self._options.get(CONF_FOR, timedelta())
        self._away_for: timedelta = self._options.get(CONF_AWAY_FOR, timedelta())
        self._watches: dict[str, _Watch] = {}

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate target and options, also by what the question requires."""
        validated: ConfigType = cls.schema(config)
        cls.question.require(hass, validated)
        return validated

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Watch the entities of the target, also those that join it later."""

        @callback
        def changed(data: TargetStateChangedData) -> None:
            self._follow(data.state_change_event.data, run_action)

        @callback
        def retarget(
            added: set[str], removed: set[str], states: Mapping[str, State | None]
        ) -> None:
            for entity_id in removed:
                self._watches.pop(entity_id).cancel()
            for entity_id in added:
                watch = self._watches[entity_id] = _Watch()
                state = states[entity_id]
                if state and self._answer(state) is False:
                    watch.no_since = state.last_changed

        stop = await async_track_target_selector_state_change_event(
            self._hass,
            self._target,
            changed,
            lambda entity_ids: self.question.entities(self._hass, entity_ids),
            retarget,
            primary_entities_only=False,
        )

        @callback
        def detach() -> None:
            stop()
            for watch in self._watches.values():
                watch.cancel()

        return detach

    def _answer(self, state: State) -> bool | None:
        """Ask the question of one entity."""
        return self.question.answer(self._hass, state, self._options)

    def _follow(
        self, change: EventStateChangedData, run_action: TriggerActionRunner
    ) -> None:
        """Act once the answer has stayed yes for `for`; cancel if it changes before."""
        watch, state = self._watches[change["entity_id"]], change["new_state"]
        answer = self._answer(state) if state else None
        if not state or not answer:
            watch.cancel()
            if state and answer is False and watch.no_since is None:
                watch.no_since = state.last_changed
            return
        if watch.no_since is None or watch.pending:
            return
        if dt_util.utcnow() - watch.no_since < self._away_for:
            watch.no_since = None
            return

        @callback
        def act(_now: datetime | None = None) -> None:
            watch.no_since = watch.pending = None
            run_action(
                {
                    ATTR_ENTITY_ID: state.entity_id,
                    "from_state": change["old_state"],
                    "to_state": state,
                    "for": self._for,
                },
                f"state of {state.entity_id}",
                state.context,
            )

        if self._for:
            watch.pending = async_call_later(self._hass, self._for, act)
        else:
            act()


class ProblemRaised(MeterTrigger):
    """A status bit was set, or a sensor shows a problem."""

    question = PROBLEM


class MeterWentStale(MeterTrigger):
    """A meter sends no new readings any more."""

    question = STALE


class MeterCameBack(MeterTrigger):
    """A meter sends readings again after a pause."""

    question = FRESH
    schema = schema(_AWAY_FOR)


class FuseRatingExceeded(MeterTrigger):
    """The current of a phase exceeds the rating of its fuse."""

    question = OVERLOAD
    schema = schema({**RATING, **_FOR})


TRIGGERS: dict[str, type[Trigger]] = {
    "problem_raised": ProblemRaised,
    "meter_went_stale": MeterWentStale,
    "meter_came_back": MeterCameBack,
    "fuse_rating_exceeded": FuseRatingExceeded,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
