"""Discovery of each kind that can be discovered, by mDNS or by DHCP."""

import asyncio

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import Start
from tests.kinds import KINDS
from tests.support.flows import (
    FINDABLE,
    aborted,
    add,
    added,
    created,
    discover,
    form,
    searched,
    settled,
    state,
    submit,
)
from tests.support.simulator import Simulator
from tests.support.swaps import another, swap

pytestmark = [
    pytest.mark.usefixtures("enable_custom_integrations"),
    pytest.mark.parametrize("key", FINDABLE),
]


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator of the kind under test."""
    return await simulators(key)


async def hear(hass: HomeAssistant, simulator: Simulator) -> None:
    """Discover a bridge that has an entry."""
    assert aborted(await discover(hass, simulator)) == "already_configured"
    await searched(hass)


async def test_found_and_confirmed(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """A bridge that answers where it was discovered is added once the owner agrees."""
    result = await discover(hass, simulator)
    assert form(result) == ("confirm", {})
    assert (result["description_placeholders"] or {})["host"] == simulator.address
    [shown] = hass.config_entries.flow.async_progress()
    host = parse_address(simulator.address).host
    title = shown["context"]["title_placeholders"]
    assert title == {"name": f"{BRIDGES[key].name} ({host})"}
    entry = created(await submit(hass, result))
    assert entry.unique_id == shown["context"]["unique_id"]
    assert entry.data == {
        "bridge": key,
        "host": simulator.address,
        "pinned": KINDS[key].pinned,
        "hearsay": True,
    }


async def test_two_of_a_kind(
    hass: HomeAssistant, simulators: Start, simulator: Simulator, key: str
) -> None:
    """A second bridge of the kind is offered beside the first one."""
    first = await added(hass, simulator)
    other = await another(simulators, key)
    second = created(await submit(hass, await discover(hass, other)))
    assert second.title == f"{first.title} 2"
    assert second.data["host"] == other.address


async def test_nobody_there(hass: HomeAssistant, simulator: Simulator) -> None:
    """A bridge that does not answer where it was found is not offered."""
    await simulator.unplug()
    assert aborted(await discover(hass, simulator)) == "cannot_connect"


async def test_stranger_there(hass: HomeAssistant, simulator: Simulator) -> None:
    """A device that does not answer as its kind does is not offered."""
    simulator.garble(b"{}")
    assert aborted(await discover(hass, simulator)) == "not_recognised"
    assert simulator.requests


async def test_found_twice_at_once(hass: HomeAssistant, simulator: Simulator) -> None:
    """Two discoveries of a bridge make one flow, at the same time or one by one."""
    results = await asyncio.gather(discover(hass, simulator), discover(hass, simulator))
    kinds = sorted(str(result["type"]) for result in results)
    assert kinds == ["abort", "form"]
    assert aborted(await discover(hass, simulator)) == "already_in_progress"
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_added_by_hand_while_offered(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """Once the owner has added a bridge by its address, its discovery ends."""
    await discover(hass, simulator)
    created(await add(hass, simulator.address))
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("scheme", ["", "http://"])
async def test_known_bridge_where_it_was(
    hass: HomeAssistant, simulator: Simulator, scheme: str
) -> None:
    """A bridge that is discovered at its stored address gets no request."""
    created(await add(hass, scheme + simulator.address))
    await settled(simulator)
    since = len(simulator.requests)
    assert aborted(await discover(hass, simulator)) == "already_configured"
    assert len(simulator.requests) == since


async def test_disabled_bridge_where_it_was(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """A disabled entry stays disabled, and its bridge gets no request."""
    entry = await added(hass, simulator)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    since = len(simulator.requests)
    assert aborted(await discover(hass, simulator)) == "already_configured"
    assert len(simulator.requests) == since
    assert state(entry) is ConfigEntryState.NOT_LOADED


async def test_ignored_bridge(hass: HomeAssistant, simulator: Simulator) -> None:
    """An ignored bridge is not offered at any address, but can be added by hand."""
    await discover(hass, simulator)
    [shown] = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": shown["context"]["unique_id"], "title": "Not mine"},
    )
    assert not hass.config_entries.flow.async_progress()
    await hear(hass, simulator)
    await simulator.move()
    await hear(hass, simulator)
    entry = await added(hass, simulator)
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


@pytest.mark.parametrize("scheme", ["", "http://"])
async def test_moved(hass: HomeAssistant, simulator: Simulator, scheme: str) -> None:
    """An entry follows its bridge from an address where it does not answer any more."""
    entry = created(await add(hass, scheme + simulator.address))
    await settled(simulator)
    await simulator.move()
    await hear(hass, simulator)
    assert entry.data["host"] == scheme + simulator.address
    assert state(entry) is ConfigEntryState.LOADED
    await settled(simulator)


async def test_moved_while_disabled(hass: HomeAssistant, simulator: Simulator) -> None:
    """A disabled entry gets its bridge's new address and stays disabled."""
    entry = await added(hass, simulator)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    await simulator.move()
    await hear(hass, simulator)
    assert entry.data["host"] == simulator.address
    assert state(entry) is ConfigEntryState.NOT_LOADED


async def test_copy_while_the_bridge_still_answers(
    hass: HomeAssistant, simulators: Start, simulator: Simulator, key: str
) -> None:
    """While its bridge answers, an entry follows no other that claims to be it."""
    entry = await added(hass, simulator)
    await settled(simulator)
    await hear(hass, await simulators(key))
    assert entry.data["host"] == simulator.address


async def test_setup_that_is_being_retried(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """An entry that waits to retry is set up at once when its bridge is discovered."""
    entry = await added(hass, simulator)
    await settled(simulator)
    await simulator.unplug()
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    await simulator.plug_in()
    await hear(hass, simulator)
    assert state(entry) is ConfigEntryState.LOADED


async def test_new_bridge_where_a_known_one_was(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """A new bridge is offered, even at the address of one that cannot be reached."""
    entry = await added(hass, simulator)
    await settled(simulator)
    await simulator.unplug()
    await entry.runtime_data.async_refresh()
    swap(simulator)
    await simulator.plug_in()
    await entry.runtime_data.async_refresh()
    assert not entry.runtime_data.last_update_success
    assert form(await discover(hass, simulator)) == ("confirm", {})
