"""What the buttons do, and what a reboot looks like."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.button import DOMAIN as BUTTON, SERVICE_PRESS
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.coordinator import MeterCoordinator
from tests.bridges.whatwatt_go.conftest import stream_of
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.watching import state

POWER = "sensor.bridge_power"
RESTART = "sensor.bridge_last_restart"


async def press(hass: HomeAssistant, entity_id: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        BUTTON, SERVICE_PRESS, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )


@pytest.mark.usefixtures("all_enabled")
async def test_buttons_do_what_they_say(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """WPS pairing starts, and what the device refuses is told in words."""
    await set_up(simulator)
    await press(hass, "button.bridge_start_wps_pairing")
    assert simulator.pairings == 1
    simulator.fail_with(429, path="/api/v1/reboot")
    with pytest.raises(HomeAssistantError) as error:
        await press(hass, "button.bridge_restart")
    assert error.value.translation_domain == DOMAIN
    assert error.value.translation_key == "cannot_connect"
    assert simulator.reboots == 0
    assert not complaints(caplog)


async def test_a_button_that_needs_a_login_asks_for_it(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Who presses while the password is not known any more is asked for it."""
    entry = await set_up(simulator)
    simulator.protection = True
    with pytest.raises(HomeAssistantError) as error:
        await press(hass, "button.bridge_restart")
    assert error.value.translation_key == "invalid_auth"
    assert simulator.reboots == 0
    [flow] = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    assert flow["step_id"] == "reauth_confirm"


async def test_a_reboot_passes(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The restart shows in its moment, which stays the same between restarts."""
    freezer.move_to(simulator.house.now)
    coordinator: MeterCoordinator = (await set_up(simulator)).runtime_data
    before = state(hass, RESTART)
    for _ in range(5):
        simulator.house.advance(61)
        freezer.tick(61.4)
        await coordinator.async_refresh()
        assert state(hass, RESTART) == before
    await stream_of(simulator)
    simulator.reboot_seconds = 0.3
    await press(hass, "button.bridge_restart")
    assert simulator.reboots == 1
    async with asyncio.timeout(3):
        while state(hass, RESTART) != STATE_UNAVAILABLE:
            await coordinator.async_refresh()
    assert simulator.rebooting
    await simulator.rebooting
    simulator.house.advance(61)
    simulator.tick()
    freezer.tick(61)
    await coordinator.async_refresh()
    assert state(hass, POWER) == "321"
    after = dt_util.parse_datetime(state(hass, RESTART))
    assert after
    assert abs(after - simulator.booted_at) < timedelta(seconds=5)
