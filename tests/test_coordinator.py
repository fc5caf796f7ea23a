"""From snapshots to states: push, poll, staleness, memory."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge import coordinator as module, stream
from custom_components.meter_bridge.const import DOMAIN

from .bridges.iometer.simulator import IometerSimulator
from .conftest import SetUp, Start
from .support.logs import complaints
from .support.waiting import eventually

POWER = "sensor.bridge_power"
IMPORT = "sensor.bridge_energy_import"
BRIDGE = "binary_sensor.bridge_bridge_connection"
METER = "binary_sensor.bridge_meter_connection"


@pytest.fixture
async def simulator(simulators: Start) -> IometerSimulator:
    """Return a bridge that pushes."""
    started = await simulators("iometer")
    assert isinstance(started, IometerSimulator)
    return started


@pytest.fixture
def no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow no stream."""

    async def follow(_coordinator: module.MeterCoordinator) -> None:
        """End at once."""

    monkeypatch.setattr(module.MeterCoordinator, "async_follow", follow)


async def poll(entry: MockConfigEntry) -> None:
    """Poll as the timer does, rather than as somebody who waits for it."""
    await entry.runtime_data._handle_refresh_interval()  # noqa: SLF001


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state that has to exist."""
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found.state


def asked(simulator: IometerSimulator, since: int = 0) -> list[str]:
    """Return the Accept headers of the requests after that time."""
    return [request.headers["Accept"] for request in simulator.requests[since:]]


async def streaming(simulator: IometerSimulator) -> None:
    """Wait until both streams are open."""
    await eventually(lambda: simulator.open_streams == 2)


async def advance(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and run the timers that are due."""
    later = dt_util.utcnow() + timedelta(seconds=seconds)
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()


async def test_push_needs_no_request(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """A pushed reading is in the state within a second, without a request."""
    await set_up(simulator)
    await streaming(simulator)
    since = len(simulator.requests)
    simulator.house.draw(1234)
    simulator.tick()
    await eventually(lambda: state(hass, POWER) == "1234", seconds=1)
    assert len(simulator.requests) == since


async def test_silent_stream_turns_into_polling(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Polling begins when a stream falls silent, and stops when it sends again."""
    await set_up(simulator)
    await streaming(simulator)
    simulator.silent = True
    since = len(simulator.requests)
    simulator.house.draw(700)
    simulator.tick()
    await advance(hass, freezer, 11)
    await eventually(lambda: state(hass, POWER) == "700")
    assert asked(simulator, since) == ["application/json"] * 2
    simulator.silent = False
    for _ in range(4):
        simulator.tick()
        await asyncio.sleep(0.05)
        await advance(hass, freezer, 6)
    assert len(simulator.requests) == since + 2


async def test_stream_comes_back_with_growing_pauses(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Pauses between attempts grow until a message arrives; nothing is logged."""
    monkeypatch.setattr(stream, "_RETRY_MINIMUM", 0.1)
    monkeypatch.setattr(stream, "uniform", lambda _low, high: high)
    await set_up(simulator)
    await streaming(simulator)
    since = len(simulator.requests)
    simulator.fail_with(503)
    simulator.end_streams()
    await asyncio.sleep(1.2)
    tries = [
        request.time
        for request in simulator.requests[since:]
        if request.path == "/v1/reading"
        and request.headers["Accept"] == "text/event-stream"
    ]
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert len(pauses) >= 2
    assert pauses == sorted(pauses)
    simulator.heal()
    await eventually(lambda: simulator.open_streams == 2, seconds=5)
    simulator.house.draw(444)
    simulator.tick()
    await eventually(lambda: state(hass, POWER) == "444")
    assert not complaints(caplog)


async def test_push_ends_an_outage(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After an outage the first pushed reading makes all entities available."""
    monkeypatch.setattr(stream, "_RETRY_MINIMUM", 0.05)
    entry = await set_up(simulator)
    await simulator.unplug()
    await entry.runtime_data.async_refresh()
    assert state(hass, POWER) == STATE_UNAVAILABLE
    await simulator.plug_in()
    await eventually(lambda: state(hass, POWER) == "321", seconds=5)
    assert state(hass, "binary_sensor.bridge_bridge_connection") == "on"


async def test_only_changes_are_written(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """Only entities whose value changed write their state."""
    await set_up(simulator)
    await streaming(simulator)
    simulator.house.draw(500, phase=1)
    simulator.tick()
    await eventually(lambda: state(hass, "sensor.bridge_power_l1") == "500")
    before = {found.entity_id: found.last_reported for found in hass.states.async_all()}
    simulator.house.draw(501, phase=1)
    simulator.tick()
    await eventually(lambda: state(hass, "sensor.bridge_power_l1") == "501")
    written = {
        found.entity_id
        for found in hass.states.async_all()
        if found.last_reported != before[found.entity_id]
    }
    assert written == {POWER, "sensor.bridge_power_l1"}


async def test_stale_meter_is_unavailable(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If a bridge repeats its last reading, only its own values stay available."""
    entry = await set_up(simulator)
    freezer.tick(601)
    await entry.runtime_data.async_refresh()
    assert state(hass, POWER) == STATE_UNAVAILABLE
    assert state(hass, IMPORT) == STATE_UNAVAILABLE
    assert state(hass, METER) == "off"
    assert state(hass, "binary_sensor.bridge_bridge_connection") == "on"
    assert state(hass, "sensor.bridge_pin") == "entered"
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert state(hass, POWER) == "321"
    assert state(hass, METER) == "on"


async def test_zeroed_counter_is_held_back(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """A total that drops to zero keeps its value, while power is still updated."""
    entry = await set_up(simulator)
    simulator.zero_counter("1.8.0")
    simulator.house.draw(999)
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert state(hass, IMPORT) == "11743.027"
    assert state(hass, POWER) == "999"


async def test_believed_counters_survive_a_restart(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """Believed counters are restored when the entry is reloaded."""
    entry = await set_up(simulator)
    simulator.zero_counter("1.8.0")
    simulator.tick()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, IMPORT) == "11743.027"


async def test_replaced_meter_is_believed_and_reported(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A new level is believed once it has lasted, and an issue is raised."""
    entry = await set_up(simulator)
    registry = ir.async_get(hass)
    for minute in range(12):
        simulator.force("1.8.0", Decimal(5_000 + minute))
        simulator.tick()
        await entry.runtime_data.async_refresh()
        if minute < 10:
            assert state(hass, IMPORT) == "11743.027"
            assert not registry.issues
        freezer.tick(timedelta(minutes=1))
    assert state(hass, IMPORT) == "5.011"
    assert registry.async_get_issue(DOMAIN, f"meter_replaced_{entry.entry_id}_")
    await hass.config_entries.async_remove(entry.entry_id)
    assert not registry.issues


async def test_value_that_appears_later(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """An entity is created with its first value, and is unavailable without a value."""
    simulator.has_phases = False
    simulator.tick()
    entry = await set_up(simulator)
    assert hass.states.get("sensor.bridge_power_l1") is None
    simulator.has_phases = True
    simulator.tick()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert state(hass, "sensor.bridge_power_l1") == "144"
    simulator.has_phases = False
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert state(hass, "sensor.bridge_power_l1") == STATE_UNAVAILABLE


async def test_swapped_bridge_gives_no_number(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Readings of another bridge at the same address are refused."""
    entry = await set_up(simulator)
    simulator.device_id = "0b8f3f0e-0000-4000-8000-000000000001"
    simulator.meter_number = "1TST0000000001"
    simulator.house.draw(4321)
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert state(hass, POWER) == STATE_UNAVAILABLE
    (complaint,) = complaints(caplog)
    assert "A different bridge" in complaint


async def test_new_firmware_is_shown(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """A firmware update of the bridge shows on its device without a reload."""
    entry = await set_up(simulator)
    simulator.bridge_version = "build-99"
    await entry.runtime_data.async_refresh()
    registry = dr.async_get(hass)
    (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert device.sw_version == "build-99"


async def test_asking_for_an_update(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """The action that updates an entity polls the bridge."""
    await set_up(simulator)
    simulator.silent = True
    simulator.house.draw(87)
    simulator.tick()
    await async_update_entity(hass, POWER)
    await hass.async_block_till_done()
    assert state(hass, POWER) == "87"


async def test_failing_poll_beside_a_stream_is_no_outage(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However many polls fail between two pushes, values that are fresh stand."""
    entry = await set_up(simulator)
    await streaming(simulator)
    for watts in range(500, 505):
        simulator.heal()
        simulator.house.draw(watts)
        simulator.tick()
        await eventually(lambda: state(hass, POWER) == str(simulator.house.power))
        simulator.fail_with(500, path="/v1/reading")
        for _ in range(2):
            await poll(entry)
        assert state(hass, POWER) == str(watts)
    assert state(hass, BRIDGE) == "on"
    assert not complaints(caplog)


def fails(simulator: IometerSimulator, kind: str) -> None:
    """Let every request fail in some way."""
    if kind.isdigit():
        simulator.fail_with(int(kind))
    elif kind == "redirect":
        simulator.redirect("http://127.0.0.1:9/")
    elif kind == "flood":
        simulator.flood(1 << 21)
    else:
        simulator.garble(kind.encode())


@pytest.mark.usefixtures("no_stream")
@pytest.mark.parametrize(
    "kind", ["500", "503", "429", "", "{", "null", "[NaN]", '{"a": 1}', "flood"]
)
async def test_one_failed_poll_outweighs_nothing(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """Fresh values stand until the third poll in a row fails, which is logged once."""
    entry = await set_up(simulator)
    for _ in range(2):
        fails(simulator, kind)
        for _ in range(2):
            await poll(entry)
            assert (state(hass, POWER), state(hass, BRIDGE)) == ("321", "on")
        simulator.heal()
        await poll(entry)
    fails(simulator, kind)
    for _ in range(4):
        assert not complaints(caplog)
        await poll(entry)
        if state(hass, BRIDGE) == "off":
            break
    assert state(hass, POWER) == STATE_UNAVAILABLE
    (complaint,) = complaints(caplog)
    assert complaint.startswith("Error fetching Bridge data")
    simulator.heal()
    await poll(entry)
    assert (state(hass, POWER), state(hass, BRIDGE)) == ("321", "on")


@pytest.mark.usefixtures("no_stream")
@pytest.mark.parametrize("kind", ["401", "403", "404", "redirect"])
async def test_what_no_next_poll_mends_is_told_at_once(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    kind: str,
) -> None:
    """A refusal and another address are no accident of the network."""
    entry = await set_up(simulator)
    fails(simulator, kind)
    await poll(entry)
    assert (state(hass, POWER), state(hass, BRIDGE)) == (STATE_UNAVAILABLE, "off")


@pytest.mark.usefixtures("no_stream")
async def test_who_asks_by_hand_is_told(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
) -> None:
    """A poll that somebody waits for tells what came of it."""
    await set_up(simulator)
    simulator.fail_with(503)
    await async_update_entity(hass, POWER)
    await hass.async_block_till_done()
    assert (state(hass, POWER), state(hass, BRIDGE)) == (STATE_UNAVAILABLE, "off")


@pytest.mark.usefixtures("no_stream")
async def test_a_failed_poll_hides_no_stale_reading(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where the reading is too old, the first failed poll is told."""
    entry = await set_up(simulator)
    freezer.tick(601)
    simulator.fail_with(503)
    await poll(entry)
    assert (state(hass, POWER), state(hass, BRIDGE)) == (STATE_UNAVAILABLE, "off")
