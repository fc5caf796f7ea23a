"""What registers of a bridge stand for, where their names alone cannot tell."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from ..bridges import bridge_of
from ..bridges.questions import Question, Said
from ..bridges.words import words
from ..const import CONF_ROLES


def questions_of(entry: ConfigEntry) -> tuple[Question, ...]:
    """Return what the owner may say; nothing while nothing has been read."""
    ask = bridge_of(entry).questions
    if ask is None or entry.state is not ConfigEntryState.LOADED:
        return ()
    known: Said = entry.options.get(CONF_ROLES, {})
    return ask(entry.runtime_data.data.details, known)


def questions_schema(questions: Iterable[Question]) -> probatio.Schema:
    """Ask what only the owner can say of registers, filled in with what holds now."""
    return probatio.Schema(
        {
            probatio.Required(question.key, default=question.preset): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=value, label=words(label))
                        for value, label in question.choices.items()
                    ],
                    mode=SelectSelectorMode.DROPDOWN,
                    multiple=question.is_many,
                )
            )
            for question in questions
        }
    )


def answers_of(
    questions: Iterable[Question], typed: Mapping[str, Any], known: Said
) -> dict[str, Any]:
    """Return what the owner has said, now or before.

    What was never changed is left out: names go on to tell it.
    """
    said = dict(known)
    for question in questions:
        if question.key in known or typed[question.key] != question.preset:
            said[question.key] = typed[question.key]
    return said
