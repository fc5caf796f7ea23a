"""From the reader to the states: streams, polling, silence and overload."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge import stream
from custom_components.meter_bridge.bridges.cozify_han import client
from tests.bridges.cozify_han.conftest import (
    EVENTS,
    MAC,
    METER,
    OLD_EVENTS,
    SERIAL,
    SOCKET,
    UUID,
    followed,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp
from tests.support.clients import asked
from tests.support.logs import complaints
from tests.support.waiting import eventually
from tests.support.watching import advance, fades, shows, state

POWER = "sensor.bridge_power"
MARGIN = "sensor.bridge_fuse_margin"
METER_LINK = "binary_sensor.bridge_meter_connection"
LINK = "binary_sensor.bridge_bridge_connection"
CLOUD = "binary_sensor.bridge_cloud_connection"
OVERLOAD = "binary_sensor.bridge_fuse_overload_l{}"


@pytest.fixture
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again for a stream without long pauses."""
    monkeypatch.setattr(stream, "_RETRY_MINIMUM", 0.05)
    monkeypatch.setattr(stream, "_RETRY_MAXIMUM", 0.2)
    monkeypatch.setattr(client, "_RETRY_SECONDS", 0.2)


async def test_a_change_is_in_the_state_within_a_second(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Pushed telegrams and details are shown without a poll."""
    await set_up(simulator)
    await followed(simulator)
    since = len(simulator.requests)
    simulator.house.draw(1234)
    simulator.tick()
    await eventually(lambda: state(hass, POWER) == "1234", seconds=1)
    simulator.profile.online = False
    simulator.push_state()
    await eventually(lambda: state(hass, CLOUD) == "off", seconds=1)
    assert asked(simulator, since) == []


@pytest.mark.usefixtures("_impatience")
async def test_every_way_is_found_and_left_again(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Socket, events and polling replace one another while the reader fails thrice."""
    await set_up(simulator)
    await followed(simulator)

    async def revive(*absent: str) -> None:
        await simulator.unplug()
        await fades(hass, freezer, POWER)
        simulator.profile.absent = frozenset(absent)
        await simulator.plug_in()

    await revive(SOCKET)
    await followed(simulator, EVENTS)
    simulator.house.draw(700)
    simulator.tick()
    await shows(hass, POWER, "700")
    await revive(SOCKET, EVENTS)
    await followed(simulator, OLD_EVENTS)
    simulator.tick()
    await shows(hass, POWER, "700")
    await revive(SOCKET, EVENTS, OLD_EVENTS)
    for watts in (800, 900):
        simulator.house.draw(watts)
        simulator.tick()
        await advance(hass, freezer, 11)
        await shows(hass, POWER, str(watts))
    assert simulator.open_streams == 0
    await revive()
    await followed(simulator)
    since = len(simulator.requests)
    simulator.house.draw(1000)
    simulator.tick()
    await shows(hass, POWER, "1000")
    assert METER not in asked(simulator, since)
    assert not [line for line in complaints(caplog) if "Error fetching" not in line]


@pytest.mark.usefixtures("_impatience")
async def test_a_dropped_socket_is_not_noticed(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The socket reconnects by itself; no state changes meanwhile."""
    await set_up(simulator)
    await followed(simulator)
    simulator.drop_streams()
    await eventually(lambda: simulator.open_streams == 0)
    assert state(hass, POWER) == "321"
    await followed(simulator)
    simulator.house.draw(555)
    simulator.tick()
    await shows(hass, POWER, "555")
    assert not complaints(caplog)


async def test_a_silent_socket_turns_into_polling(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Polling starts when the stream falls silent, and stops when it sends again."""
    await set_up(simulator)
    await followed(simulator)
    simulator.house.draw(650)
    simulator.tick()
    await shows(hass, POWER, "650")
    simulator.silent = True
    since = len(simulator.requests)
    simulator.house.draw(700)
    simulator.tick()
    await advance(hass, freezer, 11)
    await shows(hass, POWER, "700")
    assert asked(simulator, since) == [METER]
    simulator.silent = False
    for _ in range(4):
        simulator.tick()
        await asyncio.sleep(0.05)
        await advance(hass, freezer, 6)
    assert len(simulator.requests) == since + 1


async def test_a_meter_that_is_silent_is_stale_after_a_minute(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A repeated telegram counts as none; the reader's own sensors stay available."""
    await set_up(simulator)
    await followed(simulator)
    simulator.profile.clock_stands_still = True
    for _ in range(7):
        await advance(hass, freezer, 9)
        simulator.tick()
        await asyncio.sleep(0.05)
    await shows(hass, METER_LINK, "off")
    assert state(hass, POWER) == STATE_UNAVAILABLE
    assert state(hass, MARGIN) == STATE_UNAVAILABLE
    assert state(hass, OVERLOAD.format(1)) == STATE_UNAVAILABLE
    assert (state(hass, LINK), state(hass, CLOUD)) == ("on", "on")
    simulator.profile.clock_stands_still = False
    simulator.tick()
    await shows(hass, POWER, "321")
    assert state(hass, METER_LINK) == "on"


async def test_a_reader_that_is_unable_to_read(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One 503 changes nothing; after a minute of 503, only the meter's link is down."""
    simulator.profile.absent = frozenset({SOCKET, EVENTS, OLD_EVENTS})
    entry = await set_up(simulator)
    simulator.fail_with(503, path=METER)
    for shown in ("321", "321", STATE_UNAVAILABLE):
        await entry.runtime_data.async_refresh()
        assert (state(hass, POWER), state(hass, LINK)) == (shown, "on")
        freezer.tick(31)
    assert state(hass, METER_LINK) == "off"
    simulator.heal()
    simulator.tick()
    await entry.runtime_data.async_refresh()
    assert (state(hass, POWER), state(hass, METER_LINK)) == ("321", "on")
    assert not complaints(caplog)


@pytest.mark.usefixtures("_impatience")
async def test_another_reader_at_the_address_is_not_believed(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Another reader at the same address adds no value to this entry."""
    await set_up(simulator)
    await followed(simulator)
    await simulator.unplug()
    await advance(hass, freezer, 11)
    simulator.profile.mac, simulator.profile.serial = "02:00:00:00:00:01", "SN-T01-0099"
    simulator.house.draw(4321)
    await simulator.plug_in()
    await advance(hass, freezer, 11)
    for _ in range(5):
        simulator.tick()
        await asyncio.sleep(0.05)
    assert state(hass, POWER) in (STATE_UNAVAILABLE, "321")


@pytest.mark.usefixtures("_impatience")
async def test_nothing_private_is_logged(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Our log lines have no serial number, MAC address, network name or password."""
    caplog.set_level("DEBUG")
    await set_up(simulator)
    await followed(simulator)
    simulator.push_raw(b'{"type": "HAN_STATE_MESSAGE", "mac": "02:00:00:00:00:01"}')
    simulator.tick()
    simulator.push_raw(b"SN-T01-0042 {")
    await followed(simulator)
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.meter_bridge")
    ]
    assert ours
    for secret in (MAC, MAC.upper(), SERIAL, UUID, "Kotiverkko", "T000000000007001"):
        assert not [line for line in ours if secret in line]
