"""Judge whether modules of the integration import each other in a circle."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from .repository import Problem, Repository


def check(repository: Repository) -> Iterator[Problem]:
    """Report a circle of imports, also of those for types alone or inside functions."""
    try:
        TopologicalSorter(edges(repository)).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield Problem(circle[0], f"is in a circle of imports: {' <- '.join(circle)}")


def edges(repository: Repository) -> Mapping[str, set[str]]:
    """Return which modules of the integration each of them imports, by path."""
    modules = {_module(path): path for path in repository.sources()}
    found = {}
    for path in repository.sources():
        names = set(_imported(path, repository.text(path) or ""))
        found[path] = {modules[name] for name in names if name in modules} - {path}
    return found


def _module(path: str) -> str:
    """Return the dotted name of a module."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(path: str, source: str) -> Iterator[str]:
    """Yield what a file imports, relative names spelt out.

    `from . import name` may import the module of this name: that is yielded as well.
    """
    package = path.split("/")[:-1]
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # The check of imports reports it.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join((*above, *([node.module] if node.module else [])))
            yield from (f"{module}.{alias.name}" for alias in node.names)
            if node.module:
                yield module
