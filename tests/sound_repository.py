"""Hold a small repository in which scripts/check finds nothing wrong."""

from itertools import chain
import json
from pathlib import Path

from scripts.check.quality_scale import RULES
from scripts.check.repository import Json

FOLDER = "custom_components/meter_bridge"
MANIFEST = f"{FOLDER}/manifest.json"
EN = f"{FOLDER}/translations/en.json"
FI = f"{FOLDER}/translations/fi.json"
ICONS = f"{FOLDER}/icons.json"
ACTIONS = f"{FOLDER}/services.yaml"
SCALE = f"{FOLDER}/quality_scale.yaml"
HACS = "hacs.json"

STEP: Json = {
    "title": "Bridge at {host}",
    "description": "See [the page]({docs_url}).",
    "data": {"host": "Host"},
    "data_description": {"host": "A name or an address."},
    "sections": {
        "more": {"data": {"key": "Key"}, "data_description": {"key": "Printed on it."}}
    },
}
WORDS: Json = {
    "config": {
        "flow_title": "{name}",
        "step": {"user": STEP},
        "error": {"cannot_connect": "No answer"},
    },
    "entity": {
        "sensor": {
            "energy": {"name": "Energy import {phase}"},
            "pin": {"name": "PIN", "state": {"entered": "Entered", "missing": "None"}},
        }
    },
    "exceptions": {"unreachable": {"message": "{name} does not answer"}},
    "issues": {
        "replaced": {"title": "Meter replaced?", "description": "{code} fell."},
        "reset": {"title": "Reset", "fix_flow": {"step": {"confirm": STEP}}},
    },
    "selector": {"bridge": {"options": {"auto": "Find out"}}},
    "services": {
        "fetch": {
            "name": "Fetch",
            "description": "Asks the bridge now.",
            "fields": {
                "entry": {"name": "Bridge", "description": "Which one."},
                "days": {"name": "Days", "description": "How many."},
            },
            "sections": {"more": {"name": "More"}},
        }
    },
}
SOUND: dict[str, Json] = {
    MANIFEST: {
        "domain": "meter_bridge",
        "name": "Meter Bridge",
        "after_dependencies": ["recorder"],
        "codeowners": ["@meter-bridge"],
        "config_flow": True,
        "documentation": "https://github.com/meter-bridge/meter-bridge",
        "integration_type": "device",
        "iot_class": "local_push",
        "issue_tracker": "https://github.com/meter-bridge/meter-bridge/issues",
        "quality_scale": "platinum",
        "requirements": [],
        "version": "0.1.0",
        "zeroconf": [
            "_iometer._tcp.local.",
            {"type": "_http._tcp.local.", "properties": {"model": "han*"}},
        ],
    },
    EN: WORDS,
    FI: WORDS,
    ICONS: {
        "entity": {
            "sensor": {
                "energy": {"default": "mdi:flash", "range": {"0": "mdi:leaf"}},
                "pin": {
                    "default": "mdi:lock",
                    "state": {"entered": "mdi:lock-open"},
                    "state_attributes": {"age": {"default": "mdi:clock"}},
                },
            }
        },
        "services": {"fetch": {"service": "mdi:refresh"}},
    },
    ACTIONS: {
        "fetch": {
            "target": {"entity": {"domain": "sensor"}},
            "fields": {
                "entry": {"required": True, "selector": {"config_entry": {}}},
                "more": {"fields": {"days": {"selector": {"number": {"min": 1}}}}},
            },
        }
    },
    SCALE: {
        "rules": {
            **dict.fromkeys(chain.from_iterable(RULES.values()), "done"),
            "docs-triggers": {"status": "exempt", "comment": "It has no triggers."},
        }
    },
    HACS: {
        "name": "Meter Bridge",
        "country": ["FI", "CH"],
        "filename": "meter_bridge.zip",
        "homeassistant": "2026.10.4",
        "zip_release": True,
    },
    ".gitignore": "# Not docs\n.venv*/\n*.zip\n",
    "README.md": "# Meter Bridge\n",
    "LICENSE": "MIT License\n",
    "custom_components/__init__.py": "",
    f"{FOLDER}/__init__.py": (
        "from typing import TYPE_CHECKING\n"
        "from homeassistant.components import recorder, zeroconf\n"
        "from homeassistant.components.sensor import SensorEntity\n"
        "import homeassistant.components.diagnostics.const\n"
        "if TYPE_CHECKING:\n    from homeassistant.components import stream\n"
    ),
    f"{FOLDER}/config_flow.py": "",
    f"{FOLDER}/diagnostics.py": "from homeassistant.components import diagnostics\n",
    f"{FOLDER}/brand/icon.png": "",
    "blueprints/peak.yaml": "trigger: !input meter\n",
    "scripts/lint": "#!/usr/bin/env bash\n",
}

GONE = object()


def write(root: Path, files: dict[str, Json]) -> None:
    """Write a repository: text as it is, everything else as JSON."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        if path.startswith("scripts/"):
            file.chmod(0o755)


def sound() -> dict[str, Json]:
    """Return a copy of the sound files in which no two share a part."""
    return {
        path: content if isinstance(content, str) else json.loads(json.dumps(content))
        for path, content in SOUND.items()
    }


def spoil(files: dict[str, Json], path: str, place: str, value: object) -> None:
    """Put a value into a file, or take one out of it."""
    *steps, last = place.split("/")
    part = files[path]
    for step in steps:
        assert isinstance(part, dict)
        part = part[step]
    assert isinstance(part, dict)
    if value is GONE:
        del part[last]
    else:
        part[last] = value  # type: ignore[assignment]
