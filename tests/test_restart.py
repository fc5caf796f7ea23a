"""What is shown of a held total after a reload, a stop and a crash."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CoreState, HomeAssistant
import pytest

from custom_components.meter_bridge.const import DOMAIN

from .bridges.iometer.simulator import IometerSimulator
from .conftest import SetUp, Start
from .support.hours import Hours
from .support.repairing import raised_issues
from .support.simulator import Simulator
from .support.started import start
from .support.watching import state

ENERGY, POWER = "sensor.bridge_energy_import", "sensor.bridge_power"


@pytest.fixture
async def hours(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulators: Start,
    set_up: SetUp,
) -> Hours:
    """Return a bridge whose total has just become zero."""
    simulator = await start(simulators, IometerSimulator)
    simulator.silent = True
    freezer.move_to(simulator.house.now)
    simulator.house.draw(500)
    hours = Hours(hass, freezer, simulator, await set_up(simulator))
    await hours.go(3)
    await hours.go(2, zero)
    return hours


def zero(simulator: Simulator) -> None:
    """Let the total be zero."""
    simulator.zero_counter("1.8.0")


def drop(simulator: Simulator) -> None:
    """Let the total be a negative number."""
    simulator.force("1.8.0", Decimal(-5))


async def start_again(
    hours: Hours, storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    """Start Home Assistant with what is stored, and poll the bridge."""
    hass, entry = hours.hass, hours.entry
    zero(hours.simulator)
    hours.simulator.tick()
    await hass.config_entries.async_unload(entry.entry_id)
    storage[f"{DOMAIN}.{entry.entry_id}"] = deepcopy(stored)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await hours.go(1, zero)


async def test_reload(hass: HomeAssistant, hours: Hours) -> None:
    """After every reload, the held total is shown at once."""
    shown = state(hass, ENERGY)
    assert float(shown) > 11_743
    for _ in range(2):
        await hass.config_entries.async_reload(hours.entry.entry_id)
        await hass.async_block_till_done()
        assert state(hass, ENERGY) == shown
        assert state(hass, POWER) == "500"
        await hours.go(3, zero)
        assert state(hass, ENERGY) == shown
    hours.simulator.heal()
    await hours.go(1)
    assert float(state(hass, ENERGY)) > float(shown)


async def test_stop_and_start(
    hass: HomeAssistant, hours: Hours, hass_storage: dict[str, Any]
) -> None:
    """An orderly stop is stored, so that the total is shown after the start."""
    shown = state(hass, ENERGY)
    before = hass.state
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    stored = deepcopy(hass_storage[f"{DOMAIN}.{hours.entry.entry_id}"])
    assert stored["data"]["orderly"] is True
    # Values after the stop are neither shown nor stored.
    hours.simulator.heal()
    await hours.go(1)
    assert state(hass, ENERGY) == shown
    hass.set_state(before)
    await start_again(hours, hass_storage, stored)
    assert state(hass, ENERGY) == shown


async def test_crash(
    hass: HomeAssistant, hours: Hours, hass_storage: dict[str, Any]
) -> None:
    """After a crash nothing is shown: more may have been recorded than stored.

    How long the total has been held back is known, though.
    """
    coordinator = hours.entry.runtime_data
    await hours.go(55, zero)
    coordinator.memory.save_soon()
    await hours.go(1, zero)
    key = f"{DOMAIN}.{hours.entry.entry_id}"
    stored = deepcopy(hass_storage[key])
    assert stored["data"]["orderly"] is False
    await start_again(hours, hass_storage, stored)
    assert state(hass, ENERGY) == "unavailable"
    assert state(hass, POWER) == "500"
    await hours.go(5, drop)
    assert raised_issues(hass) == {"counter_held"}
    hours.simulator.heal()
    await hours.go(1)
    assert float(state(hass, ENERGY)) > 11_743
    assert not raised_issues(hass)
