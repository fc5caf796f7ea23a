"""Every command in the pages is run, as far as a test can.

Each is run exactly as written, in a folder where stand-ins replace the programs of the
virtual environments; their arguments are checked. Whether the programs accept these is
tested with the programs themselves, in a copy of the repository or here:

- In full: the two that write pages, and `scripts/fuzz` for one decoder.
- In part: `scripts/lint` up to its first finding, one cell of the fault matrix, the
  statistics with three examples.
- Only their command lines: `scripts/benchmark`, `scripts/soak`, `scripts/develop`,
  `scripts/tables`, and `scripts/fuzz` for all decoders.

`scripts/lint`, `scripts/e2e` and every test run at every push, `scripts/test` with
other versions and `scripts/develop --check` every week. Nobody but a person runs a week
of `scripts/soak`, a million inputs of `scripts/fuzz`, the whole fault matrix to write
it down, the benchmarks, and `scripts/brand` with what really draws.
"""

from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz.decoders import DECODERS
from tests.support.documented import (
    FENCED,
    PAGES,
    ROOT,
    commands,
    copy,
    parts,
    run,
    stage,
)
from tests.support.entity_list import COMMAND as WRITE_ENTITIES, PAGE as ENTITIES
from tests.support.rule_list import COMMAND as WRITE_RULES, PAGE as RULES

# The environment that a script needs, and the program that it runs.
_RUNS = {
    "scripts/benchmark": ("tests", ".venv/bin/python -m benchmarks"),
    "scripts/develop": ("demo", ".venv-demo/bin/python -m scripts.demo"),
    "scripts/e2e": (
        "e2e",
        ".venv-e2e/bin/pytest -c tests/e2e/pytest.ini tests/e2e",
    ),
    "scripts/fuzz": ("tests", ".venv/bin/python -m tests.fuzz"),
    "scripts/soak": ("tests", ".venv/bin/python -m tests.soak"),
}
_ON_TWO = "-n 2 --dist loadgroup"
_CODE = "benchmarks custom_components scripts tests"
_FLOWS = ("config_flow", "flow/*", "repairs", "energy_dashboard")
# tests/repository/test_release.py runs the first; the second downloads a server.
_ELSEWHERE = {
    "scripts/check_tag",
    "scripts/databases mariadb scripts/test tests/history",
}
_BRAND = "custom_components/meter_bridge/brand"


def expected_calls(command: str) -> list[str]:
    """Return the calls of programs that a command must lead to, in their order."""
    _, program, arguments = parts(command)
    given = " ".join(arguments)
    if program == "scripts/test":
        return _expected_test_calls(given)
    if program == "scripts/tables":
        written = ".venv/bin/pytest --snapshot-update tests/test_diagnostics.py"
        files = f"{WRITE_ENTITIES.split()[1]} {WRITE_RULES.split()[1]}"
        faults = ".venv/bin/python -m tests.faults"
        return ["scripts/setup tests", f"{written} {files}", faults]
    if program == "scripts/lint":
        first = (
            [f"check --fix --exit-zero --quiet {_CODE}", f"format {_CODE}"]
            if given == "--fix"
            else [f"format --check {_CODE}"]
        )
        ruff = [f".venv/bin/ruff {each}" for each in (*first, f"check {_CODE}")]
        types, metadata = ".venv/bin/mypy", ".venv/bin/python -m scripts.check"
        return ["scripts/setup tests", *ruff, types, metadata]
    if program == "scripts/brand":
        drawn = [
            f"bin/rsvg-convert --height {height} --keep-aspect-ratio"
            f" --output {_BRAND}/{name}{density}.png"
            for density, height in (("", 256), ("@2x", 512))
            for name in ("icon", "logo", "dark_icon", "dark_logo")
        ]
        return [*drawn, f"bin/optipng -quiet -o7 -i1 -strip all {_BRAND}/*.png"]
    if program.endswith("python"):
        return [f".venv/bin/python {given}"]
    needed, runs = _RUNS[program]
    if given == "--pictures":
        runs = ".venv-e2e/bin/python -m tests.e2e.pictures"
    return [f"scripts/setup {needed}", f"{runs} {given}".rstrip()]


def _expected_test_calls(given: str) -> list[str]:
    """Return the calls of programs that `scripts/test` with arguments must lead to."""
    if given in ("--oldest", "--next"):
        name = given.removeprefix("--")
        return [f"scripts/setup {name}", f".venv-{name}/bin/pytest {_ON_TWO}"]
    if given not in ("", "--all"):
        return ["scripts/setup tests", f".venv/bin/pytest {given}"]
    some = "" if given else " -p tests.support.left_out -m not programs"
    tests = f".venv/bin/pytest {_ON_TWO} --cov --cov-report=term{some}"
    flows = "".join(f"*/meter_bridge/{each}.py," for each in _FLOWS)
    covered = f".venv/bin/coverage report --fail-under=100 --include={flows}"
    return ["scripts/setup tests", tests, covered]


@pytest.mark.parametrize("command", sorted({*commands()} - _ELSEWHERE))
def test_programs_are_told(tmp_path: Path, command: str) -> None:
    """A command in a page succeeds, and passes on its arguments."""
    stage(tmp_path, "chromium", "rsvg-convert", "optipng")
    done = run(command, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    noted = (tmp_path / "noted").read_text(encoding="utf-8").splitlines()
    assert [
        each.replace(f"{tmp_path}/", "").rstrip() for each in noted
    ] == expected_calls(command)


@pytest.mark.parametrize(
    "command",
    [each for each in commands() if parts(each)[1] in _RUNS.keys() - {"scripts/e2e"}],
)
def test_programs_know_their_arguments(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program accepts the arguments in a page, and its help explains them."""
    _, program, arguments = parts(command)
    *_, module = _RUNS[program][1].split()
    monkeypatch.setattr("sys.argv", [program, *arguments, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"{module}.__main__").main()
    assert ended.value.code == 0
    explained = capsys.readouterr().out
    words = {each for each in arguments if each.isalpha() or each.startswith("--")}
    # The names of decoders were checked when they were parsed.
    assert {word for word in words if word not in explained} <= DECODERS.keys()


def test_every_change_is_checked() -> None:
    """A submission is linted, all tests run, and then the journeys in a browser."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    called = [line for line in lines if line.startswith("scripts/")]
    assert called == ["scripts/lint", "scripts/test --all", "scripts/e2e"]


@pytest.mark.parametrize(
    "command", [each for each in commands() if parts(each)[1] == "scripts/test"]
)
def test_tests_are_there(command: str) -> None:
    """A command for some tests names existing files, and settings that they read."""
    settings, _, arguments = parts(command)
    files = [ROOT / each for each in arguments if each.startswith("tests/")]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    assert all(f'"{setting}"' in code for setting in settings)


programs = pytest.mark.programs


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository that may be changed."""
    folder = tmp_path_factory.mktemp("checkout")
    copy(folder)
    return folder


@programs
def test_pages_are_written(checkout: Path) -> None:
    """The commands that write two pages write them as they are, and nothing else.

    The same run tests the statistics with the number of examples of the setting.
    """
    written = [checkout / page.relative_to(ROOT) for page in (ENTITIES, RULES)]
    before = contents(checkout)
    for page in written:
        page.write_text("out of date", encoding="utf-8")
    files = [
        WRITE_ENTITIES.split()[1],
        WRITE_RULES.split()[1],
        "tests/meter/test_energy.py",
    ]
    assert {WRITE_ENTITIES, WRITE_RULES} <= set(commands())
    done = run(
        f"ENERGY_EXAMPLES=3 scripts/test {' '.join(files)} --snapshot-update"
        " --hypothesis-show-statistics",
        checkout,
    )
    assert done.returncode == 0, done.stdout
    assert "max_examples=3\n" in done.stdout
    assert contents(checkout) == before


def contents(checkout: Path) -> dict[Path, bytes]:
    """Return the content of all pages and snapshots of a copy."""
    files = [*checkout.glob("docs/*.md"), *checkout.glob("tests/**/*.ambr")]
    return {file: file.read_bytes() for file in files}


@programs
def test_a_cell_of_the_fault_matrix(checkout: Path) -> None:
    """With arguments for pytest, some cells are run and nothing is written."""
    before = contents(checkout)
    done = run(
        "python -m tests.faults -k 'iometer and refuses and connections'", checkout
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("1 cells: 1 green, 0 red, 0 do not apply\n")
    assert contents(checkout) == before


@programs
def test_some_fuzzing(checkout: Path) -> None:
    """One decoder gets the requested number of inputs."""
    command = "scripts/fuzz sse --count 1000 --seed 7"
    assert command in commands()
    done = run(command, checkout)
    assert done.returncode == 0, done.stdout
    assert "| sse | 1,000 |" in done.stdout


@programs
def test_lint_judges_and_mends(checkout: Path) -> None:
    """Findings are reported; with --fix, those that can be fixed are fixed."""
    odd = checkout / "scripts" / "odd.py"
    odd.write_text("import os\nodd = { }\n", encoding="utf-8")
    done = run("scripts/lint", checkout)
    assert done.returncode == 1
    assert "scripts/odd.py" in done.stdout
    assert odd.read_text(encoding="utf-8") == "import os\nodd = { }\n"
    done = run("scripts/lint --fix", checkout)
    assert done.returncode == 1
    assert "D100" in done.stdout
    assert odd.read_text(encoding="utf-8") == "odd = {}\n"
    odd.unlink()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_are_run(page: Path) -> None:
    """A code block in a page is YAML, which is tested elsewhere, or has commands."""
    text = page.read_text(encoding="utf-8")
    languages = [language for language, _ in FENCED.findall(text)]
    assert set(languages) <= {"yaml", ""}
    assert languages.count("yaml") == text.count("\n```yaml\n")
    assert page.name != "AGENTS.md" or "yaml" not in languages
