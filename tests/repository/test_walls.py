"""Which modules must not import each other: the walls of the architecture."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from scripts.check import circles
from scripts.check.repository import Repository
from tests.kinds import KINDS

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "meter_bridge"
FILES = sorted(INTEGRATION.rglob("*.py"))
# Files beside the simulators that may import our clients.
ABOUT_CLIENTS = {"conftest.py", "decode.py"}
GLUE = {"contract.py", "descriptions.py", "__init__.py", "entities.py"}


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, with relative names resolved."""
    package = path.relative_to(ROOT).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *((node.module or "").split("."))))
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_bridges_do_not_know_each_other(path: Path) -> None:
    """A bridge imports neither another bridge nor, with exceptions, Home Assistant."""
    relative = path.relative_to(INTEGRATION).parts
    if relative[0] != "bridges":
        return
    own = relative[1] if len(relative) > 2 else None
    others = BRIDGES.keys() - {own} if own else BRIDGES.keys()
    names = {part for name in imports(path) for part in name.split(".")}
    if relative != ("bridges", "__init__.py"):
        assert not names & others
    if path.name not in GLUE:
        assert "homeassistant" not in names


def inside(folder: str) -> list[Path]:
    """Return the files of a folder of the integration."""
    return [path for path in FILES if path.is_relative_to(INTEGRATION / folder)]


@pytest.mark.parametrize("path", inside("meter"), ids=lambda path: str(path.name))
def test_a_meter_is_judged_without_home_assistant(path: Path) -> None:
    """`meter/` imports neither entities nor Home Assistant."""
    for name in imports(path):
        assert not name.startswith("homeassistant")
        assert "values" not in name.split(".")


@pytest.mark.parametrize("path", inside("flow"), ids=lambda path: str(path.name))
def test_flows_know_no_values(path: Path) -> None:
    """`flow/` does not import `values/`."""
    for name in imports(path):
        assert {"values", "meter"}.isdisjoint(name.split("."))


def test_nothing_is_imported_in_a_circle() -> None:
    """There is no circle of imports, not even one for type names."""
    assert list(circles.check(Repository(ROOT))) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    """The check finds a circle of three modules with an import for types only."""
    folder = tmp_path / "custom_components" / "meter_bridge"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "one.py").write_text("from .deep.two import x")
    (folder / "deep" / "two.py").write_text("def f():\n    from ..three import y")
    (folder / "three.py").write_text("if TYPE_CHECKING:\n    from . import one")
    (problem,) = circles.check(Repository(tmp_path))
    assert all(name in problem.message for name in ("one.py", "two.py", "three.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_no_brand_outside_its_folder(path: Path) -> None:
    """Code outside a bridge's folder does not name its brand."""
    relative = path.relative_to(INTEGRATION).parts
    own = relative[1] if relative[0] == "bridges" and len(relative) > 2 else None
    text = path.read_text().lower()
    for key, bridge in BRIDGES.items():
        if key == own or relative == ("bridges", "__init__.py"):
            continue
        assert bridge.manufacturer.lower() not in text
        assert bridge.name.lower() not in text


@pytest.mark.parametrize("key", KINDS)
def test_simulators_do_not_know_our_clients(key: str) -> None:
    """A simulator does not import our client: it is written from vendors' documents."""
    folder = ROOT / "tests" / "bridges" / key
    for path in (*folder.glob("*.py"), *(ROOT / "tests").rglob("simulat*.py")):
        if path.name in ABOUT_CLIENTS or path.name.startswith("test_"):
            continue
        for name in imports(path):
            assert "custom_components" not in name
            assert not name.endswith((".kind", ".decode", ".KIND", ".DECODING"))


def test_kinds_differ_in_one_place() -> None:
    """Outside the folders of kinds, no table and no branch distinguishes kinds."""
    for path in (
        each for part in ("tests", "benchmarks") for each in (ROOT / part).rglob("*.py")
    ):
        if BRIDGES.keys().isdisjoint(path.relative_to(ROOT).parts):
            assert not [*distinctions(ast.parse(path.read_text()))], path


def distinctions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield tables with a row for each of several kinds, and branches for one kind."""
    for node in ast.walk(tree):
        match node:
            case ast.Dict(keys=keys):
                rows = {key.value for key in keys if isinstance(key, ast.Constant)}
                if len(rows & BRIDGES.keys()) > 1:
                    yield node
            case ast.MatchClass(cls=ast.Name(id=name)) if name.endswith("Simulator"):
                yield node
            case ast.If(test=test) | ast.IfExp(test=test):
                names = {it.id for it in ast.walk(test) if isinstance(it, ast.Name)}
                if any(name.endswith("Simulator") for name in names):
                    yield node


def test_a_distinction_is_found() -> None:
    """Such a distinction is found in a table, a branch and a match statement."""
    code = """
TABLE = {"egauge": 1, "iometer": 2}
if isinstance(simulator, EgaugeSimulator):
    pass
match simulator:
    case IometerSimulator():
        pass
"""
    assert len([*distinctions(ast.parse(code))]) == 3
    assert not [*distinctions(ast.parse('{"egauge": 1, "ours": 2}'))]


def test_readme_lists_every_bridge() -> None:
    """The README's table of bridges is the registry's."""
    rows = [
        line.split("|")[1]
        for line in (ROOT / "README.md").read_text().splitlines()
        if line.startswith("| [") and "docs/" in line.split("|")[1]
    ]
    named = {row.split("[")[1].split("]")[0] for row in rows}
    pages = {row.split("(")[1].split(")")[0] for row in rows}
    assert named == {bridge.name for bridge in BRIDGES.values()}
    assert all((ROOT / page).is_file() for page in pages)
