"""Add a bridge of each kind by its address."""

import asyncio
import time

from aiohttp import web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import AUTO, DOMAIN
from tests.conftest import Start
from tests.kinds import KINDS
from tests.support.flows import (
    aborted,
    add,
    added,
    created,
    form,
    logged_in,
    past_roles,
    settled,
    state,
    submit,
    suggestions,
)
from tests.support.simulator import Simulator
from tests.support.swaps import another
from tests.support.waiting import eventually

PATIENCE = 3.0

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

every_bridge = pytest.mark.parametrize("key", BRIDGES)


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator of the kind under test."""
    return await simulators(key)


@every_bridge
@pytest.mark.parametrize("is_chosen", [False, True])
async def test_found(
    hass: HomeAssistant,
    simulator: Simulator,
    key: str,
    is_chosen: bool,  # noqa: FBT001
) -> None:
    """The address, and the login if there is one, are enough; it takes at most 3 s."""
    kind = KINDS[key]
    started = time.monotonic()
    entry = await added(hass, simulator, key if is_chosen else AUTO)
    assert time.monotonic() - started < PATIENCE
    assert (entry.title, entry.unique_id) == (kind.title, kind.unique_id)
    login: dict[str, object] = {**simulator.credentials}
    if "verify_ssl" in BRIDGES[key].login_fields:
        login["verify_ssl"] = False
    assert entry.data == {
        "bridge": key,
        "host": simulator.address,
        "pinned": kind.pinned,
        **login,
    }
    assert state(entry) is ConfigEntryState.LOADED


@every_bridge
async def test_found_in_time_on_a_slow_host(
    hass: HomeAssistant,
    simulator: Simulator,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow bridge is found within 3 s, without waiting for probes of other kinds.

    It answers once all kinds have asked, and never what the others have asked.
    """
    foreign = {kind.asked for kind in KINDS.values()} - {KINDS[key].asked}
    admit = simulator.admit

    async def late(request: web.Request) -> web.StreamResponse | None:
        await eventually(lambda: foreign <= {each.path for each in simulator.requests})
        await asyncio.sleep(0.05)
        return await admit(request)

    monkeypatch.setattr(simulator, "admit", late)
    for path in foreign:
        simulator.stall(path)
    started = time.monotonic()
    result = await add(hass, simulator.address)
    assert time.monotonic() - started < PATIENCE
    if simulator.credentials:
        assert form(result) == ("login", {})
    else:
        assert created(result).data["bridge"] == key
    await settled(simulator)


@every_bridge
async def test_two_of_a_kind(
    hass: HomeAssistant, simulators: Start, simulator: Simulator, key: str
) -> None:
    """Two bridges of a kind are two entries, and no two have the same title."""
    first = await added(hass, simulator)
    second = await added(hass, await another(simulators, key))
    assert first.unique_id != second.unique_id
    title = KINDS[key].title
    assert (first.title, second.title) == (title, f"{title} 2")


@every_bridge
async def test_same_bridge_twice(hass: HomeAssistant, simulator: Simulator) -> None:
    """Adding a bridge that is set up gives its entry the new address."""
    entry = await added(hass, simulator)
    await settled(simulator)
    before = dict(entry.data)
    await simulator.move()
    assert aborted(await logged_in(hass, simulator)) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data == {**before, "host": simulator.address}
    assert state(entry) is ConfigEntryState.LOADED
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


@every_bridge
async def test_other_kind_than_chosen(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """A bridge is not accepted as another kind; the owner can correct the choice."""
    others = BRIDGES.keys() - {key}
    result = await add(hass, simulator.address, others.pop())
    for other in others:
        assert form(result) == ("user", {"base": "not_recognised"})
        result = await submit(hass, result, host=simulator.address, bridge=other)
    assert form(result) == ("user", {"base": "not_recognised"})
    result = await submit(hass, result, host=simulator.address, bridge=key)
    if simulator.credentials:
        assert form(result) == ("login", {})
        result = await submit(hass, result, **simulator.credentials)
    created(await past_roles(hass, result))


@every_bridge
async def test_nothing_there(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """No answer is another error than a wrong one; later the same form works."""
    await simulator.unplug()
    result = await add(hass, simulator.address, key)
    typed = {"host": simulator.address, "bridge": key}
    for kind in (AUTO, key):
        assert form(result) == ("user", {"base": "cannot_connect"})
        assert suggestions(result["data_schema"]) == typed
        typed["bridge"] = kind
        result = await submit(hass, result, **typed)
    await simulator.plug_in()
    result = await submit(hass, result, **typed)
    if simulator.credentials:
        assert form(result) == ("login", {})
    else:
        created(result)
