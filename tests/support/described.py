"""How a device is described: our own schemas, and the vendor's file if present."""

from functools import cache
import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

_VENDORS = Path(__file__).parents[3] / "shared" / "specs"


@cache
def own(fixtures: Path) -> dict[str, Any]:
    """Return our own schemas of a device's answers and requests."""
    found: dict[str, Any] = json.loads((fixtures / "shapes.json").read_text())
    return found


@cache
def vendors(name: str) -> dict[Any, Any] | None:
    """Return a vendor's description, if it is present beside the repository."""
    file = _VENDORS / name
    return load_yaml_dict(str(file)) if file.exists() else None
