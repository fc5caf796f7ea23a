"""Check that the code has what the metadata demands of it."""

import ast
from collections.abc import Iterator

from .imports import DISCOVERY
from .repository import Problem, Repository


def check(repository: Repository) -> Iterator[Problem]:
    """Report a set-up without a schema, and discovery without step or unique id."""
    path = f"{repository.integration}/__init__.py"
    names = _top_level(repository.text(path) or "")
    if "async_setup" in names and "CONFIG_SCHEMA" not in names:
        yield Problem(path, "async_setup: needs a CONFIG_SCHEMA, were it an empty one")
    manifest = repository.mapping(f"{repository.integration}/manifest.json")
    path = f"{repository.integration}/config_flow.py"
    flow = repository.text(path) or ""
    for way in DISCOVERY:
        if manifest.get(way) and f"def async_step_{way}(" not in flow:
            yield Problem(path, f"the manifest asks for {way}, but no step takes it")
    if any(manifest.get(way) for way in DISCOVERY) and "async_set_unique_id(" not in (
        flow
    ):
        yield Problem(path, "what is discovered needs async_set_unique_id")


def _top_level(source: str) -> set[str]:
    """Return the names that a module defines, assigns or imports."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names.update(each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(names=aliases):
                names.update(alias.asname or alias.name for alias in aliases)
    return names
