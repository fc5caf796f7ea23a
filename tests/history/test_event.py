"""The outage event fires when an outage ends, with the growth of the totals."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
import pytest

from tests.conftest import SetUp, Start
from tests.support.house import House
from tests.support.simulator import Simulator

OUTAGE = "event.bridge_outage"


@pytest.fixture
async def simulator(simulators: Start, freezer: FrozenDateTimeFactory) -> Simulator:
    """Run a device that sends nothing by itself: the test asks for each poll."""
    simulator = await simulators("egauge")
    freezer.move_to(simulator.house.now)
    return simulator


async def away(
    hass: HomeAssistant,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    seconds: int,
) -> State:
    """Interrupt the network for some time, and return the event that follows."""
    (entry,) = hass.config_entries.async_entries("meter_bridge")
    await simulator.unplug()
    await entry.runtime_data.async_refresh()
    simulator.house.draw(3600)
    simulator.house.advance(seconds)
    freezer.tick(seconds)
    simulator.tick()
    await simulator.plug_in()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    state = hass.states.get(OUTAGE)
    assert state
    return state


async def test_an_outage_of_the_network(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    house: House,
) -> None:
    """The event has start, end, duration, and the growth of each total."""
    await set_up(simulator)
    begin = house.now
    short = await away(hass, simulator, freezer, 290)
    assert short.state == "unknown"
    begin = house.now
    state = await away(hass, simulator, freezer, 400)
    assert state.state != "unknown"
    told = dict(state.attributes)
    assert told["event_type"] == "ended"
    assert (told["start"], told["end"]) == (begin.isoformat(), house.now.isoformat())
    assert told["seconds"] == 400
    assert told["energy_import"] == pytest.approx(0.4, abs=2e-4)
    assert told["energy_export"] == 0


async def test_home_assistant_was_down(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    house: House,
) -> None:
    """After a restart the first reading ends the outage; the event fires once."""
    entry = await set_up(simulator)
    assert await hass.config_entries.async_unload(entry.entry_id)
    house.draw(1800)
    house.advance(7200)
    freezer.tick(7200)
    simulator.tick()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get(OUTAGE)
    assert state
    assert state.attributes["seconds"] == 7200
    assert state.attributes["energy_import"] == pytest.approx(3.6, abs=2e-4)
    fired = state.state
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    state = hass.states.get(OUTAGE)
    assert state
    assert state.state == fired


async def test_the_meter_was_silent(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    house: House,
) -> None:
    """A bridge that answers, but has nothing new of its meter, is an outage as well.

    It lasts from the last new reading, not from when that was too old, and it is filled
    where a full hour lies within it.
    """
    entry = await set_up(simulator)
    coordinator = entry.runtime_data
    begin = house.now
    simulator.clock_stands = True
    for _ in range(9):
        freezer.tick(600)
        await coordinator.async_refresh()
        await hass.async_block_till_done()
        present = hass.states.get(OUTAGE)
        assert present
        assert present.state == "unknown"
    assert coordinator.last_update_success
    house.draw(1000)
    house.advance(5400)
    simulator.clock_stands = False
    simulator.tick()
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    state = hass.states.get(OUTAGE)
    assert state
    assert state.attributes["start"] == begin.isoformat()
    assert state.attributes["seconds"] == 5400
    assert state.attributes["energy_import"] == pytest.approx(1.5, abs=2e-4)
    (outage,) = coordinator.outages.open
    assert outage.gap.hours()
