"""Triggers: a problem, a meter that goes stale or comes back, an overloaded fuse.

They are triggers of the integration with a target; Home Assistant accepts no new
device triggers. They differ from a state trigger in three ways. They find the right
entities of a device by themselves. They compare with the last known answer: a drop-out
or a reload is not a change, and does not hide one. And they act once per change: of
each entity of the target, of the first one, or once all have changed.
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
    ALL,
    CONF_BEHAVIOR,
    EACH,
    FIRST,
    FRESH,
    PROBLEM,
    STALE,
    Options,
    Question,
    schema,
)
from .overload import OVERLOAD, RATING

CONF_AWAY_FOR = "away_for"
_BEHAVIOR: Options = {
    probatio.Optional(CONF_BEHAVIOR, default=EACH): probatio.In([EACH, FIRST, ALL])
}
_FOR: Options = {
    **_BEHAVIOR,
    probatio.Optional(CONF_FOR): cv.positive_time_period,
}
_AWAY_FOR: Options = {
    **_BEHAVIOR,
    probatio.Optional(CONF_AWAY_FOR): cv.positive_time_period,
}


@dataclass(slots=True)
class _Watch:
    """One entity: its present answer, the last known one, and since when it was no.

    `no_since` is None while it is unknown, and after a yes was acted on or ignored.
    """

    answer: bool | None = None
    known: bool | None = None
    no_since: datetime | None = None

    def hear(self, state: State | None, *, answer: bool | None) -> None:
        """Take over the answer that a state gives."""
        self.answer = answer
        if answer is not None:
            self.known = answer
        if state and answer is False and self.no_since is None:
            self.no_since = state.last_changed


class MeterTrigger(Trigger):
    """Act when answers of entities of the target turn from no to yes."""

    question: ClassVar[Question]
    schema: ClassVar[probatio.Schema] = schema(_FOR)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep the target and the options."""
        super().__init__(hass, config)
        self._target: ConfigType = config.target or {}
        self._options: Mapping[str, Any] = config.options or {}
        self._for: timedelta = self._options.get(CONF_FOR, timedelta())
        self._away_for: timedelta = self._options.get(CONF_AWAY_FOR, timedelta())
        self._behavior: str = self._options[CONF_BEHAVIOR]
        self._watches: dict[str, _Watch] = {}
        # What waits for `for` to pass: with `each` by entity, else by behavior.
        self._pending: dict[str, CALLBACK_TYPE] = {}

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate target and options; refuse those that no answer comes of."""
        validated: ConfigType = cls.schema(config)
        cls.question.check(hass, validated)
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
                del self._watches[entity_id]
                self._cancel(entity_id)
            for entity_id in added:
                watch = self._watches[entity_id] = _Watch()
                state = states[entity_id]
                watch.hear(state, answer=self._answer(state))
            if not self._still_holds():
                self._cancel(self._behavior)

        stop = await async_track_target_selector_state_change_event(
            self._hass,
            self._target,
            changed,
            lambda _entity_ids: self.question.targeted(self._hass, self._target),
            retarget,
            primary_entities_only=False,
        )

        @callback
        def detach() -> None:
            stop()
            for waiting in [*self._pending]:
                self._cancel(waiting)

        return detach

    def _answer(self, state: State | None) -> bool | None:
        """Ask the question of one entity."""
        if state is None:
            return None
        return self.question.answer(self._hass, state, self._options)

    def _cancel(self, waiting: str) -> None:
        """Cancel what waits for `for` to pass."""
        if cancel := self._pending.pop(waiting, None):
            cancel()

    def _still_holds(self) -> bool:
        """Tell whether the behavior still holds while it waits for `for` to pass."""
        answers = [watch.answer for watch in self._watches.values()]
        return any(answers) and (self._behavior != ALL or False not in answers)

    def _is_due(self, entity_id: str) -> bool:
        """Tell whether an answer that became yes may trigger, by the behavior."""
        others = [
            watch.known for each, watch in self._watches.items() if each != entity_id
        ]
        if self._behavior == FIRST:
            return True not in others
        return self._behavior == EACH or False not in others

    def _follow(
        self, change: EventStateChangedData, run_action: TriggerActionRunner
    ) -> None:
        """Act once the answer has stayed yes for `for`; cancel if it changes before."""
        entity_id, state = change["entity_id"], change["new_state"]
        watch = self._watches[entity_id]
        watch.hear(state, answer=self._answer(state))
        waiting = entity_id if self._behavior == EACH else self._behavior
        if not (watch.answer if self._behavior == EACH else self._still_holds()):
            self._cancel(waiting)
        if not state or not watch.answer:
            return
        if watch.no_since is None or waiting in self._pending:
            return
        is_long = dt_util.utcnow() - watch.no_since >= self._away_for
        if not is_long or not self._is_due(entity_id):
            watch.no_since = None
            return

        @callback
        def act(_now: datetime | None = None) -> None:
            watch.no_since = None
            self._pending.pop(waiting, None)
            run_action(
                {
                    ATTR_ENTITY_ID: entity_id,
                    "from_state": change["old_state"],
                    "to_state": state,
                    "for": self._for,
                },
                f"state of {entity_id}",
                state.context,
            )

        if self._for:
            self._pending[waiting] = async_call_later(self._hass, self._for, act)
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
