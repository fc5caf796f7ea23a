"""Test that the table of rules fits the source, and that survivors are reported."""

from pathlib import Path
import shutil

import pytest

from tests.support.documented import ROOT

from .mutants import Mutation, TableError, judge
from .rules import RULES, main

_SOURCE = "custom_components/meter_bridge"
_HELD = Mutation(
    "meter/counter.py",
    "HELD_SECONDS if value > 0 else HELD_SECONDS_AT_ZERO",
    "HELD_SECONDS",
    "test_guard.py::test_zero_has_to_hold_longer",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the source that may be changed."""
    for folder in ("meter", "values"):
        shutil.copytree(ROOT / _SOURCE / folder, tmp_path / _SOURCE / folder)
    return tmp_path


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_broken(checkout: Path, rule: str) -> None:
    """Each row fits the present source, and names an existing test."""
    assert RULES[rule]
    for mutation in RULES[rule]:
        file = checkout / _SOURCE / mutation.file
        before = file.read_text(encoding="utf-8")
        mutation.apply(checkout)
        assert file.read_text(encoding="utf-8") != before
        file.write_text(before, encoding="utf-8")
        name, _, function = mutation.test.partition("::")
        tests = (ROOT / "tests" / "meter" / name).read_text(encoding="utf-8")
        assert f"def {function}" in tests


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("what was never there", ""),
        ("self", "other"),
        ("HELD_READINGS = 5", "HELD_READINGS = "),
        ("HELD_READINGS = 5", "HELD_READINGS  =  5"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(
    checkout: Path, was: str, becomes: str
) -> None:
    """A row whose text is missing, ambiguous, no Python or unchanged is an error."""
    with pytest.raises(TableError):
        Mutation("meter/counter.py", was, becomes, "test_guard.py").apply(checkout)


@pytest.mark.programs
def test_survivors_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """A surviving mutation, or a rule without a mutation, fails the whole run."""
    survivor = Mutation(
        "meter/counter.py", "HELD_READINGS = 5", "HELD_READINGS = 6", _HELD.test
    )
    assert not judge({"held": (_HELD,), "survivor": (survivor,), "bare": ()})
    printed = capsys.readouterr().out
    assert "| held | counter.py: `HELD_SECONDS if value > 0" in printed
    assert "| `test_guard.py::test_zero_has_to_hold_longer` Zero for " in printed
    assert "→ `HELD_READINGS = 6` | **survived** |" in printed
    assert "| bare | none | **survived** |" in printed


@pytest.mark.programs
def test_a_missing_test_is_an_error() -> None:
    """A row whose test does not exist is an error."""
    missing = Mutation(
        _HELD.file, _HELD.was, _HELD.becomes, "test_guard.py::test_missing"
    )
    with pytest.raises(TableError):
        judge({"missing": (missing,)})


def test_an_unknown_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules can be chosen by number; an unknown number is refused."""
    with pytest.raises(SystemExit):
        main([str(len(RULES) + 1)])
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.programs
def test_every_rule_is_tested() -> None:
    """Whichever rule is broken, a test fails."""
    assert main([]) == 0
