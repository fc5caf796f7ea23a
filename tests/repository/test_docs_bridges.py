"""The pages explain every field, option, repair, action, trigger and condition."""

import json
from pathlib import Path
import re
from typing import Any

from annotatedyaml import load_yaml_dict
from homeassistant.const import CONF_HOST
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import (
    CONF_BRIDGE,
    CONF_UPDATES,
    DEFAULT_UPDATES,
    DOMAIN,
    Updates,
)
from custom_components.meter_bridge.flow.options import (
    MAX_POWER,
    choices_of,
    options_of,
)
from custom_components.meter_bridge.issues import (
    METER_REPLACED,
    METER_SILENT,
    ROLES,
    TWO_BRIDGES,
)
from custom_components.meter_bridge.meter.trouble import TroubleKind

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / DOMAIN
WORDS = json.loads((INTEGRATION / "translations" / "en.json").read_text("utf-8"))
# Refusals of some kinds of bridge only: those whose folder raises the error.
_REFUSALS = {
    "no_license": "raise BridgeLicenseError",
    "no_permission": "raise BridgePermissionError",
}

every_bridge = pytest.mark.parametrize("key", BRIDGES)


def section(key: str, title: str) -> str:
    """Return the text under a heading of a bridge's page."""
    page = (ROOT / "docs" / f"{key.replace('_', '-')}.md").read_text(encoding="utf-8")
    _, _, rest = page.partition(f"\n## {title}\n")
    text, *_ = rest.split("\n## ")
    return text


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables."""
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


def issues_of(key: str) -> set[str]:
    """Return the issues that a kind of bridge can raise."""
    folder = INTEGRATION / "bridges" / key
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    own = {issue.key for issue in BRIDGES[key].issues}
    refused = {issue for issue, raised in _REFUSALS.items() if raised in code}
    troubles = set(map(str, TroubleKind))
    if "scaled=" not in code:
        troubles.remove(TroubleKind.SCALE_UNKNOWN)
    bridge = BRIDGES[key]
    moved = {TWO_BRIDGES} if bridge.zeroconf or bridge.dhcp_hostname else set[str]()
    roles = {ROLES} if bridge.survey else set[str]()
    return {METER_REPLACED, METER_SILENT} | roles | moved | troubles | own | refused


@every_bridge
def test_every_field_of_the_set_up_is_explained(key: str) -> None:
    """Each field of the forms is explained under its name, with what to enter."""
    explained = {
        name for first, *_ in rows(section(key, "Set-up")) for name in first.split(", ")
    }
    steps = WORDS["config"]["step"]
    wanted = {steps["user"]["data"][field] for field in (CONF_HOST, CONF_BRIDGE)}
    wanted |= {steps["login"]["data"][field] for field in BRIDGES[key].login_fields}
    assert wanted <= explained


def test_no_field_is_left_to_explain() -> None:
    """A field that is neither address nor login is explained, under its name."""
    pages = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    readme = " ".join(
        " ".join(page.read_text(encoding="utf-8") for page in pages).split()
    )
    login = {field for bridge in BRIDGES.values() for field in bridge.login_fields}
    for step in WORDS["config"]["step"].values():
        for field, name in step.get("data", {}).items():
            known = field in {CONF_HOST, CONF_BRIDGE} | login
            assert known or f"*{name}*" in readme


@every_bridge
def test_every_option_is_explained(key: str) -> None:
    """Each option is explained under its name, with its default and limits."""
    names = WORDS["options"]["step"]["init"]["data"]
    explained = [row[:3] for row in rows(section(key, "Options"))[2:]]
    choices = WORDS["selector"]["updates"]["options"]
    offered = [f"*{choices[each].partition(':')[0]}*" for each in Updates]
    balanced = offered[list(Updates).index(DEFAULT_UPDATES)]
    assert explained == [
        [names[CONF_UPDATES], balanced, ", ".join(offered)],
        *(
            [
                names[option.key],
                f"{option.default:g} {option.unit or ''}".strip(),
                f"{option.minimum:g} to {option.maximum:g} {option.unit or ''}".strip(),
            ]
            for option in options_of(BRIDGES[key])
        ),
        *(
            [names[choice], "on" if preset else "off", "on, off"]
            if isinstance(preset, bool)
            else [names[choice], f"{preset} minutes", "15, 30 or 60 minutes"]
            for choice, preset in choices_of(BRIDGES[key]).items()
        ),
        [
            names[MAX_POWER.key],
            explained[-1][1],
            f"{MAX_POWER.minimum:g} to {MAX_POWER.maximum:g} {MAX_POWER.unit}",
        ],
    ]
    assert f"empty: {BRIDGES[key].max_power / 1000:,g} kW" in explained[-1][1]


@every_bridge
def test_every_repair_is_explained(key: str) -> None:
    """Each repair is explained under its title: when it appears, and what to do."""
    _, _, repairs = section(key, "Troubleshooting").partition("\n### Repairs\n")
    explained = {title: told for title, *told in rows(repairs)[2:]}
    assert explained.keys() == {
        WORDS["issues"][issue]["title"].format(name=BRIDGES[key].name)
        for issue in issues_of(key)
    }
    assert all(len(told) == 2 and all(told) for told in explained.values())


def test_every_repair_belongs_to_a_bridge() -> None:
    """Every translated repair belongs to some kind of bridge, and so to a page."""
    assert set.union(*map(issues_of, BRIDGES)) == WORDS["issues"].keys()


@every_bridge
def test_every_action_is_explained(key: str) -> None:
    """Each action is explained, with its fields and whether they are required."""
    found = rows(section(key, "Actions"))
    services = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    actions = [action.key for action in BRIDGES[key].actions]
    told = {first for first, *_ in found if first.startswith(f"`{DOMAIN}.")}
    assert told == {f"`{DOMAIN}.{action}`" for action in actions}
    assert [row[:3] for row in found if len(row) == 4][2:] == [
        [f"`{action}`", f"`{field}`", "yes" if about.get("required") else "no"]
        for action in actions
        for field, about in services[action]["fields"].items()
        if field != "device_id"
    ]


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_every_trigger_and_condition_is_explained(kind: str) -> None:
    """Each trigger and condition is explained with its options, in YAML and the UI."""
    page = (ROOT / "docs" / "automations.md").read_text(encoding="utf-8")
    _, _, rest = page.partition(f"\n## {kind.capitalize()}\n")
    text, *_ = rest.split("\n## ")
    known: dict[str, Any] = load_yaml_dict(str(INTEGRATION / f"{kind}.yaml"))
    options = {first: last for first, *_, last in rows(text)}
    offered = " ".join(text.split())
    for key, about in known.items():
        if key.startswith("."):
            continue
        fields = set(re.findall(r"`(\w+)`", options[f"`{DOMAIN}.{key}`"]))
        assert fields == set((about or {}).get("fields", {}))
        assert f"*{WORDS[kind][key]['name']}*" in offered
        assert f"{kind[:-1]}: {DOMAIN}.{key}\n" in page, f"no example of {key}"
