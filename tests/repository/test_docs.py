"""The pages in docs/ are complete, and their links work."""

from pathlib import Path
import re

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from scripts.check.quality_scale import EVIDENCE

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "AGENTS.md"]
SECTIONS = [
    "Supported devices",
    "Set-up",
    "What you get",
    "How data is updated",
    "Options",
    "Examples",
    "Known limits",
    "Troubleshooting",
    "Removal",
]
_LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("key", BRIDGES)
def test_each_bridge_has_a_page(key: str) -> None:
    """Every bridge has a page, with the sections of the others in the same order."""
    page = ROOT / "docs" / f"{key.replace('_', '-')}.md"
    title, *sections = re.findall(r"^##? (.+)$", page.read_text("utf-8"), re.MULTILINE)
    assert title == BRIDGES[key].name
    assert [each for each in sections if each in SECTIONS] == SECTIONS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links inside the repository lead to existing files and anchors."""
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_names_every_page() -> None:
    """The README links to every page."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = set(_LINK.findall(readme))
    assert {f"docs/{page.name}" for page in PAGES[:-2]} <= links


def test_every_check_is_explained() -> None:
    """The table of checks has every module of scripts/check, and no other."""
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    table, *_ = page.split("\n## ")
    told = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    modules = {path.stem for path in (ROOT / "scripts" / "check").glob("*.py")}
    # Not the command itself, nor the module that reads files for all others.
    modules -= {"__init__", "__main__", "repository"}
    assert set(re.findall(r"\w+", " ".join(told))) == modules
    assert f"for {len(EVIDENCE)} rules that a text search can prove" in page
