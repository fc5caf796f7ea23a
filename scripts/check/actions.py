"""Check services.yaml, by itself and against the translations and icons."""

from collections.abc import Iterator
import re

from probatio import Optional, Required, Schema

from .fields import FIELD, disagreements, target
from .repository import Json, Problem, Repository, judge
from .words import key, slug

_REGISTERS = re.compile(r"\basync_register(_admin_service|_entity_service)?\(")
_SECTION = {Optional("collapsed"): bool, Required("fields"): {key: FIELD}}


def _field(value: Json) -> Json:
    """Accept a field or a section of fields."""
    is_section = isinstance(value, dict) and "fields" in value
    Schema(_SECTION if is_section else FIELD)(value)
    return value


def _action(value: Json) -> Json:
    """Accept an action; its name and description belong to the translations."""
    if value is not None:
        Schema({Optional("target"): target, Optional("fields"): {key: _field}})(value)
    return value


ACTIONS = Schema({slug: _action})


def check(repository: Repository) -> Iterator[Problem]:
    """Report actions that are malformed, not registered, or not translated."""
    path = f"{repository.integration}/services.yaml"
    actions = repository.mapping(path)
    yield from judge(path, ACTIONS, actions)
    for message in disagreements(
        "services", actions, repository.words(), repository.icons()
    ):
        yield Problem(path, message)
    for source in repository.sources() if not actions else ():
        if _REGISTERS.search(repository.text(source) or ""):
            yield Problem(path, f"has no actions, but {source} registers some")
