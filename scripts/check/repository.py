"""Read the files of a repository."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
import json
import os
from pathlib import Path
from typing import override

from annotatedyaml import Input, YAMLException, parse_yaml
import probatio

DOMAIN = "meter_bridge"

type Json = dict[str, Json] | list[Json] | str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem of a file, in words."""

    path: str
    message: str

    @override
    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.path}: {self.message}"


class DuplicateKeyError(ValueError):
    """A JSON object has the same key twice."""


@dataclass
class Repository:
    """The files below a root, except those that git ignores."""

    root: Path
    integration: str = field(init=False, default=f"custom_components/{DOMAIN}")

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Return the path of every file from the root, found without running git."""
        ignored = [".git"]
        if (gitignore := self.root / ".gitignore").is_file():
            ignored += [line.rstrip("/") for line in gitignore.read_text().splitlines()]

        def walk(folder: Path) -> Iterator[str]:
            for path in sorted(folder.iterdir()):
                if any(fnmatch(path.name, pattern) for pattern in ignored):
                    continue
                if path.is_dir() and not path.is_symlink():
                    yield from walk(path)
                elif path.is_file():
                    yield path.relative_to(self.root).as_posix()

        return tuple(walk(self.root))

    def text(self, path: str) -> str | None:
        """Return a file's text, or None if it is missing or not UTF-8."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError, UnicodeDecodeError:
            return None

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""
        return os.access(self.root / path, os.X_OK)

    def sources(self) -> Iterator[str]:
        """Yield the path of every Python file of the integration."""
        for path in self.files:
            if path.startswith(f"{self.integration}/") and path.endswith(".py"):
                yield path

    def words(self) -> dict[str, Json]:
        """Return the English translation; other languages must have the same keys."""
        return self.mapping(f"{self.integration}/translations/en.json")

    def icons(self) -> dict[str, Json]:
        """Return the icons."""
        return self.mapping(f"{self.integration}/icons.json")

    def mapping(self, path: str) -> dict[str, Json]:
        """Return the object in a JSON or YAML file, an empty one if there is none.

        A file that cannot be parsed is reported by `files.check`.
        """
        try:
            content = parse(path, self.text(path) or "")
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def parse(path: str, text: str) -> Json | Input:
    """Parse JSON or YAML; raise ValueError with the place of a syntax error."""
    if path.endswith(".json"):
        content: Json = json.loads(text, object_pairs_hook=_once)
        return content
    try:
        return parse_yaml(text)
    except YAMLException as err:
        raise ValueError(" ".join(str(err).split())) from err


def judge(
    path: str, schema: Callable[[Json], object], content: Json
) -> Iterator[Problem]:
    """Report every place where content does not fit a schema."""
    try:
        schema(content)
    except probatio.MultipleInvalid as invalid:
        for error in invalid.errors:
            place = ".".join(str(step) for step in error.path)
            yield Problem(path, f"{place}: {error.msg}" if place else error.msg)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Build an object; refuse a key that appears twice, which JSON itself allows."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise DuplicateKeyError(f"holds {', '.join(twice)} twice")
    return content
