"""Another device at the bridge's address: it is asked who it is, and told nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeError
from custom_components.meter_bridge.bridges.obis import IMPORT_ENERGY
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.acting import act, use
from tests.support.simulator import Simulator
from tests.support.swaps import swap
from tests.support.waiting import quiet


def _answer_oddly(simulator: Simulator) -> None:
    """Become any other device that has a web server."""
    simulator.garble(b'{"hello": "world"}')


STRANGERS: dict[str, Callable[[Simulator], None]] = {
    "another bridge": swap,
    "any device": _answer_oddly,
}

# What is shown to whoever acts: that it is another bridge, or none at all.
REFUSED_BY = {"another bridge": {"wrong_bridge"}, "any device": {"not_recognised"}}

every_stranger = pytest.mark.parametrize("stranger", STRANGERS)
# An eGauge logs us in before it says who it is; no password goes out with that.
LOGIN = "/api/auth/"


async def looked_at(simulator: Simulator) -> set[tuple[str, str]]:
    """Return what a bridge was asked that only looks, once it is asked no more."""
    await quiet(simulator.requests)
    return {
        (each.method, each.path) for each in simulator.requests if each.method == "GET"
    }


def told(simulator: Simulator, since: int) -> set[tuple[str, str]]:
    """Return what was said since then, but for logins and streams."""
    return {
        (each.method, each.path)
        for each in simulator.requests[since:]
        if not each.path.startswith(LOGIN)
        and "Upgrade" not in each.headers
        and each.headers["Accept"] != "text/event-stream"
    }


@asynccontextmanager
async def taken_over(simulator: Simulator, stranger: str) -> AsyncIterator[None]:
    """Have another device answer, and check that it is told nothing, only looked at."""
    asked = await looked_at(simulator)
    STRANGERS[stranger](simulator)
    since = len(simulator.requests)
    yield
    assert told(simulator, since) <= asked


@every_stranger
@pytest.mark.parametrize("key", BRIDGES)
@pytest.mark.usefixtures("all_enabled")
async def test_no_entity_tells_a_stranger_anything(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, stranger: str
) -> None:
    """No button, setting or update reaches another device at the bridge's address."""
    simulator, bridge = await simulators(key), BRIDGES[key]
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    used, refusals = 0, set[str | None]()
    registry = er.async_get(hass)
    async with taken_over(simulator, stranger):
        for each in er.async_entries_for_config_entry(registry, entry.entry_id):
            component: Any = hass.data[DATA_INSTANCES][each.domain]
            try:
                used += await use(component.get_entity(each.entity_id))
            except HomeAssistantError as error:
                refusals.add(error.translation_key)
                used += 1
    installing = sum(bool(each.install_fn) for each in bridge.updates)
    assert used == len(bridge.buttons) + len(bridge.settings) + installing
    assert refusals == (REFUSED_BY[stranger] if used else set())


@every_stranger
@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.actions]
)
async def test_no_action_tells_a_stranger_anything(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, stranger: str
) -> None:
    """Another device at the bridge's address gets no field of an action."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    refusals = set[str | None]()
    async with taken_over(simulator, stranger):
        for action, data in KINDS[key].actions("sesame12"):
            with pytest.raises(HomeAssistantError) as caught:
                await act(hass, entry, action, **data)
            refusals.add(caught.value.translation_key)
    assert refusals - {"unfit_fields"} == REFUSED_BY[stranger]


@every_stranger
@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.recall_seconds]
)
async def test_the_memory_of_a_stranger_is_not_read(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, stranger: str
) -> None:
    """What another device remembers never gets into the statistics of the bridge."""
    simulator = await simulators(key)
    KINDS[key].remember(simulator)
    coordinator = (await set_up(simulator)).runtime_data
    keys, hour = frozenset({IMPORT_ENERGY}), int(simulator.house.now.timestamp())
    async with taken_over(simulator, stranger):
        for read in (coordinator.counters_at, coordinator.powers_in):
            with pytest.raises(BridgeError) as caught:
                await read(MAIN_METER, keys, [hour - hour % 3600])
            assert caught.value.translation_key in REFUSED_BY[stranger]
