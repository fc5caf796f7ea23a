"""States that an owner sees in Home Assistant, while time passes."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from .waiting import eventually


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity, which must exist."""
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found.state


async def shows(
    hass: HomeAssistant, entity_id: str, value: str, seconds: float = 3
) -> None:
    """Wait until an entity shows a value; fail if it takes too long."""
    await eventually(lambda: state(hass, entity_id) == value, seconds)


async def advance(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and run the timers that are due."""
    later = dt_util.utcnow() + timedelta(seconds=seconds)
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()


async def poll(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll the bridge now."""
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()


def entries(hass: HomeAssistant, entry: MockConfigEntry) -> list[er.RegistryEntry]:
    """Return entity registry entries by entity id."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return sorted(found, key=lambda each: each.entity_id)


async def fades(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entity_id: str
) -> None:
    """Let polls fail until an entity is unavailable; fail if it stays for too long."""
    for _ in range(20):
        if state(hass, entity_id) == STATE_UNAVAILABLE:
            return
        # Longer than any kind waits between two polls.
        await advance(hass, freezer, 31)
        await asyncio.sleep(0.02)
    raise AssertionError(entity_id)
