"""A small repository in which scripts/check finds no problem."""

from io import BytesIO
from itertools import chain
import json
from pathlib import Path

from PIL import Image, ImageDraw

from scripts.check.brand import PICTURES
from scripts.check.quality_scale import RULES
from scripts.check.repository import Json

FOLDER = "custom_components/meter_bridge"
MANIFEST = f"{FOLDER}/manifest.json"
EN = f"{FOLDER}/translations/en.json"
FI = f"{FOLDER}/translations/fi.json"
ICONS = f"{FOLDER}/icons.json"
ACTIONS = f"{FOLDER}/services.yaml"
SCALE = f"{FOLDER}/quality_scale.yaml"
TRIGGERS = f"{FOLDER}/triggers.yaml"
CONDITIONS = f"{FOLDER}/conditions.yaml"
HACS = "hacs.json"
FLOW = f"{FOLDER}/config_flow.py"
# Our own pictures, which have no faults.
_BRAND = Path(__file__).parents[2] / FOLDER / "brand"

STEP: Json = {
    "title": "Bridge at {host}",
    "description": "See [the page]({docs_url}).",
    "data": {"host": "Host"},
    "data_description": {"host": "A name or an address."},
    "sections": {
        "more": {"data": {"key": "Key"}, "data_description": {"key": "Printed on it."}}
    },
}
KINDS: Json = {"options": ["auto"], "translation_key": "bridge"}
WORDS: Json = {
    "conditions": {"is_fresh": {"name": "Is fresh", "description": "Tests it."}},
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
                "kind": {"name": "Kind", "description": "Which kind."},
            },
            "sections": {"more": {"name": "More"}},
        }
    },
    "triggers": {
        "went": {
            "name": "Went",
            "description": "Triggers once.",
            "fields": {"for": {"name": "For", "description": "How long."}},
        }
    },
}
SOUND: dict[str, Json] = {
    MANIFEST: {
        "domain": "meter_bridge",
        "name": "Meter Bridge",
        "after_dependencies": ["recorder"],
        "categories": ["energy.meters_monitoring"],
        "codeowners": ["@meter-bridge"],
        "config_flow": True,
        "connectivity": ["network"],
        "documentation": "https://github.com/meter-bridge/meter-bridge",
        "integration_type": "device",
        "iot_class": "local_push",
        "issue_tracker": "https://github.com/meter-bridge/meter-bridge/issues",
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
        "triggers": {"went": {"trigger": "mdi:flash"}},
        "conditions": {"is_fresh": {"condition": "mdi:leaf"}},
    },
    ACTIONS: {
        "fetch": {
            "target": {"entity": {"domain": "sensor"}},
            "fields": {
                "entry": {"required": True, "selector": {"config_entry": {}}},
                "more": {"fields": {"days": {"selector": {"number": {"min": 1}}}}},
                "kind": {"selector": {"select": KINDS}},
            },
        }
    },
    TRIGGERS: {
        ".shared": {},
        "went": {
            "target": {"entity": {"domain": "sensor"}},
            "fields": {"for": {"default": "00:01:00", "selector": {"duration": {}}}},
        },
    },
    CONDITIONS: {"is_fresh": None},
    SCALE: {
        "rules": {
            **{
                rule: {"status": "done", "comment": "It is."}
                for rule in chain.from_iterable(RULES.values())
            },
            "repair-issues": {"status": "exempt", "comment": "It has none."},
        }
    },
    HACS: {
        "name": "Meter Bridge",
        "country": ["FI", "CH"],
        "filename": "meter_bridge.zip",
        "homeassistant": "2026.9.0",
        "zip_release": True,
    },
    ".gitignore": "# Not docs\n.venv*/\n*.zip\n",
    "README.md": "# Meter Bridge\n",
    "LICENSE": "MIT License\n",
    "custom_components/__init__.py": "",
    "pyproject.toml": (
        '[dependency-groups]\ntests-oldest = ["homeassistant==2026.9.0"]\n'
    ),
    f"{FOLDER}/__init__.py": (
        "from typing import TYPE_CHECKING\n"
        "from homeassistant.components import recorder, zeroconf\n"
        "from homeassistant.components.sensor import SensorEntity\n"
        "import homeassistant.components.diagnostics.const\n"
        "if TYPE_CHECKING:\n    from homeassistant.components import stream\n"
        "CONFIG_SCHEMA = None\n"
        "async def async_setup(hass, config): ...\n"
        "async def async_setup_entry(hass, entry):\n"
        "    entry.runtime_data = None\n    raise ConfigEntryNotReady\n"
        "async def async_unload_entry(hass, entry): ...\n"
        "async def async_remove_config_entry_device(hass, entry, device): ...\n"
    ),
    FLOW: (
        "class Flow:\n"
        "    async def async_step_user(self):\n"
        "        self.async_set_unique_id('a')\n"
        "    async def async_step_zeroconf(self):\n"
        "        self.abort()\n"
        "    async def async_step_reauth(self): ...\n"
        "    async def async_step_reconfigure(self): ...\n"
    ),
    f"{FOLDER}/flow/following.py": "hass.config_entries.async_update_entry(entry)\n",
    f"{FOLDER}/entity.py": "_attr_has_entity_name = True\n",
    f"{FOLDER}/sensor.py": "PARALLEL_UPDATES = 0\n",
    f"{FOLDER}/trigger.py": "async def async_get_triggers(hass): ...\n",
    f"{FOLDER}/condition.py": "async def async_get_conditions(hass): ...\n",
    f"{FOLDER}/diagnostics.py": (
        "from homeassistant.components import diagnostics\n"
        "async def async_get_config_entry_diagnostics(hass, entry): ...\n"
    ),
    **{f"{FOLDER}/brand/{name}": name for name in PICTURES},
    "blueprints/peak.yaml": "trigger: !input meter\n",
    "scripts/lint": "#!/usr/bin/env bash\n",
}

GONE = object()


def write(root: Path, files: dict[str, Json]) -> None:
    """Write the files of a repository: texts, pictures as described, else JSON."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".png"):
            file.write_bytes(_picture(content))
            continue
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        if path.startswith("scripts/"):
            file.chmod(0o755)


def sound() -> dict[str, Json]:
    """Return a deep copy of the files."""
    return {
        path: content if isinstance(content, str) else json.loads(json.dumps(content))
        for path, content in SOUND.items()
    }


def spoil(files: dict[str, Json], path: str, place: str, value: object) -> None:
    """Set a value in a file, or remove one."""
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


def _picture(content: Json) -> bytes:
    """Return one of our pictures, or one with this size, mode and margin."""
    if isinstance(content, str):
        return (_BRAND / content).read_bytes()
    assert isinstance(content, list)
    width, height, mode, margin = content
    assert isinstance(width, int)
    assert isinstance(height, int)
    assert isinstance(margin, int)
    picture = Image.new(str(mode), (width, height))
    ImageDraw.Draw(picture).ellipse(
        (margin, margin, width - margin - 1, height - margin - 1), fill="white"
    )
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
