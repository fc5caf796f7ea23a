"""Check translations/*.json: structure, sentences, and that all have the same keys."""

from collections.abc import Iterator

from probatio import All, Any, Invalid, Optional, Required, Schema

from .repository import Json, Problem, Repository, judge
from .words import fixed_text, key, placeholders, slug, text


def _described(value: dict[str, Json]) -> dict[str, Json]:
    """Accept a form that describes only fields that it has."""
    data, descriptions = value.get("data"), value.get("data_description")
    if isinstance(descriptions, dict):
        fields = data if isinstance(data, dict) else {}
        if strangers := sorted(descriptions.keys() - fields.keys()):
            raise Invalid(f"data_description of no field: {', '.join(strangers)}")
    return value


_FIELDS = {Optional("data"): {str: text}, Optional("data_description"): {str: text}}
_SECTION = {Optional("name"): text, Optional("description"): text, **_FIELDS}
_STEP = {
    Optional("title"): text,
    Optional("description"): text,
    **_FIELDS,
    Optional("menu_options"): {str: text},
    Optional("menu_option_descriptions"): {str: text},
    Optional("submit"): text,
    Optional("sections"): {str: All(Schema(_SECTION), _described)},
}
_FLOW = {
    Optional("flow_title"): text,
    Required("step"): {str: All(Schema(_STEP), _described)},
    Optional("error"): {str: text},
    Optional("abort"): {str: text},
    Optional("progress"): {str: text},
    Optional("create_entry"): {str: text},
}
_STATES = {key: fixed_text}
_ENTITY = {
    Optional("name"): text,
    Optional("state"): _STATES,
    Optional("state_attributes"): {
        key: {Optional("name"): fixed_text, Optional("state"): _STATES}
    },
    Optional("unit_of_measurement"): fixed_text,
}
_FIELD = {
    Required("name"): text,
    Required("description"): text,
    Optional("example"): text,
}
_ACTION = {
    Required("name"): text,
    Required("description"): text,
    Optional("fields"): {key: _FIELD},
    Optional("sections"): {
        key: {Required("name"): text, Optional("description"): text}
    },
}
_OFFER = {
    Required("name"): text,
    Required("description"): text,
    Optional("fields"): {key: _FIELD},
}
_ISSUE = {
    Required("title"): text,
    Optional("description"): text,
    Optional("fix_flow"): _FLOW,
}
_SELECTOR = {
    Optional("choices"): {key: text},
    Optional("options"): {key: text},
    Optional("fields"): {key: {Required("name"): text, Optional("description"): text}},
    Optional("unit_of_measurement"): {key: text},
}


def _bodied(value: dict[str, Json]) -> dict[str, Json]:
    """Accept an issue with either a description or a repair flow."""
    if ("description" in value) == ("fix_flow" in value):
        raise Invalid("needs either a description or a fix_flow")
    return value


TRANSLATION = Schema(
    {
        Optional("title"): text,
        Optional("common"): {slug: text},
        Optional("conditions"): {slug: _OFFER},
        Optional("config"): _FLOW,
        Optional("device"): {key: {Required("name"): text}},
        Optional("entity"): {slug: {key: _ENTITY}},
        Optional("exceptions"): {slug: {Required("message"): text}},
        Optional("issues"): {str: All(Schema(_ISSUE), _bodied)},
        Optional("options"): _FLOW,
        Optional("selector"): {Any("_", slug): _SELECTOR},
        Optional("services"): {key: _ACTION},
        Optional("system_health"): {Optional("info"): {key: text}},
        Optional("triggers"): {slug: _OFFER},
    }
)


def sentences(content: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every sentence of a translation, with its place."""
    if isinstance(content, dict):
        for name, part in content.items():
            yield from sentences(part, f"{place}.{name}" if place else name)
    elif isinstance(content, str):
        yield place, content


def check(repository: Repository) -> Iterator[Problem]:
    """Report problems of every language, and where another one differs from English."""
    folder = f"{repository.integration}/translations/"
    english = dict(sentences(repository.words()))
    if not english:
        yield Problem(f"{folder}en.json", "holds nothing to show")
    for path in repository.files:
        if not path.startswith(folder):
            continue
        content = repository.mapping(path)
        yield from judge(path, TRANSLATION, content)
        yield from _differences(path, english, dict(sentences(content)))
    if f"{repository.integration}/strings.json" in repository.files:
        yield Problem(f"{repository.integration}/strings.json", "only core reads it")


def _differences(
    path: str, english: dict[str, str], other: dict[str, str]
) -> Iterator[Problem]:
    """Report keys that another language lacks or adds, and differing placeholders."""
    for place in english.keys() - other.keys():
        yield Problem(path, f"{place}: is missing")
    for place in other.keys() - english.keys():
        yield Problem(path, f"{place}: is not in en.json")
    for place in english.keys() & other.keys():
        wanted, found = placeholders(english[place]), placeholders(other[place])
        if wanted != found:
            names = ", ".join(sorted(wanted ^ found))
            yield Problem(path, f"{place}: differs from en.json in placeholder {names}")
