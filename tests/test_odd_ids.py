"""A bridge whose ids are odd or endless is set up, and fills no registry."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.flow.probe import connect, unique_id

from .conftest import SetUp, Start
from .faults import bodies
from .support.simulator import Json, Simulator

_LONGEST = 64
# Beside the id of the bridge, an id holds the kind, the key of a meter, and of a value.
_LONGEST_ID = 4 * _LONGEST


async def with_ids(hass: HomeAssistant, simulator: Simulator, odd: str) -> None:
    """Let a bridge say another id wherever it says one of its own."""
    data = {"host": simulator.address, **simulator.credentials}
    bridge = BRIDGES[simulator.key]
    known = await connect(hass, bridge, data).identify()
    own = {plain(each) for each in (known.serial, *known.also, known.mac or "-")}

    def renamed(leaf: Json) -> Json:
        return odd if isinstance(leaf, str) and plain(leaf) in own else leaf

    simulator.distort(bodies.rework(renamed))
    simulator.twist = bodies.in_events(bodies.rework(renamed))


def plain(number: str) -> str:
    """Return an id as it is compared."""
    return number.lower().replace(":", "").replace("-", "")


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("odd", ["9a" * 2000, "ab\0../../\u202ecd12"])
@pytest.mark.parametrize("key", BRIDGES)
async def test_an_odd_id_is_cut(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, odd: str
) -> None:
    """All ids in the registries are short and printable, and name no other device."""
    simulator = await simulators(key)
    await with_ids(hass, simulator, odd)
    serial = unique_id(BRIDGES[key], odd).removeprefix(f"{key}_")
    assert len(serial) <= _LONGEST
    assert serial.isprintable()
    entry = await set_up(simulator, serial)
    assert entry.runtime_data.last_update_success
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert entities
    assert devices
    ids = {each.unique_id for each in entities}
    ids |= {own for device in devices for _, own in device.identifiers}
    assert all(each.isprintable() and len(each) <= _LONGEST_ID for each in ids)
    assert not any(device.connections for device in devices)


@pytest.mark.parametrize("key", BRIDGES)
async def test_an_entry_with_a_long_id_goes_on(
    hass: HomeAssistant, simulators: Start, enable_custom_integrations: None, key: str
) -> None:
    """Earlier versions took an id as it was: such an entry is still its bridge's."""
    simulator = await simulators(key)
    odd = "9a" * 40
    await with_ids(hass, simulator, odd)
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=f"{key}_{odd}",
        data={CONF_BRIDGE: key, "host": simulator.address, **simulator.credentials},
        minor_version=2,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
