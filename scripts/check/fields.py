"""Check the fields and targets of actions, triggers and conditions."""

from collections.abc import Iterator

from homeassistant.helpers.selector import validate_selector
from probatio import Invalid, Optional

from .repository import Json
from .words import find


def _selector(value: Json) -> Json:
    """Accept a selector that Home Assistant can build."""
    validate_selector(value)
    return value


def _present(value: Json) -> Json:
    """Accept any value but none at all."""
    if value is None:
        raise Invalid("is empty")
    return value


def target(value: Json) -> Json:
    """Accept a choice of entities or devices."""
    if value is not None:
        validate_selector({"target": value})
    return value


# Filters are not accepted: they need a target, which none of our actions has.
FIELD = {
    Optional("required"): bool,
    Optional("default"): _present,
    Optional("example"): _present,
    Optional("selector"): _selector,
}


def disagreements(
    kind: str, offered: dict[str, Json], words: dict[str, Json], icons: dict[str, Json]
) -> Iterator[str]:
    """Yield the differences between a YAML file and its translations and icons.

    `kind` is the section of translations and icons that belongs to the file.
    """
    described, drawn = find(words, (kind,)), find(icons, (kind,))
    for name in sorted(offered.keys() ^ described.keys()):
        yield f"{name}: is not in both {kind}.yaml and en.json"
    for name in sorted(offered.keys() - drawn.keys()):
        yield f"{name}: has no icon"
    selectors = find(words, ("selector",))
    for name in sorted(offered.keys() & described.keys()):
        pairs = list(_fields(offered[name]))
        fields = dict(pairs)
        if len(pairs) > len(fields):
            yield f"{name}: has a field twice"
        for field in sorted(fields.keys() ^ dict(_fields(described[name])).keys()):
            yield f"{name}.{field}: is not in both, nor its words"
        for field, content in fields.items():
            for selector, part in (("select", "options"), ("choose", "choices")):
                key = find(content, ("selector", selector)).get("translation_key")
                if key is not None and not find(selectors, (str(key), part)):
                    yield f"{name}.{field}: its choices have no words"


def _fields(content: Json) -> Iterator[tuple[str, Json]]:
    """Yield the fields, including those inside sections."""
    for name, field in find(content, ("fields",)).items():
        if isinstance(field, dict) and "fields" in field:
            yield from _fields(field)
        else:
            yield name, field
