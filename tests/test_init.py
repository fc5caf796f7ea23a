"""Setting up, unloading and removing an entry."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryDisabler,
    ConfigEntryState as State,
)
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER
from custom_components.meter_bridge.const import DOMAIN

from .conftest import SetUp, Start
from .kinds import PUSHING
from .support.flows import lockable, pushing, settled, state
from .support.waiting import eventually

POWER = "sensor.bridge_power"


@pytest.mark.parametrize("key", PUSHING)
async def test_life_of_an_entry(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    key: str,
) -> None:
    """An entry is set up, unloaded, set up again, and removed without a trace."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    stored = f"{DOMAIN}.{entry.entry_id}"
    for _ in range(2):
        assert state(entry) is State.LOADED
        await settled(simulator)
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert state(entry) is State.NOT_LOADED
        await eventually(lambda: simulator.open_streams == 0)
        since = len(simulator.requests)
        power = hass.states.get(POWER)
        assert power
        assert power.state == STATE_UNAVAILABLE
        assert hass_storage[stored]["data"]
        assert len(simulator.requests) == since
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    await settled(simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert stored not in hass_storage
    assert hass.states.get(POWER) is None
    devices = dr.async_get(hass)
    assert not dr.async_entries_for_config_entry(devices, entry.entry_id)
    await eventually(lambda: simulator.open_streams == 0)


async def test_unload_twice(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Unloading an entry that is not loaded does nothing."""
    entry = await set_up(await pushing(simulators))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)


# An entry that stays loaded keeps its timers, which Home Assistant before 2026.10
# cannot end.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_unload_that_fails(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a platform fails to unload, the entry is not unloaded."""

    async def refuse(*_: object) -> bool:
        return False

    simulator = await pushing(simulators)
    entry = await set_up(simulator)
    await settled(simulator)
    stored = hass_storage.get(f"{DOMAIN}.{entry.entry_id}")
    simulator.house.advance(3600)
    simulator.tick()
    with monkeypatch.context() as patched:
        patched.setattr(hass.config_entries, "async_unload_platforms", refuse)
        assert not await hass.config_entries.async_unload(entry.entry_id)
    assert state(entry) is State.FAILED_UNLOAD
    assert hass_storage.get(f"{DOMAIN}.{entry.entry_id}") == stored


async def test_set_up_that_fails_after_a_reading(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failed set-up stores its readings at once, and never over later ones."""

    async def fail(entry: MockConfigEntry, _platforms: object) -> None:
        # The first write has ended, and the next one is not yet due.
        await asyncio.sleep(0.1)
        await entry.runtime_data.async_refresh()
        raise RuntimeError

    simulator = await pushing(simulators)
    with monkeypatch.context() as patched:
        patched.setattr(hass.config_entries, "async_forward_entry_setups", fail)
        entry = await set_up(simulator)
    assert state(entry) is State.SETUP_ERROR
    stored = hass_storage.pop(f"{DOMAIN}.{entry.entry_id}")
    assert stored["data"]["meters"][MAIN_METER]
    async_fire_time_changed(hass, utcnow() + timedelta(hours=1))
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage


async def test_disabled_while_something_is_refused(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Disabling a bridge deletes its issue about a licence, until it is enabled."""
    simulator = await lockable(simulators)
    simulator.license = "FREE"
    simulator.fail_with(503, path="/api/v1/live")
    entry = await set_up(simulator)
    issue = f"no_license_{entry.entry_id}_"
    issues = ir.async_get(hass)
    assert state(entry) is State.SETUP_RETRY
    assert issues.async_get_issue(DOMAIN, issue)
    await hass.config_entries.async_reload(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, issue)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert state(entry) is State.NOT_LOADED
    assert not issues.async_get_issue(DOMAIN, issue)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    assert state(entry) is State.SETUP_RETRY
    assert issues.async_get_issue(DOMAIN, issue)


async def test_kind_that_is_only_polled(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bridge that does not push is never asked for a stream."""
    polled = replace(BRIDGES["iometer"], pushes=False)
    monkeypatch.setattr("custom_components.meter_bridge.bridges.iometer.BRIDGE", polled)
    simulator = await pushing(simulators)
    entry = await set_up(simulator)
    assert state(entry) is State.LOADED
    await asyncio.sleep(0.05)
    accepted = {request.headers["Accept"] for request in simulator.requests}
    assert accepted == {"application/json"}


async def test_bridge_away(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """The set-up of a bridge that is away is retried, with a translated reason."""
    simulator = await pushing(simulators)
    await simulator.unplug()
    entry = await set_up(simulator, simulator.device_id)
    assert state(entry) is State.SETUP_RETRY
    assert entry.error_reason_translation_key == "cannot_connect"
    await simulator.plug_in()
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is State.LOADED
    await settled(simulator)


async def test_bridge_without_a_reading(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """The set-up of a bridge that identifies itself but has no reading is retried."""
    simulator = await pushing(simulators)
    simulator.fail_with(503, path="/v1/reading")
    entry = await set_up(simulator, simulator.device_id)
    assert state(entry) is State.SETUP_RETRY
    assert not simulator.open_streams


async def test_another_bridge(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A bridge that is not that of the entry is not read."""
    simulator = await pushing(simulators)
    entry = await set_up(simulator, "another")
    assert state(entry) is State.SETUP_RETRY
    assert entry.error_reason_translation_key == "wrong_bridge"
    assert {request.path for request in simulator.requests} == {"/v1/status"}
    assert not hass.states.async_all()


async def test_refused_login(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A refused login starts one flow that asks for another."""
    simulator = await lockable(simulators, protection=True)
    entry = await set_up(simulator, simulator.device_id, password="wrong")
    assert state(entry) is State.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id


async def test_login_refused_while_running(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """After the password changed on the bridge, the next poll asks for the new one."""
    simulator = await lockable(simulators)
    entry = await set_up(simulator)
    await settled(simulator)
    simulator.protection = True
    await entry.runtime_data.async_refresh()
    assert state(entry) is State.LOADED
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_entry_from_before_it_had_a_status(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """An older entry, whose id is that of the meter, is set up."""
    simulator = await pushing(simulators)
    entry = await set_up(simulator, simulator.meter_number)
    assert state(entry) is State.LOADED
    await settled(simulator)


async def test_removed_before_it_was_ever_read(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """An entry whose bridge was never reached can be removed."""
    simulator = await pushing(simulators)
    await simulator.unplug()
    entry = await set_up(simulator, simulator.device_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize("key", BRIDGES)
async def test_one_deadline_for_setting_up(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    """A bridge that is slow to answer is given up in time, and tried again later."""
    bridge = replace(BRIDGES[key], setup_seconds=0.2)
    monkeypatch.setattr(f"custom_components.meter_bridge.bridges.{key}.BRIDGE", bridge)
    simulator = await simulators(key)
    simulator.stall()
    async with asyncio.timeout(2):
        entry = await set_up(simulator, serial="12345678")
    assert state(entry) is State.SETUP_RETRY
    simulator.heal()
