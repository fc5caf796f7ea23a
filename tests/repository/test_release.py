"""The version of a release is that of its tag."""

from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
import json
from pathlib import Path
import re

from annotatedyaml import parse_yaml
import pytest

from scripts.check.manifest import VERSION

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "custom_components" / "meter_bridge" / "manifest.json"
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


def version() -> str:
    """Return the version in the manifest."""
    return str(json.loads(MANIFEST.read_text(encoding="utf-8"))["version"])


async def complaint(tag: str) -> str:
    """Return the error message for a tag."""
    process = await create_subprocess_exec(
        ROOT / "scripts" / "check_tag", tag, stderr=PIPE
    )
    _, told = await process.communicate()
    assert bool(process.returncode) == bool(told)
    return told.decode()


@pytest.mark.parametrize("prefix", ["", "v"])
async def test_the_version_is_a_tag(prefix: str) -> None:
    """The tag is the version, with or without a v before it."""
    assert VERSION.fullmatch(version())
    assert await complaint(f"{prefix}{version()}") == ""


@pytest.mark.parametrize("pattern", ["{}.1", "v{}-beta.1", "vv{}", "V{}", "", "v"])
async def test_another_tag_is_refused(pattern: str) -> None:
    """Another tag is refused, with the tag and the version in the message."""
    tag = pattern.format(version())
    told = await complaint(tag)
    assert f"tag is {tag}," in told
    assert version() in told


def test_nothing_is_attached_before_the_check() -> None:
    """The workflow checks the tag first, and does not change the manifest."""
    workflow = parse_yaml(WORKFLOW.read_text(encoding="utf-8"))
    assert isinstance(workflow, dict)
    job = workflow["jobs"]["zip"]
    assert job["env"]["TAG"] == "${{ github.event.release.tag_name }}"
    checkout, check, *others = job["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert check["run"] == 'scripts/check_tag "$TAG"'
    assert not any("manifest" in step.get("run", "") for step in others)


def test_the_zip_is_signed_before_it_is_attached() -> None:
    """The zip is signed, and holds nothing that only developers need."""
    workflow = parse_yaml(WORKFLOW.read_text(encoding="utf-8"))
    assert isinstance(workflow, dict)
    job = workflow["jobs"]["zip"]
    assert job["permissions"].keys() == {"contents", "id-token", "attestations"}
    _, _, packed, signed, attached = job["steps"]
    assert '-x "*ruff.toml"' in packed["run"]
    assert signed["uses"].startswith("actions/attest-build-provenance@")
    assert signed["with"]["subject-path"].endswith("/meter_bridge.zip")
    assert "meter_bridge.zip" in attached["run"]


@pytest.mark.parametrize(
    "path", sorted(WORKFLOW.parent.glob("*.yml")), ids=lambda path: str(path.name)
)
def test_actions_are_pinned(path: Path) -> None:
    """Each action is used by its commit, with the version beside it."""
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for each in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # \S+", each)
