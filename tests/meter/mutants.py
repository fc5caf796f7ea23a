"""Change the source in one place at a time, and find the test that fails."""

import ast
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
import re
import shutil
import sys
from tempfile import TemporaryDirectory
from typing import override

from tests.support.documented import copy, run

_SOURCE = Path("custom_components/meter_bridge")
_TESTS = Path("tests/meter")
# Few random examples: a test of the rule itself should fail, and soon.
_PYTEST = "ENERGY_EXAMPLES=20 python -m pytest -x -q --tb=no -p no:cacheprovider"
_FAILED = re.compile(r"^FAILED (\S+?)::(\w+)(\[.*?\])?(?: - .*)?$", re.MULTILINE)
_PASSED, _SOME_FAILED = 0, 1
_AT_ONCE = 2


class TableError(Exception):
    """A row of the table does not fit the source or the tests."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the source: in `file`, the text `was` becomes `becomes`.

    `test` is the test file that should fail. Name one test of it (`file::test`) where a
    test of something else would fail first.
    """

    file: str
    was: str
    becomes: str
    test: str

    @override
    def __str__(self) -> str:
        """Describe the change in a cell of a Markdown table."""
        was, becomes = (
            " ".join(each.split()).replace("|", r"\|")
            for each in (self.was, self.becomes)
        )
        done = f"`{was}` → `{becomes}`" if becomes else f"without `{was}`"
        return f"{Path(self.file).name}: {done}"

    def apply(self, checkout: Path) -> None:
        """Change the source of a checkout. Refused if the change is ambiguous."""
        path = checkout / _SOURCE / self.file
        text = path.read_text(encoding="utf-8")
        if (count := text.count(self.was)) != 1:
            raise TableError(f"{self.file} has {self.was!r} {count} times, not once")
        mutated = text.replace(self.was, self.becomes)
        if ast.dump(_parsed(mutated, self)) == ast.dump(_parsed(text, self)):
            raise TableError(f"{self}: that changes nothing")
        path.write_text(mutated, encoding="utf-8")


def _parsed(text: str, mutation: Mutation) -> ast.Module:
    """Parse a source; name the mutation if that fails."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise TableError(f"{mutation}: {error}") from error


type Rules = Mapping[str, tuple[Mutation, ...]]
"""Mutations by the rule, in plain words, that each of them breaks."""


def judge(rules: Rules) -> bool:
    """Try every mutation, and print which test fails; return whether all have one."""
    mutations = [each for row in rules.values() for each in row]
    is_good = True
    with TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        original = Path(folder)
        copy(original)
        tests = sorted({each.test for each in mutations})
        if failed := _first_failure(original, tests):
            raise TableError(f"Fails without any mutation: {failed}")
        killers = pool.map(
            lambda each: _killer(each, original), mutations, buffersize=_AT_ONCE
        )
        sys.stdout.write("| rule | mutation | killed by |\n| --- | --- | --- |\n")
        for rule, row in rules.items():
            tried = [(str(each), next(killers)) for each in row] or [("none", None)]
            for mutation, killer in tried:
                is_good &= killer is not None
                cells = rule, mutation, killer or "**survived**"
                sys.stdout.write(f"| {' | '.join(cells)} |\n")
                sys.stdout.flush()
    return is_good


def _killer(mutation: Mutation, original: Path) -> str | None:
    """Return the first test that fails with a mutation, or None if it survives."""
    with TemporaryDirectory() as folder:
        # The copy includes bytecode, so that only the changed file is compiled again.
        shutil.copytree(original, folder, symlinks=True, dirs_exist_ok=True)
        mutation.apply(Path(folder))
        return _first_failure(Path(folder), [mutation.test])


def _first_failure(checkout: Path, tests: list[str]) -> str | None:
    """Run tests; return the first one that fails, with the first line it says."""
    names = " ".join(f"'{_TESTS / each}'" for each in tests)
    done = run(f"{_PYTEST} {names}", checkout)
    if done.returncode == _PASSED:
        return None
    failed = _FAILED.search(done.stdout)
    if done.returncode != _SOME_FAILED or failed is None:
        raise TableError(f"{names}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    file, name, arguments = failed.groups()
    says = _docstring(checkout / file, name)
    return f"`{Path(file).name}::{name}{arguments or ''}` {says}"


def _docstring(file: Path, name: str) -> str:
    """Return the first line of the docstring of a test."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            says = ast.get_docstring(node)
            if node.name == name and says:
                return says.splitlines()[0]
    raise TableError(f"{name} has no docstring")
