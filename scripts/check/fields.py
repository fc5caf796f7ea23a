"""Judge what actions, triggers and conditions let a person fill in."""

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
    """Accept anything but nothing."""
    if value is None:
        raise Invalid("is empty")
    return value


def target(value: Json) -> Json:
    """Accept a choice of entities or devices."""
    if value is not None:
        validate_selector({"target": value})
    return value


# A filter would need a target, and nothing of ours has either.
FIELD = {
    Optional("required"): bool,
    Optional("default"): _present,
    Optional("example"): _present,
    Optional("selector"): _selector,
}


def disagreements(
    kind: str, offered: dict[str, Json], words: dict[str, Json], icons: dict[str, Json]
) -> Iterator[str]:
    """Yield where a YAML file differs from its words and icons.

    `kind` is the part that holds them in translations and icons.
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
            key = find(content, ("selector", "select")).get("translation_key")
            if key is not None and key not in selectors:
                yield f"{name}.{field}: its choices have no words"


def _fields(content: Json) -> Iterator[tuple[str, Json]]:
    """Yield what may be filled in, also in sections."""
    for name, field in find(content, ("fields",)).items():
        if isinstance(field, dict) and "fields" in field:
            yield from _fields(field)
        else:
            yield name, field
