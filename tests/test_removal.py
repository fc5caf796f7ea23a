"""Removing an entry during a mishap."""

import asyncio
from dataclasses import replace
from itertools import product
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.coordinator import MeterCoordinator

from .conftest import SetUp, Start
from .soak.meters import Size, measure
from .soak.mishaps import MISHAPS, begin
from .support.flows import state

# Idle connections are closed after 15 seconds.
_QUIET_SECONDS = 60
_UNFINISHED = (
    *("unplugged", "half an event", "stalled"),
    *("a byte a second", "reset in the body", "503"),
)

pytestmark = pytest.mark.usefixtures("warp")
every_bridge = pytest.mark.parametrize("key", BRIDGES)


async def quiet(hass: HomeAssistant) -> Size:
    """Measure, except memory, once nothing is running any more."""
    await asyncio.sleep(_QUIET_SECONDS)
    return replace(measure(hass), blocks=0, resident=0)


@pytest.mark.parametrize(
    "way", product(BRIDGES, _UNFINISHED, ("unload", "remove")), ids="-".join
)
async def test_nothing_is_left(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    way: tuple[str, str, str],
) -> None:
    """Removing an entry leaves no task, socket, timer, listener, file or entity."""
    key, mishap, first = way
    simulator = await simulators(key)
    entry = await set_up(simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    before = await quiet(hass)

    entry = await set_up(simulator)
    await asyncio.sleep(20)
    simulator.tick()
    await begin(simulator, MISHAPS[mishap])
    # A poll is running, or has just failed.
    await asyncio.sleep(BRIDGES[key].poll_interval.total_seconds() + 1)
    if first == "unload":
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert state(entry) is ConfigEntryState.NOT_LOADED
    await hass.config_entries.async_remove(entry.entry_id)
    await asyncio.sleep(1)
    asked = len(simulator.requests)
    await simulator.plug_in()
    assert await quiet(hass) == before
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert not hass.states.async_all()
    await asyncio.sleep(3600)
    assert len(simulator.requests) == asked


@every_bridge
async def test_nothing_is_taken_while_the_last_is_written(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    """A reading that arrives during the last write is not stored afterwards."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    before = await quiet(hass)

    entry = await set_up(simulator)
    coordinator: MeterCoordinator = entry.runtime_data
    await asyncio.sleep(20)
    written: list[object] = []

    async def write_slowly(store: Store[Any], _data: object) -> None:
        if entry.entry_id in store.key:
            written.append(coordinator.board.values)
            simulator.tick()
            await coordinator.async_refresh()
            await asyncio.sleep(5)

    with monkeypatch.context() as slow:
        slow.setattr(Store, "_async_write_data", write_slowly)
        await hass.config_entries.async_remove(entry.entry_id)
    assert written == [coordinator.board.values]
    assert await quiet(hass) == before


@every_bridge
async def test_nothing_is_left_of_one_that_never_came(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Removing an entry that was never set up leaves nothing either."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    before = await quiet(hass)

    await begin(simulator, MISHAPS["503"])
    entry = await set_up(simulator, "somebody")
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    await asyncio.sleep(7)
    await hass.config_entries.async_remove(entry.entry_id)
    asked = len(simulator.requests)
    assert await quiet(hass) == before
    await asyncio.sleep(3600)
    assert len(simulator.requests) == asked
