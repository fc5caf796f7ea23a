"""Judge services.yaml, alone and against the translations."""

from collections.abc import Iterator
import re

from homeassistant.helpers.selector import validate_selector
from probatio import Optional, Required, Schema

from .repository import Json, Problem, Repository, judge
from .words import key, slug

_REGISTERS = re.compile(r"\basync_register(_admin_service|_entity_service)?\(")


def _selector(value: Json) -> Json:
    """Accept a selector that Home Assistant can build."""
    validate_selector(value)
    return value


_FIELD = {
    Optional("required"): bool,
    Optional("advanced"): bool,
    Optional("default"): object,
    Optional("example"): object,
    Optional("filter"): dict,
    Optional("selector"): _selector,
}
_SECTION = {Optional("collapsed"): bool, Required("fields"): {key: _FIELD}}


def _field(value: Json) -> Json:
    """Accept a field or a section of fields."""
    if isinstance(value, dict) and "fields" in value:
        Schema(_SECTION)(value)
    else:
        Schema(_FIELD)(value)
    return value


def _action(value: Json) -> Json:
    """Accept an action; its name and description belong to the translations."""
    if value is not None:
        Schema({Optional("target"): _target, Optional("fields"): {key: _field}})(value)
    return value


def _target(value: Json) -> Json:
    """Accept a choice of entities or devices."""
    if value is not None:
        validate_selector({"target": value})
    return value


ACTIONS = Schema({slug: _action})


def check(repository: Repository) -> Iterator[Problem]:
    """Report malformed actions, unregistered words and wordless fields."""
    path = f"{repository.integration}/services.yaml"
    actions = repository.mapping(path)
    words = repository.mapping(f"{repository.integration}/translations/en.json")
    yield from judge(path, ACTIONS, actions)
    described = words.get("services")
    described = described if isinstance(described, dict) else {}
    for name in actions.keys() ^ described.keys():
        yield Problem(path, f"{name}: is not in both services.yaml and en.json")
    for name in actions.keys() & described.keys():
        for field in _fields(actions[name]) ^ _fields(described[name]):
            yield Problem(path, f"{name}.{field}: is not in both, nor its words")
    for source in repository.files:
        if not source.startswith(repository.integration) or actions:
            continue
        if source.endswith(".py") and _REGISTERS.search(repository.text(source) or ""):
            yield Problem(path, f"has no actions, but {source} registers some")


def _fields(action: Json) -> set[str]:
    """Return the names of an action's fields, those in sections included."""
    fields = action.get("fields") if isinstance(action, dict) else None
    names: set[str] = set()
    for name, field in fields.items() if isinstance(fields, dict) else ():
        inner = _fields(field)
        names |= inner or {name}
    return names
