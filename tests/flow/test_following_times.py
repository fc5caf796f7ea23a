"""Test how long a bridge is looked for where it was, before another is followed."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.flow.announcement import Announcement
from custom_components.meter_bridge.flow.following import (
    FOLLOWED,
    async_hear,
    async_search,
)
from custom_components.meter_bridge.issues import TWO_BRIDGES, issue_id
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.soak.warp import warped
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

# An answer that comes a little before a request to the kind is given up.
_SLOW_SECONDS = {"iometer": 55.0}
_USUAL_SLOW_SECONDS = 9.0


async def search(hass: HomeAssistant, entry: ConfigEntry, other: Simulator) -> float:
    """Look at an announcement of another address; return how long that took."""
    address = parse_address(other.address)
    announced = Announcement(
        bridge=BRIDGES[other.key],
        address=address,
        hosts=frozenset({address.host}),
        serial=None,
    )
    start = hass.loop.time()
    async_hear(hass, entry, announced)
    async_search(hass, entry)
    followed = hass.data[FOLLOWED]
    await eventually(lambda: not followed.searching, 3600, tick=0.5)
    return hass.loop.time() - start


@pytest.mark.parametrize("key", BRIDGES)
async def test_a_slow_bridge_is_not_left(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """One that is as slow as its kind may be counts as there; nothing is moved."""
    simulator, other = await simulators(key), await simulators(key)
    with warped(hass.loop):
        entry = await set_up(simulator, pinned=KINDS[key].pinned)
        host = entry.data["host"]
        path = KINDS[key].asked
        simulator.dawdle(_SLOW_SECONDS.get(key, _USUAL_SLOW_SECONDS), path)
        await search(hass, entry, other)
        assert other.requests
        assert entry.data["host"] == host
        issues = {found for _, found in ir.async_get(hass).issues}
        assert issue_id(entry.entry_id, TWO_BRIDGES) in issues
        simulator.heal()
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("key", BRIDGES)
@pytest.mark.parametrize("way", ["stall", "trickle", "unplug"])
async def test_a_search_comes_to_an_end(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, way: str
) -> None:
    """However the old address keeps one waiting, it is asked three times and no more.

    Each time it has as long as a bridge of its kind may take.
    """
    simulator, other = await simulators(key), await simulators(key)
    with warped(hass.loop):
        entry = await set_up(simulator, pinned=KINDS[key].pinned)
        simulator.requests.clear()
        if way == "unplug":
            await simulator.unplug()
        else:
            getattr(simulator, way)()
            simulator.cut_streams()
        seconds = await search(hass, entry, other)
        most = 3 * BRIDGES[key].setup_seconds + 10
        assert seconds <= most
        assert entry.data["host"] == other.address
        simulator.heal()
        await hass.async_block_till_done()
        await hass.config_entries.async_unload(entry.entry_id)
