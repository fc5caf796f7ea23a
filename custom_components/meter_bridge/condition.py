"""Conditions: all meters are fresh, there is a problem, a fuse is overloaded.

While an answer is not known, no condition holds: a meter counts neither as fresh, nor
as having a problem, nor as overloaded.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Unpack, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .automation import (
    ALL,
    ANY,
    CONF_BEHAVIOR,
    FRESH,
    PROBLEM,
    Options,
    Question,
    schema,
)
from .overload import OVERLOAD, RATING


def _schema(options: Options, behavior: str = ANY) -> probatio.Schema:
    """Return the schema of a condition with these options and this usual behavior."""
    return schema(
        {
            probatio.Optional(CONF_BEHAVIOR, default=behavior): probatio.In([ANY, ALL]),
            **options,
        }
    )


class MeterCondition(Condition):
    """Tell whether the answer is yes for any entity of the target, or for all."""

    question: ClassVar[Question]
    schema: ClassVar[probatio.Schema] = _schema({})

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep the target and the options."""
        super().__init__(hass, config)
        self._target: ConfigType = config.target or {}
        self._options: Mapping[str, Any] = config.options or {}

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate target and options; refuse those that no answer comes of."""
        validated: ConfigType = cls.schema(config)
        cls.question.check(hass, validated)
        return validated

    def _answers(self) -> list[bool | None]:
        """Ask every entity of the target."""
        return [
            self.question.answer(self._hass, state, self._options)
            if (state := self._hass.states.get(entity_id))
            else None
            for entity_id in self.question.targeted(self._hass, self._target)
        ]

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Tell whether any answer is yes, or all are; without answers, return False."""
        answers = self._answers()
        if self._options[CONF_BEHAVIOR] == ALL:
            return bool(answers) and all(answers)
        return any(answers)


class MeterIsFresh(MeterCondition):
    """Every meter of the target sends readings, or any of them."""

    question = FRESH
    schema = _schema({}, ALL)


class ProblemIsPresent(MeterCondition):
    """A status bit is set, or a sensor shows a problem."""

    question = PROBLEM


class FuseRatingIsExceeded(MeterCondition):
    """The current of a phase exceeds the rating of its fuse."""

    question = OVERLOAD
    schema = _schema(RATING)


CONDITIONS: dict[str, type[Condition]] = {
    "meter_is_fresh": MeterIsFresh,
    "problem_is_present": ProblemIsPresent,
    "fuse_rating_is_exceeded": FuseRatingIsExceeded,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
