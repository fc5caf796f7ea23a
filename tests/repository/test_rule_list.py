"""docs/quality.md has the content of quality_scale.yaml, with existing evidence."""

import re

import pytest

from tests.support.rule_list import PAGE, ROOT, Rule, page, rules


def test_every_rule_is_listed(request: pytest.FixtureRequest) -> None:
    """The page has each rule, with its status and its evidence."""
    if request.config.option.update_snapshots:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.key)
def test_evidence_is_to_be_found(rule: Rule) -> None:
    """A rule that is met names its evidence: existing files and tests."""
    assert rule.how.endswith(".")
    assert rule.status != "done" or rule.evidence
    for each in rule.evidence:
        path, _, test = each.partition("::")
        assert (ROOT / path).is_file(), each
        text = (ROOT / path).read_text(encoding="utf-8")
        pattern = rf"^(async )?def {test}\(" if test else "."
        assert re.search(pattern, text, re.MULTILINE), each
