"""Check icons.json, by itself and against the translations."""

from collections.abc import Iterator

from probatio import All, Invalid, Optional, Required, Schema

from .repository import Json, Problem, Repository, judge
from .words import find, icon, key, slug


def _number(value: Json) -> str:
    """Accept a number written as a key."""
    try:
        float(str(value))
    except ValueError as err:
        raise Invalid("is no number") from err
    return str(value)


def _one_scheme(value: dict[str, Json]) -> dict[str, Json]:
    """Accept icons that change either by state or by range."""
    if value.keys() >= {"state", "range"}:
        raise Invalid("has icons by state and by range")
    return value


def _distinct(value: dict[str, Json]) -> dict[str, Json]:
    """Accept an attribute whose states have other icons than the default one."""
    states = value.get("state")
    if isinstance(states, dict) and value.get("default") in states.values():
        raise Invalid("a state repeats the default icon")
    return value


_ICONS = {
    Optional("default"): icon,
    Optional("state"): {key: icon},
    Optional("range"): {_number: icon},
}
_ATTRIBUTE = All(Schema(_ICONS), _one_scheme, _distinct)
_ENTITY = All(
    Schema({**_ICONS, Optional("state_attributes"): {key: _ATTRIBUTE}}), _one_scheme
)

ICONS = Schema(
    {
        Optional("entity"): {slug: {key: _ENTITY}},
        Optional("services"): {
            key: {Required("service"): icon, Optional("sections"): {key: icon}}
        },
        Optional("triggers"): {slug: {Required("trigger"): icon}},
        Optional("conditions"): {slug: {Required("condition"): icon}},
    }
)


def check(repository: Repository) -> Iterator[Problem]:
    """Report malformed icons, and icons of keys that have no English translation."""
    path = f"{repository.integration}/icons.json"
    icons, words = repository.icons(), repository.words()
    yield from judge(path, ICONS, icons)
    for platform, entities in _objects(icons.get("entity")):
        for name, parts in _objects(entities):
            place = ("entity", platform, name)
            if not find(words, place):
                yield Problem(path, f"{'.'.join(place)}: has no translation")
                continue
            named = find(words, (*place, "state"))
            drawn = parts.get("state")
            if named and isinstance(drawn, dict):
                for state in drawn.keys() - named.keys():
                    yield Problem(path, f"{'.'.join(place)}: has no state {state}")
    for kind in ("services", "triggers", "conditions"):
        for name in find(icons, (kind,)).keys() - find(words, (kind,)).keys():
            yield Problem(path, f"{kind}.{name}: has no translation")


def _objects(content: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield the objects inside an object."""
    if isinstance(content, dict):
        for name, part in content.items():
            if isinstance(part, dict):
                yield name, part
