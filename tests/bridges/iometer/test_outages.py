"""What an owner sees while core or bridge is lost, and afterwards."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.meter_bridge.const import CONF_PINNED
from tests.bridges.iometer.conftest import (
    BRIDGE_CONNECTION,
    IMPORT,
    METER_CONNECTION,
    PIN,
    POWER,
    asked,
    followed,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.waiting import eventually
from tests.support.watching import advance, fades, shows, state

pytestmark = pytest.mark.usefixtures("short_pauses")

CORE_CONNECTION = "binary_sensor.bridge_core_connection"
CORE_ATTACHMENT = "binary_sensor.bridge_core_attachment"


@pytest.mark.parametrize(
    ("attribute", "value", "entity_id"),
    [
        ("connection", "disconnected", CORE_CONNECTION),
        ("attachment", "detached", CORE_ATTACHMENT),
    ],
)
async def test_the_core_is_lost(  # noqa: PLR0913, PLR0917
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    attribute: str,
    value: str,
    entity_id: str,
) -> None:
    """The sensor of the core shows it at once; values go when they are stale."""
    await set_up(simulator)
    await followed(simulator)
    before = getattr(simulator, attribute)
    setattr(simulator, attribute, value)
    simulator.tick()
    await shows(hass, entity_id, "off")
    assert state(hass, PIN) == STATE_UNAVAILABLE
    await advance(hass, freezer, 601)
    await shows(hass, POWER, STATE_UNAVAILABLE)
    assert state(hass, IMPORT) == STATE_UNAVAILABLE
    assert state(hass, METER_CONNECTION) == "off"
    assert state(hass, BRIDGE_CONNECTION) == "on"
    setattr(simulator, attribute, before)
    simulator.tick()
    await shows(hass, POWER, "321")
    await shows(hass, entity_id, "on")
    assert state(hass, METER_CONNECTION) == "on"


async def test_the_first_reading_comes_later(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A bridge without a reading is set up, and shows values with the first one."""
    simulator.forget()
    await set_up(simulator)
    assert hass.states.get(POWER) is None
    assert state(hass, METER_CONNECTION) == "off"
    assert state(hass, PIN) == "entered"
    simulator.tick()
    await advance(hass, freezer, 11)
    await eventually(lambda: hass.states.get(POWER))
    assert state(hass, POWER) == "321"
    assert state(hass, METER_CONNECTION) == "on"
    assert not complaints(caplog)


async def test_a_status_that_comes_later(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A bridge known by its installation stays available when it gets a status."""
    simulator.has_status = False
    entry = await set_up(simulator)
    assert entry.unique_id == f"iometer_{simulator.installation_id}"
    assert hass.states.get(PIN) is None
    simulator.has_status = True
    await advance(hass, freezer, 11)
    await eventually(lambda: hass.states.get(PIN))
    assert (state(hass, POWER), state(hass, PIN)) == ("321", "entered")
    assert not complaints(caplog)


async def test_unplugged_and_back(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An outage is shown, logged once by Home Assistant, and ends by itself."""
    await set_up(simulator)
    await followed(simulator)
    await simulator.unplug()
    await fades(hass, freezer, POWER)
    assert state(hass, PIN) == STATE_UNAVAILABLE
    assert state(hass, BRIDGE_CONNECTION) == "off"
    simulator.house.draw(77)
    simulator.tick()
    await simulator.plug_in()
    await eventually(lambda: state(hass, POWER) == "77")
    assert state(hass, BRIDGE_CONNECTION) == "on"
    assert state(hass, PIN) == "entered"
    (complaint,) = complaints(caplog)
    assert complaint.startswith("Error fetching Bridge data")
    await followed(simulator)


@pytest.mark.parametrize("is_plugged_in", [True, False])
async def test_unloading_leaves_nothing(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    *,
    is_plugged_in: bool,
) -> None:
    """Unloading closes the streams and leaves no task, also during an outage."""
    entry = await set_up(simulator)
    await followed(simulator)
    if not is_plugged_in:
        await simulator.unplug()
    assert any("stream" in task.get_name() for task in asyncio.all_tasks())
    assert await hass.config_entries.async_unload(entry.entry_id)
    await eventually(lambda: simulator.open_streams == 0)
    await hass.async_block_till_done()
    assert not any("stream" in task.get_name() for task in asyncio.all_tasks())
    since = len(simulator.requests)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1), fire_all=True)
    await hass.async_block_till_done()
    assert asked(simulator, since) == []
    assert not complaints(caplog)


async def test_slow_answers_between_rare_pushes(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Answers that take 12 s are answers; values stand between pushes all the while."""
    entry = await set_up(simulator)
    await followed(simulator)
    # A hundredth of the time that client and bridge take.
    entry.runtime_data.client._http.timeout = 0.1  # noqa: SLF001
    simulator.dawdle(0.12)
    for watts in (400, 401, 402):
        simulator.house.draw(watts)
        simulator.tick()
        await shows(hass, POWER, str(simulator.house.power))
        for _ in range(4):
            await advance(hass, freezer, 11)
            await asyncio.sleep(0.3)
            assert state(hass, POWER) == str(simulator.house.power)
            assert state(hass, BRIDGE_CONNECTION) == "on"
    assert not complaints(caplog)


async def test_an_entry_from_before_pins_its_installation(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """An entry known by the number of its meter outlives another meter."""
    simulator.has_status = False
    entry = await set_up(simulator, serial=simulator.meter_number)
    assert entry.data[CONF_PINNED]["installation"] == simulator.installation_id
    simulator.meter_number = "1NEW0000000009"
    simulator.tick()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, POWER) == "321"
