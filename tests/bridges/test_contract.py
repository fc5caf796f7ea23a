"""The contract that every bridge in the registry keeps."""

from datetime import timedelta
import json
from pathlib import Path

from homeassistant.const import CONF_HOST, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import NET_POWER, REGISTERS
from custom_components.meter_bridge.const import CONF_BRIDGE
from custom_components.meter_bridge.flow.probe import connect, probe
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.logs import complaints
from tests.support.readings import sent_values
from tests.support.simulator import Simulator
from tests.support.waiting import eventually
from tests.support.watching import poll

ROOT = Path(__file__).parents[2] / "custom_components" / "meter_bridge"
TRANSLATIONS = json.loads((ROOT / "translations" / "en.json").read_text())
MANIFEST = json.loads((ROOT / "manifest.json").read_text())

pytestmark = pytest.mark.usefixtures("loop_debug")
every_bridge = pytest.mark.parametrize("key", BRIDGES)


def test_registries_agree() -> None:
    """The registries of bridges and of test kinds have the same kinds."""
    assert list(KINDS) == list(BRIDGES)
    for key, bridge in BRIDGES.items():
        kind = KINDS[key]
        assert bool(kind.streams) is bridge.pushes
        assert bool(kind.login) is bool(bridge.login_fields)
        assert bool([*kind.actions("secret")]) is bool(bridge.actions)


@every_bridge
def test_manifest_announces(key: str) -> None:
    """The manifest matches the announcement of each bridge."""
    match = BRIDGES[key].zeroconf
    if match is None:
        return
    matchers = MANIFEST["zeroconf"]
    if match.properties:
        assert {"type": match.type, "properties": dict(match.properties)} in matchers
    else:
        assert match.type in matchers


@every_bridge
def test_entities_have_words(key: str) -> None:
    """Each entity of a bridge has a key of its own, and a name or a device class."""
    bridge = BRIDGES[key]
    for platform, descriptions in (
        ("sensor", bridge.sensors),
        ("binary_sensor", bridge.binary_sensors),
        ("button", bridge.buttons),
    ):
        keys = [(entry.key, getattr(entry, "meter", "")) for entry in descriptions]
        assert len(set(keys)) == len(keys)
        words = TRANSLATIONS["entity"][platform]
        for description in descriptions:
            assert description.device_class or description.translation_key
            if description.translation_key:
                assert words[description.translation_key]["name"]
            for option in getattr(description, "options", None) or ():
                assert words[description.translation_key]["state"][option]


@every_bridge
async def test_client_keeps_the_contract(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """A client proves who its bridge is and speaks in OBIS codes where it can."""
    simulator = await simulators(key)
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    client = connect(hass, BRIDGES[key], data)
    identity = await client.identify()
    assert identity.serial
    assert identity == await connect(hass, BRIDGES[key], data).identify()
    snapshot = await client.fetch()
    assert snapshot.serial in (None, identity.serial, *identity.also)
    for reading in snapshot.readings:
        values = sent_values(reading)
        assert values or reading.own
        assert values.keys() <= REGISTERS.keys()
        assert REGISTERS.keys().isdisjoint({*reading.own, *reading.counts})
    assert simulator.most_at_once == 1


@every_bridge
async def test_auto_recognises(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """When all kinds are probed at once, the right one is recognised."""
    simulator = await simulators(key)
    found = await probe(hass, simulator.address, BRIDGES.values())
    assert found.bridge.key == key


@pytest.fixture
async def entry(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> MockConfigEntry:
    """Return the entry of a simulated bridge that is set up."""
    return await set_up(simulator)


def power(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the state of net power."""
    registry = er.async_get(hass)
    found = [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.unique_id.endswith(NET_POWER)
    ]
    state = hass.states.get(found[0])
    assert state
    return state.state


@every_bridge
@pytest.mark.parametrize("watts", [321, 0, -785, 12_345])
async def test_house_and_home_assistant_agree(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    watts: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every bridge shows the power of the house; export is negative, zero a number."""
    if watts < 0:
        simulator.house.export(-watts)
    else:
        simulator.house.draw(watts)
    simulator.tick()
    await poll(hass, entry)
    assert float(power(hass, entry)) == watts
    assert not complaints(caplog)


@every_bridge
async def test_energy_keeps_its_digits(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """The import total has exactly the digits of the meter."""
    wanted = simulator.house.import_energy / 1000
    states = [
        state.state
        for state in hass.states.async_all("sensor")
        if state.attributes.get("state_class") == "total_increasing"
    ]
    assert str(wanted.normalize()) in states
    assert all(len(state.partition(".")[2]) <= 4 for state in states)


@every_bridge
async def test_unplugged_and_back(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Values of a bridge that is away are unavailable, and return by themselves."""
    await simulator.unplug()
    await poll(hass, entry)
    assert power(hass, entry) == STATE_UNAVAILABLE
    connection = hass.states.get("binary_sensor.bridge_bridge_connection")
    assert connection
    assert connection.state == "off"
    await simulator.plug_in()
    await poll(hass, entry)
    assert power(hass, entry) == "321"
    (complaint,) = complaints(caplog)
    assert complaint.startswith("Error fetching")


@every_bridge
async def test_unload_leaves_nothing(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Unloading ends streams and requests."""
    await hass.config_entries.async_unload(entry.entry_id)
    await eventually(lambda: simulator.open_streams == 0)
    asked = len(simulator.requests)
    async_fire_time_changed(
        hass, simulator.house.now + timedelta(days=3650), fire_all=True
    )
    await hass.async_block_till_done()
    assert len(simulator.requests) == asked


@every_bridge
async def test_another_bridge_at_the_address(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, key: str
) -> None:
    """An entry uses no values of another bridge."""
    entry = await set_up(simulator, serial="somebody-else")
    assert entry.state.recoverable
    assert entry.reason
    assert not hass.states.async_all("sensor")
    assert entry.data[CONF_BRIDGE] == key
