"""Each failure of a Home Pro, and what the owner sees of it."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bridges.octopus_home_pro.conftest import (
    BRIDGE_LINK,
    CONSUMPTION,
    ELEC,
    ELECTRICITY_LINK,
    ENERGY,
    GAS,
    GAS_ENERGY,
    GAS_LINK,
    POWER,
    VOLUME,
    pass_time,
)
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.watching import poll, state

pytestmark = pytest.mark.usefixtures("impatience")

type Home = OctopusHomeProSimulator

GONE = STATE_UNAVAILABLE


@pytest.fixture
async def entry(
    freezer: FrozenDateTimeFactory, simulator: Home, set_up: SetUp
) -> MockConfigEntry:
    """Set up a Home Pro with both meters."""
    return await set_up(simulator)


def links(hass: HomeAssistant) -> list[str]:
    """Return the states of the connections: bridge, electricity meter, gas meter."""
    return [state(hass, link) for link in (BRIDGE_LINK, ELECTRICITY_LINK, GAS_LINK)]


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_electricity_out_of_reach(
    hass: HomeAssistant,
    simulator: Home,
    entry: MockConfigEntry,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A `Status` other than success makes one meter unavailable, not bridge and gas."""
    simulator.refuse(status, "Meter not found", ELEC)
    await poll(hass, entry)
    assert links(hass) == ["on", "off", "on"]
    assert [state(hass, each) for each in (POWER, ENERGY)] == [GONE, GONE]
    assert state(hass, VOLUME) == "4711.018"
    simulator.heal()
    await poll(hass, entry)
    assert links(hass) == ["on", "on", "on"]
    assert state(hass, POWER) == "321"
    assert not complaints(caplog)


@pytest.mark.parametrize("part", ["payload", "section", "fields"])
async def test_missing_payload(
    hass: HomeAssistant, simulator: Home, entry: MockConfigEntry, part: str
) -> None:
    """`Status` success without the payload counts as a failure."""
    simulator.omissions[ELEC] = part  # type: ignore[assignment]
    await poll(hass, entry)
    assert links(hass) == ["on", "off", "on"]
    assert state(hass, POWER) == GONE
    simulator.heal()
    await poll(hass, entry)
    assert state(hass, POWER) == "321"


@pytest.mark.parametrize("status", [404, 500])
async def test_plain_errors(
    hass: HomeAssistant, simulator: Home, entry: MockConfigEntry, status: int
) -> None:
    """An error of HTTP disconnects the bridge, not only a meter."""
    simulator.fail_with(status, "<h1>Error</h1>")
    await poll(hass, entry)
    assert links(hass) == ["off", GONE, GONE]
    assert state(hass, POWER) == GONE
    simulator.heal()
    await poll(hass, entry)
    assert state(hass, POWER) == "321"


async def test_gas_fails_alone(
    hass: HomeAssistant,
    simulator: Home,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If gas fails, electricity goes on; gas stays available while it is fresh."""
    simulator.garble(b"oops", "/get_meter_status")
    simulator.refuse(500, "no", GAS)
    simulator.house.draw(444)
    simulator.tick()
    await pass_time(hass, freezer, 60)
    assert state(hass, POWER) == "444"
    assert links(hass) == ["on", "on", "off"]
    assert state(hass, "binary_sensor.gas_meter_leak") == "off"
    simulator.heal()
    await pass_time(hass, freezer, 60)
    assert state(hass, VOLUME) == "4711.018"


async def test_frozen_electricity(
    hass: HomeAssistant,
    simulator: Home,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Electricity is unavailable after five minutes of the same reading."""
    await pass_time(hass, freezer, 30)
    simulator.electricity.linked = False
    simulator.tick()
    await pass_time(hass, freezer, 270)
    assert state(hass, POWER) == "321"
    await pass_time(hass, freezer, 60)
    assert links(hass) == ["on", "off", "on"]
    assert [state(hass, each) for each in (POWER, ENERGY)] == [GONE, GONE]
    assert state(hass, VOLUME) == "4711.018"
    assert state(hass, "sensor.electricity_meter_consumption_level") == "low"
    simulator.electricity.linked = True
    simulator.house.draw(222)
    simulator.tick()
    await pass_time(hass, freezer, 10)
    assert state(hass, POWER) == "222"


async def test_frozen_gas(
    hass: HomeAssistant,
    simulator: Home,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Gas is unavailable after two hours of the same reading."""
    simulator.gas.linked = False
    await poll(hass, entry)
    freezer.tick(7000)
    simulator.tick()
    await poll(hass, entry)
    assert links(hass) == ["on", "on", "on"]
    assert state(hass, VOLUME) == "4711.018"
    freezer.tick(300)
    simulator.tick()
    await poll(hass, entry)
    assert links(hass) == ["on", "on", "off"]
    assert [state(hass, each) for each in (VOLUME, GAS_ENERGY)] == [GONE, GONE]
    assert state(hass, POWER) == "321"


async def test_zero_totals(
    hass: HomeAssistant, simulator: Home, entry: MockConfigEntry
) -> None:
    """A total at zero is held back: the last one stays shown, power is updated."""
    simulator.zero_counter("1.8.0")
    simulator.zero_counter("3.0.0")
    simulator.house.draw(999)
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert state(hass, ENERGY) == "11743.027"
    assert state(hass, POWER) == "999"


async def test_zero_gas(
    hass: HomeAssistant,
    simulator: Home,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A gas total at zero is held back: m³ and kWh stay as they were."""
    energy = state(hass, GAS_ENERGY)
    simulator.zero_counter("3.0.0")
    simulator.tick()
    await pass_time(hass, freezer, 60)
    assert state(hass, VOLUME) == "4711.018"
    assert state(hass, GAS_ENERGY) == energy


async def test_zero_in_the_first_reading(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """A zero in the first reading is not believed either."""
    simulator.zero_counter("1.8.0")
    simulator.tick()
    entry = await set_up(simulator)
    assert hass.states.get(ENERGY) is None
    assert state(hass, POWER) == "321"
    simulator.heal()
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, ENERGY) == "11743.027"


@pytest.mark.parametrize("demand", [0x800000, 0xFFFFFF, -8388608])
async def test_no_power(
    hass: HomeAssistant, simulator: Home, entry: MockConfigEntry, demand: int
) -> None:
    """The number that marks an error is not shown as power; energy stays."""
    simulator.electricity.demand = demand
    await poll(hass, entry)
    assert [state(hass, each) for each in (ENERGY, POWER)] == ["11743.027", GONE]
    assert state(hass, ELECTRICITY_LINK) == "on"


async def test_no_total(
    hass: HomeAssistant, simulator: Home, entry: MockConfigEntry
) -> None:
    """The number that marks an error is not shown as a total; power stays."""
    simulator.electricity.consumption = 0xFFFFFFFFFFFF
    await poll(hass, entry)
    assert [state(hass, each) for each in (ENERGY, POWER)] == [GONE, "321"]


async def test_no_meter_in_reach_at_start(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """If no meter answers, set-up is tried again and says that a meter is missing."""
    simulator.refuse()
    entry = await set_up(simulator, simulator.electricity.eui)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "meter_not_ready"


async def test_no_reading_at_start(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """The entities of a known meter appear with its first reading."""
    simulator.garble(b'{"Status": "failed"}', f"/{CONSUMPTION}")
    entry = await set_up(simulator)
    assert state(hass, BRIDGE_LINK) == "on"
    assert hass.states.get(POWER) is None
    simulator.heal()
    await poll(hass, entry)
    assert state(hass, POWER) == "321"
