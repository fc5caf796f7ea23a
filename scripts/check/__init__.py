"""Check, offline, what hassfest and the HACS action check of a custom integration."""

from pathlib import Path

from . import (
    actions,
    automations,
    brand,
    circles,
    code,
    files,
    hacs,
    icons,
    imports,
    manifest,
    quality_scale,
    translations,
)
from .repository import Problem, Repository

CHECKS = (
    files.check,
    manifest.check,
    translations.check,
    icons.check,
    actions.check,
    automations.check,
    code.check,
    imports.check,
    circles.check,
    quality_scale.check,
    brand.check,
    hacs.check,
)


def find_problems(root: Path) -> list[Problem]:
    """Return all problems of the repository at this root, sorted by file."""
    repository = Repository(root)
    return sorted({problem for check in CHECKS for problem in check(repository)})
