"""Actions of all kinds: names, fields, whom they are offered for, and what is asked."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util.yaml import load_yaml_dict
import probatio
import pytest

from custom_components.meter_bridge import services
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.kinds import KINDS

ROOT = Path(services.__file__).parent
DESCRIBED: Mapping[str, Any] = load_yaml_dict(str(ROOT / "services.yaml"))
WORDS: Mapping[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))["services"]
    for path in sorted((ROOT / "translations").glob("*.json"))
}
HISTORY = {"import_history", "undo_import"}
# Ideas that any kind of bridge may have.
SHARED = {
    *("scan_wifi", "configure_wifi", "configure_ethernet", "configure_network"),
    "factory_reset",
}
# What is lost, as the field `confirm` says it in English.
LOST = {
    "factory_reset": "settings",
    "configure_wifi": "out of reach",
    "configure_ethernet": "out of reach",
    "configure_network": "out of reach",
    "egauge_homeplug": "lose their connection",
    "egauge_change_database": "recorded values",
    "whatwatt_configure_meter": "totals",
}
# What changes nothing, or can be undone by the same action.
HARMLESS = {
    *HISTORY,
    "scan_wifi",
    "egauge_activate_service",
    "egauge_test_email",
    "egauge_test_remote",
    "egauge_wlan",
    "whatwatt_configure_mqtt",
    "whatwatt_list_sd_card",
    "whatwatt_download_sd_file",
    "whatwatt_install_firmware",
}
FIELDS: list[tuple[str, Mapping[probatio.Marker, object]]] = [
    (action.key, action.fields)
    for bridge in BRIDGES.values()
    for action in bridge.actions
]


def test_one_name_has_the_same_fields() -> None:
    """An action of several kinds has the same fields, of which the same is required."""
    known = dict(FIELDS)
    for key, fields in FIELDS:
        assert fields == known[key]
        assert [*map(type, fields)] == [*map(type, known[key])]
    for bridge in BRIDGES.values():
        names = [action.key for action in bridge.actions]
        assert len(names) == len(set(names))


def test_every_field_is_described() -> None:
    """The form that an owner fills has the fields that are validated."""
    described = {key: value["fields"] for key, value in DESCRIBED.items()}
    assert described.keys() == {key for key, _ in FIELDS} | HISTORY
    for key, fields in FIELDS:
        wanted = {str(marker.schema) for marker in fields}
        assert described[key].keys() == {"device_id", *wanted}
        for marker in fields:
            about = described[key][str(marker.schema)]
            is_required = isinstance(marker, probatio.Required)
            assert about.get("required", False) is is_required


def makers(action: str) -> set[str]:
    """Return the makers of the bridges that can do something."""
    return {
        bridge.manufacturer
        for bridge in BRIDGES.values()
        if any(each.key == action for each in bridge.actions)
        or (action in HISTORY and bridge.recall_seconds is not None)
    }


@pytest.mark.parametrize("action", DESCRIBED)
def test_an_action_is_offered_for_devices_that_can(action: str) -> None:
    """The selector offers devices of these makers alone."""
    selector = DESCRIBED[action]["fields"]["device_id"]["selector"]["device"]
    offered = selector["filter"]
    offered = offered if isinstance(offered, list) else [offered]
    assert {each["manufacturer"] for each in offered} == makers(action) != set()
    assert all(each["integration"] == DOMAIN for each in offered)
    assert len(offered) == len(makers(action))


@pytest.mark.parametrize("action", DESCRIBED)
def test_what_destroys_is_confirmed(action: str) -> None:
    """An action is harmless, or wants `confirm: true` and says what is lost."""
    fields = dict(FIELDS).get(action, {})
    assert (action in LOST) is not (action in HARMLESS)
    assert ("confirm" in fields) is (action in LOST)
    if action in HARMLESS:
        return
    confirm = next(marker for marker in fields if marker == "confirm")
    assert isinstance(confirm, probatio.Required)
    with pytest.raises(probatio.Invalid, match="true"):
        probatio.Schema({confirm: fields[confirm]})({"confirm": 1})
    for language, words in WORDS.items():
        said = words[action]["fields"]["confirm"]["description"]
        others = {
            lost: words[other]["fields"]["confirm"]["description"]
            for other, lost in LOST.items()
            if lost != LOST[action]
        }
        assert said not in others.values()
        assert language != "en" or LOST[action] in said


@pytest.mark.parametrize("action", DESCRIBED)
def test_what_one_kind_has_carries_its_name(action: str) -> None:
    """An idea of one kind alone has its name, for those who read and who write it."""
    if action in SHARED | HISTORY:
        return
    (bridge,) = (
        bridge
        for bridge in BRIDGES.values()
        if any(each.key == action for each in bridge.actions)
    )
    assert action.startswith(f"{bridge.key.split('_')[0]}_")
    name = bridge.name.split()[0]
    assert all(name in words[action]["name"] for words in WORDS.values())


@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.actions]
)
async def test_the_bridge_acts_and_no_meter_below(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """The bridge has the maker that is offered; the device of a meter is refused."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    (bridge,) = (device for device in devices if device.via_device_id is None)
    assert bridge.manufacturer == BRIDGES[key].manufacturer
    name, data = next(iter(KINDS[key].actions("anything")))
    since = len(simulator.requests)
    for device in devices:
        if device is bridge:
            continue
        with pytest.raises(ServiceValidationError) as error:
            await hass.services.async_call(
                DOMAIN, name, {"device_id": device.id, **data}, blocking=True
            )
        assert error.value.translation_key == "unknown_action"
    assert not [each for each in simulator.requests[since:] if "scan" in each.path]
