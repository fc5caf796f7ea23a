"""What an owner sees of a fault, and of its end."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from tests.bridges.whatwatt_go.conftest import LIVE, SERIAL, stream_of
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.watching import advance, fades, shows, state

POWER = "sensor.bridge_power"
ENERGY = "sensor.bridge_energy_import"
STATUS = "sensor.bridge_meter_status"
PROBLEM = "binary_sensor.bridge_meter_problem"


async def test_a_free_device_without_its_stream_says_why(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Without stream and report, the reason is a missing licence."""
    simulator.license = "FREE"
    simulator.fail_with(503, path=LIVE)
    entry = await set_up(simulator, SERIAL)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "no_license"
    assert entry.reason == "The bridge needs a license to provide readings"


async def test_a_meter_that_cannot_be_read(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """If a meter cannot be read, its values are unavailable and the problem is on."""
    await set_up(simulator)
    await stream_of(simulator)
    assert (state(hass, STATUS), state(hass, PROBLEM)) == ("ok", "off")
    simulator.status = "KEY REQUIRED"
    simulator.tick()
    await advance(hass, freezer, 16)
    await shows(hass, POWER, STATE_UNAVAILABLE)
    assert state(hass, ENERGY) == STATE_UNAVAILABLE
    assert (state(hass, STATUS), state(hass, PROBLEM)) == ("key_required", "on")
    assert state(hass, "sensor.bridge_license") == "plus"
    assert state(hass, "binary_sensor.bridge_meter_connection") == "off"
    assert state(hass, "binary_sensor.bridge_bridge_connection") == "on"
    simulator.status = "OK"
    simulator.tick()
    await advance(hass, freezer, 16)
    await shows(hass, POWER, "321")
    assert state(hass, PROBLEM) == "off"
    assert not complaints(caplog)


async def test_a_status_of_tomorrow_is_a_problem(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unknown status has no state, but is a problem."""
    setattr(simulator, "status", "ON HOLIDAY")  # noqa: B010
    await set_up(simulator)
    assert hass.states.get(STATUS) is None
    assert state(hass, PROBLEM) == "on"
    assert not complaints(caplog)


async def test_unplugged_and_back(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While it is away everything is unavailable; it returns without a reload."""
    entry = await set_up(simulator)
    await stream_of(simulator)
    await simulator.unplug()
    await fades(hass, freezer, POWER)
    assert state(hass, STATUS) == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor.bridge_bridge_connection") == "off"
    await simulator.plug_in()
    simulator.house.draw(432)
    simulator.tick()
    await advance(hass, freezer, 16)
    await shows(hass, POWER, "432")
    assert state(hass, STATUS) == "ok"
    await stream_of(simulator)
    simulator.house.draw(433)
    simulator.tick()
    await shows(hass, POWER, "433")
    assert entry.state is ConfigEntryState.LOADED
    (complaint,) = complaints(caplog)
    assert complaint.startswith("Error fetching Bridge data")


async def test_a_changed_password_is_asked_for(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A changed password is asked for, once."""
    simulator.protection = True
    entry: MockConfigEntry = await set_up(simulator)
    await stream_of(simulator)
    assert state(hass, POWER) == "321"
    simulator.password = "another one"
    simulator.silent = True
    await advance(hass, freezer, 61)
    await shows(hass, POWER, STATE_UNAVAILABLE)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"].get("entry_id") == entry.entry_id
    assert "open sesame" not in caplog.text
    assert "another one" not in caplog.text


@pytest.mark.parametrize(
    "body", [b"<html></html>", b'{"device":{"id":null}}', b'{"device":{"id":7}}']
)
async def test_something_else_at_the_address(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
) -> None:
    """Another kind of device at the address is reported, and its values not used."""
    simulator.garble(body)
    entry = await set_up(simulator, SERIAL)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "not_recognised"
    assert not hass.states.async_all("sensor")
    assert not [line for line in complaints(caplog) if "Traceback" in line]


async def test_another_device_at_the_address(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No values of another device at the address are shown."""
    await set_up(simulator)
    await stream_of(simulator)
    simulator.device_id = "02A4C61B0000"
    simulator.house.draw(999)
    simulator.silent = True
    simulator.tick()
    await advance(hass, freezer, 16)
    await shows(hass, POWER, STATE_UNAVAILABLE)
    assert not [line for line in complaints(caplog) if "Traceback" in line]
