"""Check triggers.yaml and conditions.yaml, alone and against words and icons."""

from collections.abc import Iterator

from probatio import Optional, Schema

from .fields import FIELD, disagreements, target
from .repository import Json, Problem, Repository, judge
from .words import key, slug

# The YAML file, the module of the same platform, and the function that it must have.
KINDS = (
    ("triggers", "trigger.py", "async_get_triggers"),
    ("conditions", "condition.py", "async_get_conditions"),
)


def _offer(value: Json) -> Json:
    """Accept a trigger or condition without words: these belong to translations."""
    if value is not None:
        Schema({Optional("target"): target, Optional("fields"): {key: FIELD}})(value)
    return value


OFFERS = Schema({slug: _offer})


def check(repository: Repository) -> Iterator[Problem]:
    """Report entries that are malformed or untranslated, and a file without module."""
    for kind, module, function in KINDS:
        path = f"{repository.integration}/{kind}.yaml"
        # A name with a leading dot only holds YAML anchors for the others.
        offered = {
            name: content
            for name, content in repository.mapping(path).items()
            if not name.startswith(".")
        }
        yield from judge(path, OFFERS, offered)
        for message in disagreements(
            kind, offered, repository.words(), repository.icons()
        ):
            yield Problem(path, message)
        code = repository.text(f"{repository.integration}/{module}") or ""
        if (function in code) != bool(offered):
            yield Problem(path, f"does not go with {function} in {module}")
