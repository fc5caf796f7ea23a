"""Check every file: its syntax, permission to run it, and no private places."""

from collections.abc import Iterator
from pathlib import PurePath
import re

from .repository import Problem, Repository, parse

_PRIVATE = {
    "the path of one machine": re.compile(
        r"(?<![\w.~-])/(?:home|Users|root|work|opt)/[\w.][^\s\"')`]*"
    ),
    "the host of a package registry": re.compile(
        r"(?:pypi|pythonhosted|npmjs|crates|rubygems|proxy\.golang|anaconda)"
        r"\.(?:org|com|io)\b"
    ),
}


def check(repository: Repository) -> Iterator[Problem]:
    """Report files that cannot be parsed or run, or that name a private place."""
    for path in repository.files:
        text = repository.text(path)
        if text is None:
            continue
        if path.endswith((".json", ".yaml", ".yml")):
            try:
                parse(path, text)
            except ValueError as err:
                yield Problem(path, f"cannot be parsed: {err}")
        script = path.startswith((".ci/", "scripts/")) and not PurePath(path).suffix
        if script and not text.startswith("#!"):
            yield Problem(path, "is a script without a #! line")
        if text.startswith("#!") and not repository.executable(path):
            yield Problem(path, "is a script that may not be run")
        for what, pattern in _PRIVATE.items():
            for line, content in enumerate(text.splitlines(), 1):
                if found := pattern.search(content):
                    yield Problem(path, f"line {line} names {what}: {found[0]}")
