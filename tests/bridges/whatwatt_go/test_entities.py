"""What an owner sees in Home Assistant: entities, devices and their states."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from tests.bridges.whatwatt_go.conftest import REPORT, SERIAL
from tests.bridges.whatwatt_go.profiles import E450, E570, ENSOR, KMP, LGZ, Profile
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.clients import asked
from tests.support.logs import complaints
from tests.support.waiting import eventually
from tests.support.watching import entries, state

PROFILES = {"kmp": KMP, "lgz": LGZ, "ensor": ENSOR, "e450": E450, "e570": E570}


def shown(hass: HomeAssistant, entry: er.RegistryEntry) -> str:
    """Describe an entity in one line: state and unit, name, classes, unique id."""
    state = hass.states.get(entry.entity_id)
    assert state, entry.entity_id
    attributes = state.attributes
    words = (
        f"{state.state} {attributes.get('unit_of_measurement', '')}".strip(),
        attributes["friendly_name"],
        attributes.get("device_class"),
        attributes.get("state_class"),
        entry.entity_category,
        entry.unique_id.removeprefix(f"whatwatt_go_{SERIAL}_"),
    )
    return " | ".join(str(word) if word is not None else "-" for word in words)


@pytest.fixture
async def installed(
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    profile: Profile,
) -> MockConfigEntry:
    """Set up the device on a kind of meter, and wait for its stream."""
    freezer.move_to(simulator.house.now)
    simulator.profile = profile
    simulator.volume_id = "30012345" if profile is ENSOR else None
    simulator.tick()
    entry = await set_up(simulator)
    await eventually(lambda: simulator.open_streams == 1)
    return entry


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
async def test_each_meter_has_its_entities(
    hass: HomeAssistant,
    installed: MockConfigEntry,
    simulator: WhatwattGoSimulator,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every value of a meter has its entity and its number, and no other has one."""
    surface = {each.entity_id: shown(hass, each) for each in entries(hass, installed)}
    assert surface == snapshot
    since = len(simulator.requests)
    simulator.house.advance(3600)
    simulator.house.draw(0)
    simulator.tick()
    await eventually(lambda: state(hass, "sensor.bridge_power") == "0")
    assert REPORT not in asked(simulator)[since:]
    pushed = {each.entity_id: shown(hass, each) for each in entries(hass, installed)}
    assert pushed.keys() == surface.keys()
    assert not [line for line in pushed.values() if line.startswith("unavail")]
    changed = {key: line for key, line in pushed.items() if line != surface[key]}
    assert changed == snapshot(name="changed after an hour, with no load at its end")
    assert not complaints(caplog)


async def test_few_entities_are_enabled_at_first(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """What few owners want is there but switched off."""
    simulator.profile = E570
    simulator.tick()
    entry = await set_up(simulator)
    enabled = {
        each.entity_id: each.disabled_by is None for each in entries(hass, entry)
    }
    assert enabled == snapshot


async def test_the_device_is_described(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """Model, firmware and MAC come from the device; the MAC is its serial as well."""
    entry = await set_up(simulator)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert (device.manufacturer, device.model) == ("whatwatt", "WW Go 1.3")
    assert (device.serial_number, device.sw_version) == (None, "2.8.2")
    assert device.connections == {("mac", "02:a4:c6:1b:9d:5e")}
    assert device.configuration_url == f"http://{simulator.address}"


async def test_a_volume_meter_is_a_device_below(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A meter on the bus becomes a device when it first reports, with its serial."""
    entry = await set_up(simulator)
    await eventually(lambda: simulator.open_streams == 1)
    simulator.volume_id, simulator.volume_known = "30012345", False
    simulator.tick()
    registry = dr.async_get(hass)
    assert len(dr.async_entries_for_config_entry(registry, entry.entry_id)) == 1
    simulator.volume_known = True
    simulator.tick()
    volume = "sensor.volume_meter_volume"
    await eventually(lambda: hass.states.get(volume))
    assert state(hass, volume) == "4711.018"
    above, below = sorted(
        dr.async_entries_for_config_entry(registry, entry.entry_id),
        key=lambda device: device.via_device_id is not None,
    )
    assert below.serial_number == "30012345"
    assert below.via_device_id == above.id
    simulator.house.burn(3_600_000)
    simulator.house.advance(1)
    simulator.tick()
    await eventually(lambda: state(hass, volume) == "4712.018")
    assert not complaints(caplog)


async def test_a_padded_register_has_no_entity(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Neither a report nor a number other than 0 has shown it: there is none."""
    simulator.profile = E450
    simulator.tick()
    entry = await set_up(simulator)
    await eventually(lambda: simulator.open_streams == 1)
    simulator.tick()
    simulator.house.draw(400)
    simulator.tick()
    await eventually(lambda: state(hass, "sensor.bridge_power") == "400")
    ids = {each.unique_id.rpartition("_")[2] for each in entries(hass, entry)}
    assert "1.7.0" in ids
    assert not ids & {"21.7.0", "32.7.0", "31.7.0", "3.7.0", "13.7.0", "1.6.0"}


async def test_the_last_restart_is_a_moment(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It comes from the uptime, since the device's own dates are local time."""
    freezer.move_to(datetime(2026, 6, 1, 10, tzinfo=UTC))
    await set_up(simulator)
    assert state(hass, "sensor.bridge_last_restart") == "2026-06-01T09:25:35+00:00"
