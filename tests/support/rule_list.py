"""The page with each rule of the quality scale and its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotatedyaml import load_yaml_dict

from scripts.check.quality_scale import RULES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "quality.md"
SCALE = ROOT / "custom_components" / "meter_bridge" / "quality_scale.yaml"
COMMAND = "scripts/test tests/repository/test_rule_list.py --snapshot-update"
# Separates how a rule is met from its evidence.
_SHOWN_BY = " Shown by "

_HEAD = """\
# The quality scale

Home Assistant applies its
[Integration Quality Scale](https://developers.home-assistant.io/docs/core/integration-quality-scale/)
only to its own integrations. This page lists all of its rules, how Meter Bridge meets
each, and the file or test that proves it.
"""
_FOOT = (
    "The list is generated from `custom_components/meter_bridge/quality_scale.yaml` by"
    f"\n`{COMMAND}`.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `how` it is met, or why it is not, and the evidence.

    Evidence is a file of the repository, or a test: path, two colons, name.
    """

    key: str
    tier: str
    status: str
    how: str
    evidence: tuple[str, ...]


def rules() -> Iterator[Rule]:
    """Return all rules, tier by tier."""
    stated = load_yaml_dict(str(SCALE))["rules"]
    for tier, keys in RULES.items():
        for key in keys:
            how, _, shown_by = stated[key]["comment"].partition(_SHOWN_BY)
            evidence = shown_by.removesuffix(".").split(", ") if shown_by else ()
            yield Rule(
                key=key,
                tier=tier,
                status=stated[key]["status"],
                how=how,
                evidence=tuple(evidence),
            )


def page() -> str:
    """Return the page."""
    found = list(rules())
    counts = ", ".join(
        f"{count} {status}"
        for status in ("done", "exempt", "todo")
        if (count := sum(rule.status == status for rule in found))
    )
    lines = [_HEAD, f"{len(found)} rules: {counts}.", ""]
    for tier in RULES:
        lines += [f"## {tier.capitalize()}", ""]
        lines += ["| Rule | Status | How, or why not | Shown by |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [_row(rule) for rule in found if rule.tier == tier]
        lines += [""]
    return "\n".join([*lines, _FOOT])


def _row(rule: Rule) -> str:
    """Return the row of one rule."""
    links = "<br>".join(map(_link, rule.evidence))
    return f"| `{rule.key}` | {rule.status} | {rule.how} | {links} |"


def _link(evidence: str) -> str:
    """Return a link to a file, or to the file of a test."""
    path, _, test = evidence.partition("::")
    text = test or path.removeprefix("custom_components/meter_bridge/")
    target = path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}"
    return f"[{text}]({target})"
