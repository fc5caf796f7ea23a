"""Check that no modules of the integration import each other in a circle."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from .repository import Problem, Repository


def check(repository: Repository) -> Iterator[Problem]:
    """Report a circle of imports; those for types or inside functions count, too."""
    try:
        TopologicalSorter(edges(repository)).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield Problem(circle[0], f"is in a circle of imports: {' <- '.join(circle)}")


def edges(repository: Repository) -> Mapping[str, set[str]]:
    """Return, by path, the other modules of the integration that each one imports."""
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
    """Yield what a file imports, with relative names resolved.

    `from . import name` may import a module of this name, so that is yielded as well.
    """
    package = path.split("/")[:-1]
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # `imports.check` reports a file that cannot be parsed.
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
