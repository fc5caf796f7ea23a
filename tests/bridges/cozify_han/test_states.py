"""From what the reader says to what is shown: fuse, energy, cloud and firmware."""

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from tests.bridges.cozify_han.conftest import followed
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp
from tests.support.watching import shows, state

POWER = "sensor.bridge_power"
MARGIN = "sensor.bridge_fuse_margin"
CLOUD = "binary_sensor.bridge_cloud_connection"
OVERLOAD = "binary_sensor.bridge_fuse_overload_l{}"


async def test_no_cloud_is_no_matter(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A reader that calls itself offline delivers all the same."""
    simulator.profile.online = False
    await set_up(simulator)
    assert (state(hass, CLOUD), state(hass, POWER)) == ("off", "321")


async def test_energy_may_be_older_than_power(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Meters update their totals once a minute; that is no reason for anything."""
    simulator.profile.energy_seconds = 60
    await set_up(simulator)
    await followed(simulator)
    for watts, energy in (
        (3000, "11743.027"),
        (3001, "11743.027"),
        (3002, "11743.077"),
    ):
        simulator.house.draw(watts)
        simulator.tick()
        await shows(hass, POWER, str(watts))
        assert state(hass, "sensor.bridge_energy_import") == energy
        simulator.house.advance(30)


async def test_a_phase_is_overloaded_until_it_clearly_is_not(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Above the rating that the reader reports it is on, below 95 % of it off again."""
    simulator.profile.truncates_current = False
    simulator.house.react(0)
    await set_up(simulator)
    await followed(simulator)
    assert [state(hass, OVERLOAD.format(phase)) for phase in (1, 2, 3)] == ["off"] * 3
    for amperes, margin, overload in (
        (24, "1", "off"),
        (26, "-1", "on"),
        (24, "1", "on"),
        (23, "2", "off"),
        (25, "0", "off"),
    ):
        simulator.house.draw(round(float(simulator.house.voltage[2]) * amperes), 2)
        simulator.tick()
        await shows(hass, MARGIN, margin)
        assert state(hass, OVERLOAD.format(2)) == overload
        assert state(hass, OVERLOAD.format(1)) == "off"
    simulator.profile.fuse = 20
    simulator.push_configuration()
    await shows(hass, OVERLOAD.format(2), "on")
    assert state(hass, MARGIN) == "-5"
    simulator.profile.fuse = None
    simulator.push_configuration()
    await shows(hass, OVERLOAD.format(2), STATE_UNAVAILABLE)
    assert state(hass, MARGIN) == STATE_UNAVAILABLE


@pytest.mark.usefixtures("all_enabled")
async def test_an_update_is_shown(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """New firmware is on the device's page as soon as the reader tells."""
    entry = await set_up(simulator)
    await followed(simulator)
    simulator.profile.version = "1.0.2.0"
    simulator.push_state()
    await shows(hass, "sensor.bridge_bridge_firmware", "1.0.2.0")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.sw_version == "1.0.2.0"


@pytest.mark.usefixtures("all_enabled")
async def test_a_part_of_the_configuration_changes_that_alone(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A price that is pushed by itself leaves the fuse and its margin."""
    await set_up(simulator)
    await followed(simulator)
    before = state(hass, MARGIN)
    simulator.push({"type": "HAN_OTA_MESSAGE", "state": "DOWNLOADING", "progress": 12})
    simulator.push({"type": "HAN_CONFIGURATION_MESSAGE", "p": 9.95})
    await shows(hass, "sensor.bridge_fixed_price", "9.95")
    assert state(hass, MARGIN) == before != STATE_UNAVAILABLE


@pytest.mark.usefixtures("all_enabled")
async def test_a_telegram_of_zeros_says_nothing(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """What a reader sends before it has read the meter changes no value."""
    await set_up(simulator)
    await followed(simulator)
    zeros = {key: [0, 0, 0, 0] for key in ("p", "pi", "pe", "u", "i")}
    simulator.push({"type": "HAN_METER_MESSAGE", "ts": 0, "ic": 0, "ec": 0, **zeros})
    simulator.house.draw(444)
    simulator.tick()
    await shows(hass, POWER, "444")
    assert state(hass, "sensor.bridge_energy_import") == "11743.027"
    simulator.push({"type": "HAN_METER_MESSAGE", "ts": 0, "ic": 0, "ec": 0, **zeros})
    simulator.push({"type": "HAN_CONFIGURATION_MESSAGE", "p": 9.95})
    await shows(hass, "sensor.bridge_fixed_price", "9.95")
    assert state(hass, POWER) == "444"
