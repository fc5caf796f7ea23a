"""Energy is never wrong in a whole Home Assistant: states, recorder, statistics."""

from collections.abc import Awaitable, Callable
import json
from math import floor
from os import environ

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.counted import IMPORT, Counted, tariffs
from tests.support.energy import Factors, Restart, drawn, settling
from tests.support.house import House
from tests.support.simulator import Simulator
from tests.support.waiting import eventually
from tests.support.wrong import Wrong

STREAMS = int(environ.get("ENERGY_STREAMS", "5"))
EACH = STREAMS if "ENERGY_STREAMS" in environ else 2
MOST_STEPS = 120
# Every bridge has some of the streams, and every stream some of the bridges.
PAIRS = [
    (key, (EACH * at + number) % STREAMS)
    for at, key in enumerate(BRIDGES)
    for number in range(EACH)
]


@pytest.fixture
def recorder_config() -> dict[str, object]:
    """Record the counters, and little else."""
    return {"include": {"entity_globs": ["sensor.*energy*"]}, "commit_interval": 0}


@pytest.fixture
def count(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> Callable[[Simulator], Awaitable[Counted]]:
    """Set up the entry of a bridge whose energy is recorded."""

    async def begin(simulator: Simulator) -> Counted:
        simulator.silent = True
        freezer.move_to(simulator.house.now)
        entry = await set_up(simulator)
        return Counted(recorder_mock, simulator, entry, freezer)

    return begin


@pytest.mark.parametrize(("key", "number"), PAIRS)
async def test_what_is_recorded_is_what_was_counted(
    house: House,
    simulators: Start,
    count: Callable[[Simulator], Awaitable[Counted]],
    key: str,
    number: int,
) -> None:
    """Whatever the bridge sent, the sum in the database is what the meter counted."""
    stream = drawn(STREAMS, MOST_STEPS)[number]
    house.imported = tariffs(stream.start + 2, 5)
    counted = await count(await simulators(key))
    for step in stream.steps:
        if step.wrong not in KINDS[key].energy.believed:
            await counted.pass_time(step)
    for step in settling(every=900):
        await counted.pass_time(step)
    end = counted.shown
    assert floor(end) == counted.true
    assert await counted.recorded() == pytest.approx(counted.owed, abs=1e-3)


def test_every_mishap_is_recorded() -> None:
    """The streams include every kind of wrong reading, restarts, and new meters."""
    happens = {
        what for stream in drawn(STREAMS, MOST_STEPS) for what in stream.features
    }
    assert happens >= {*Wrong, Restart.ORDERLY, *Factors, True}


@pytest.mark.parametrize("key", BRIDGES)
async def test_a_level_is_stored_at_once(
    hass: HomeAssistant,
    hass_storage: dict[str, dict[str, object]],
    simulators: Start,
    set_up: SetUp,
    key: str,
) -> None:
    """The first level is stored at once, so that a crash does not lose it."""
    entry = await set_up(await simulators(key))
    await eventually(lambda: f"{DOMAIN}.{entry.entry_id}" in hass_storage)
    stored = json.dumps(hass_storage[f"{DOMAIN}.{entry.entry_id}"])
    assert IMPORT in stored or "register" in stored
