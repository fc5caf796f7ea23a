"""How states are updated: by push, and by polls in between."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
)

from tests.bridges.whatwatt_go.conftest import (
    LIVE,
    REPORT,
    SERIAL,
    other_listener,
    stream_of,
    ticking,
)
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.clients import asked
from tests.support.logs import complaints
from tests.support.waiting import eventually
from tests.support.watching import advance, shows, state

POWER = "sensor.bridge_power"
ENERGY = "sensor.bridge_energy_import"


async def test_a_push_arrives_at_once(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A pushed reading is in the state within a second, without a request."""
    await set_up(simulator)
    await stream_of(simulator)
    since = len(simulator.requests)
    for watts in (1234, -560, 0):
        if watts < 0:
            simulator.house.export(-watts)
        else:
            simulator.house.draw(watts)
        simulator.tick()
        await shows(hass, POWER, str(watts), seconds=1)
    assert state(hass, ENERGY) == "11743.027"
    assert len(simulator.requests) == since
    assert not complaints(caplog)


async def test_pushed_out_it_polls(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While another listener has the stream, the report is polled."""
    await set_up(simulator)
    await stream_of(simulator)
    simulator.tick()
    async with other_listener(simulator):
        for watts in (700, 800, 900):
            simulator.house.draw(watts)
            simulator.tick()
            await advance(hass, freezer, 16)
            await shows(hass, POWER, str(watts))
        assert asked(simulator).count(LIVE) == 2
        assert asked(simulator).count(REPORT) == 4
    assert not complaints(caplog)


async def test_a_free_device_works_by_its_stream_alone(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without a licence, values come from the stream; the report is requested once."""
    simulator.license = "FREE"
    async with ticking(simulator):
        await set_up(simulator, SERIAL)
        await stream_of(simulator)
        simulator.house.draw(555)
        await shows(hass, POWER, "555")
    assert state(hass, ENERGY) == "11743.027"
    assert state(hass, "sensor.bridge_license") == "free"
    assert asked(simulator).count(REPORT) == 1
    assert not complaints(caplog)


async def test_the_tariff_follows_the_meter(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The current tariff changes with a push."""
    await set_up(simulator)
    await stream_of(simulator)
    assert state(hass, "sensor.bridge_active_tariff") == "1"
    simulator.house.tariff = 2
    simulator.tick()
    await shows(hass, "sensor.bridge_active_tariff", "2")


async def test_unloading_ends_the_stream(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unloading closes the stream, and ends all requests."""
    entry = await set_up(simulator)
    await stream_of(simulator)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await eventually(lambda: simulator.open_streams == 0)
    since = len(simulator.requests)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=1))
    await hass.async_block_till_done()
    assert len(simulator.requests) == since
    assert not complaints(caplog)


async def test_a_free_device_lends_its_stream(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without a licence, the last values stay while another listener has the stream."""
    simulator.license = "FREE"
    async with ticking(simulator):
        await set_up(simulator, SERIAL)
        await stream_of(simulator)
        await shows(hass, POWER, "321")
    async with other_listener(simulator):
        connected = asked(simulator).count(LIVE)
        for _ in range(3):
            await advance(hass, freezer, 16)
            await asyncio.sleep(0.05)
            assert state(hass, POWER) == "321"
        assert asked(simulator).count(LIVE) == connected
    assert not complaints(caplog)
