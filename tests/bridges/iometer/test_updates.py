"""How states are updated: push, poll, replays, counters, registers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from tests.bridges.iometer.conftest import (
    IMPORT,
    JSON,
    POWER,
    READING,
    STATUS,
    asked,
    followed,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.waiting import eventually
from tests.support.watching import shows, state

pytestmark = pytest.mark.usefixtures("short_pauses")


async def test_push(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Readings and status are in the states within a second, without a request."""
    await set_up(simulator)
    await followed(simulator)
    since = len(simulator.requests)
    simulator.house.draw(1234)
    simulator.tick()
    await shows(hass, POWER, "1234", seconds=1)
    simulator.house.export(5)
    simulator.tick()
    await shows(hass, POWER, "-5", seconds=1)
    simulator.house.draw(0)
    simulator.power_status = "battery"
    simulator.tick()
    await shows(hass, POWER, "0", seconds=1)
    await shows(hass, "sensor.bridge_power_supply", "battery", seconds=1)
    assert asked(simulator, since) == []
    assert not complaints(caplog)


@pytest.fixture
def _frequent_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll every two seconds, or one more: Home Assistant rounds."""
    often = replace(BRIDGES["iometer"], poll_interval=timedelta(seconds=2))
    monkeypatch.setattr("custom_components.meter_bridge.bridges.iometer.BRIDGE", often)


@pytest.mark.usefixtures("_frequent_polls", "warp")
async def test_silence_turns_into_polling_and_back(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Polling replaces a silent stream, and ends when it sends again."""
    await set_up(simulator)
    await followed(simulator)
    since = len(simulator.requests)
    simulator.silent = True
    simulator.house.draw(700)
    simulator.tick()
    await eventually(lambda: state(hass, POWER) == "700")
    assert asked(simulator, since) == [(READING, JSON), (STATUS, JSON)]
    simulator.silent = False
    since = len(simulator.requests)
    for watts in range(25):
        simulator.house.draw(watts)
        simulator.tick()
        await shows(hass, POWER, str(watts))
        await asyncio.sleep(0.1)
    assert asked(simulator, since) == []
    assert not complaints(caplog)


@pytest.mark.usefixtures("_frequent_polls", "warp")
async def test_a_chatty_status_does_not_stand_in_for_readings(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """Repeated status events do not postpone the next poll."""
    await set_up(simulator)
    await followed(simulator)
    status = simulator.message(STATUS)
    assert status
    simulator.silent = True
    simulator.house.draw(700)
    simulator.tick()
    for _ in range(27):
        simulator.push_raw(status)
        await asyncio.sleep(0.1)
    assert state(hass, POWER) == "700"


async def test_a_replayed_reading_changes_nothing(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Replayed readings, as of firmware of 2025, change neither totals nor power."""
    await set_up(simulator)
    await followed(simulator)
    simulator.house.draw(3600)
    for _ in range(3):
        simulator.house.advance(60)
        simulator.tick()
    await shows(hass, POWER, "3600")
    await shows(hass, IMPORT, "11743.207")
    for back in (3, 2, 1):
        simulator.replay(back)
        await asyncio.sleep(0.02)
        assert state(hass, POWER) == "3600"
        assert state(hass, IMPORT) == "11743.207"
    simulator.house.draw(50)
    simulator.house.advance(60)
    simulator.tick()
    await shows(hass, POWER, "50")
    assert not complaints(caplog)


async def test_a_zeroed_counter_is_held(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A total of zero is held back, and the power of the same reading is shown."""
    await set_up(simulator)
    await followed(simulator)
    simulator.zero_counter("1.8.0")
    for watts in (999, 998):
        simulator.house.draw(watts)
        simulator.tick()
        await shows(hass, POWER, str(watts))
        assert state(hass, IMPORT) == "11743.027"
    simulator.heal()
    simulator.house.draw(1000)
    simulator.house.advance(3600)
    simulator.tick()
    await shows(hass, IMPORT, "11744.027")
    assert not complaints(caplog)


async def test_a_missing_register_is_unavailable(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """A register that is no longer sent is unavailable; others are updated."""
    await set_up(simulator)
    await followed(simulator)
    simulator.force("16.7.0", None)
    simulator.house.draw(500, phase=1)
    simulator.tick()
    await shows(hass, POWER, STATE_UNAVAILABLE)
    await shows(hass, "sensor.bridge_power_l1", "500")
    simulator.heal()
    simulator.tick()
    await shows(hass, POWER, str(simulator.house.power))
