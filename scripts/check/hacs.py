"""Check what HACS demands of a repository."""

from collections.abc import Iterator
import re
import tomllib

from probatio import Invalid, Optional, Required, Schema

from .repository import DOMAIN, Json, Problem, Repository, judge

_MIN_VERSION = re.compile(r"^\s*min_version: (\S+)$", re.MULTILINE)


def _version(value: Json) -> str:
    """Accept a release of Home Assistant."""
    if not isinstance(value, str) or not re.fullmatch(r"20\d\d\.\d+\.\d+\w*", value):
        raise Invalid("is no release of Home Assistant: 2026.10.4")
    return value


def _countries(value: Json) -> Json:
    """Accept one country code or a list of them."""
    for country in value if isinstance(value, list) else [value]:
        if not isinstance(country, str) or not re.fullmatch(r"[A-Z]{2}", country):
            raise Invalid("is no country code: FI")
    return value


HACS = Schema(
    {
        Required("name"): str,
        Optional("content_in_root"): bool,
        Optional("country"): _countries,
        Optional("filename"): str,
        Optional("hacs"): str,
        Optional("hide_default_branch"): bool,
        Required("homeassistant"): _version,
        Optional("persistent_directory"): str,
        Optional("render_readme"): bool,
        Optional("zip_release"): bool,
    }
)


def check(repository: Repository) -> Iterator[Problem]:
    """Report what would keep the repository out of HACS."""
    hacs = repository.mapping("hacs.json")
    yield from judge("hacs.json", HACS, hacs)
    if hacs.get("zip_release") and hacs.get("filename") != f"{DOMAIN}.zip":
        yield Problem("hacs.json", f"filename: zip_release needs {DOMAIN}.zip")
    for path in ("README.md", "LICENSE"):
        if not (repository.text(path) or "").strip():
            yield Problem(path, "is missing or empty, and HACS shows it")
    oldest = f"homeassistant=={hacs.get('homeassistant')}"
    if oldest not in _group(repository, "tests-oldest"):
        yield Problem("hacs.json", "homeassistant: is not what tests-oldest pins")
    for path in repository.files:
        if path.startswith("blueprints/") and path.endswith(".yaml"):
            asked = _MIN_VERSION.search(repository.text(path) or "")
            if asked and asked[1] != hacs.get("homeassistant"):
                yield Problem(path, "min_version: is not what hacs.json asks for")
    folders = {
        path.split("/")[1]
        for path in repository.files
        if path.startswith("custom_components/") and path.count("/") > 1
    }
    for folder in folders - {DOMAIN}:
        yield Problem(f"custom_components/{folder}", "is a second integration")


def _group(repository: Repository, name: str) -> list[str]:
    """Return a dependency group of pyproject.toml."""
    project = tomllib.loads(repository.text("pyproject.toml") or "")
    return [str(line) for line in project.get("dependency-groups", {}).get(name, ())]
