"""The firmware: what is new, how it is installed, and what may go wrong."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges.egauge import commands
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.waiting import eventually

UPDATE = "update.bridge_firmware"


def shown(hass: HomeAssistant) -> State:
    """Return the state of the update."""
    found = hass.states.get(UPDATE)
    assert found
    return found


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    set_up: SetUp,
    short_pauses: None,
) -> MockConfigEntry:
    """Set up the device, and wait until its newest firmware is known."""
    entry = await set_up(simulator)
    await eventually(lambda: shown(hass).attributes["latest_version"])
    return entry


async def install(hass: HomeAssistant) -> None:
    """Install the update."""
    await hass.services.async_call(
        "update", "install", {"entity_id": UPDATE}, blocking=True
    )


async def test_newer_firmware_is_offered(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The device asks its maker; it is asked twice a day."""
    assert simulator.commands == [("update", {"action": "list", "target": "fw"})]
    assert shown(hass).state == "on"
    assert shown(hass).attributes["installed_version"] == "4.8.2"
    assert shown(hass).attributes["latest_version"] == "4.9.1"
    assert str(shown(hass).attributes["release_url"]).startswith("https://kb.egauge")
    simulator.latest_firmware = 4.8
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(hours=13))
    await eventually(lambda: shown(hass).attributes["latest_version"] == "4.8")
    assert shown(hass).state == "off"


async def test_an_update_that_was_installed_elsewhere(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Once the device tells its new version, nothing is offered any more."""
    assert shown(hass).state == "on"
    simulator.firmware = "4.9.1"
    freezer.tick(61)
    await entry.runtime_data.async_refresh()
    assert shown(hass).attributes["installed_version"] == "4.9.1"
    assert shown(hass).state == "off"


async def test_nobody_knows_of_newer_firmware(
    hass: HomeAssistant, simulator: EgaugeSimulator, set_up: SetUp
) -> None:
    """A device without internet, and a user who may not ask, leave it open."""
    simulator.refusal = "Cannot reach the update server."
    entry = await set_up(simulator)
    await eventually(lambda: any("cmd" in each.path for each in simulator.requests))
    await hass.async_block_till_done()
    assert shown(hass).state == "unknown"
    simulator.refusal, simulator.gate.rights = "", []
    assert await entry.runtime_data.client.latest_firmware() is None
    simulator.gate.rights = ["save"]
    simulator.latest_firmware = None
    assert await entry.runtime_data.client.latest_firmware() is None


async def test_the_firmware_is_installed(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Progress is shown, the restart is waited for, and then the new one runs."""
    seen: list[tuple[bool, int | None]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        attributes = shown(hass).attributes
        seen.append((attributes["in_progress"], attributes["update_percentage"]))

    stop = async_track_state_change_event(hass, UPDATE, note)
    simulator.script = [{"progress": 0.25}, {"progress": 0.75}]
    await install(hass)
    stop()
    install_command = ("update", {"action": "install", "target": "fw"})
    assert install_command in simulator.commands
    assert [each for each in seen if each[0]][:3] == [
        (True, None),
        (True, 25),
        (True, 75),
    ]
    assert simulator.rebooting
    assert simulator.rebooting.done()
    await hass.async_block_till_done()
    assert shown(hass).state == "off"
    assert shown(hass).attributes["installed_version"] == "4.9.1"
    assert not shown(hass).attributes["in_progress"]


async def test_a_failed_installation_says_why(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The device's own word comes through, and the old firmware still runs."""
    simulator.script = [{"done": True, "error": "NOT_NEWER", "args": ["4.8.2"]}]
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_placeholders == {"reason": "NOT_NEWER 4.8.2"}
    assert not shown(hass).attributes["in_progress"]
    assert shown(hass).attributes["installed_version"] == "4.8.2"


async def test_the_old_firmware_that_starts_again_is_no_success(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A device that forgot what it was asked, and is what it was, has failed."""
    monkeypatch.setattr(commands, "_FORGOTTEN_SECONDS", 0.1)
    simulator.script = [{"progress": 0.25}] * 1000
    call = asyncio.create_task(install(hass))
    await eventually(lambda: simulator.statuses)
    simulator.reboot()
    with pytest.raises(HomeAssistantError) as caught:
        await call
    assert caught.value.translation_key == "not_updated"


async def test_a_token_may_be_forgotten_with_an_error(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
) -> None:
    """An error instead of a status is no failure as long as the firmware is new."""
    simulator.script = [{"progress": 0.25}] * 1000
    call = asyncio.create_task(install(hass))
    await eventually(lambda: simulator.statuses)
    (token,) = simulator.statuses
    simulator.garble(b"<html>starting</html>", path=f"/api/sys/status/{token}")
    await eventually(lambda: shown(hass).attributes["update_percentage"] is None)
    simulator.garble(b'{"error": "No such token."}', path=f"/api/sys/status/{token}")
    simulator.firmware = "4.9.1"
    await call


async def test_a_device_that_stays_away_has_failed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(commands, "_LONGEST_INSTALLATION_SECONDS", 0.2)
    simulator.reboot_seconds = 60
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "cannot_connect"


async def test_no_token_is_no_installation(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Without one nobody could tell how it goes."""
    simulator.garble(b'{"status": "OK"}', path="/api/cmd/update")
    with pytest.raises(HomeAssistantError) as caught:
        await install(hass)
    assert caught.value.translation_key == "not_recognised"
