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
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.counted import IMPORT, Counted, tariffs
from tests.support.energy import Factors, Restart, Step, drawn, settling
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
    return {"include": {"entity_globs": ["sensor.*energy*"]}, "commit_interval": 5}


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


@pytest.mark.parametrize("level", [0, 17, 5_000_000, 10_000_000, 20_000_000])
@pytest.mark.parametrize("number", range(2))
async def test_another_meter_in_the_middle(  # noqa: PLR0913, PLR0917 (fixtures)
    house: House,
    simulators: Start,
    count: Callable[[Simulator], Awaitable[Counted]],
    monkeypatch: pytest.MonkeyPatch,
    level: int,
    number: int,
) -> None:
    """Once corrected, the sum is what both meters have counted, wherever they stood."""
    from custom_components.meter_bridge.history import (  # noqa: PLC0415
        correction,
        records,
    )

    monkeypatch.setattr(records, "PAUSE_SECONDS", 0.0)
    stream = drawn(STREAMS, MOST_STEPS)[number]
    house.imported = tariffs(11_743_860)
    counted = await count(await simulators("iometer"))
    simulator = counted.simulator
    assert isinstance(simulator, IometerSimulator)
    for step in settling(every=900):
        await counted.pass_time(step)
    old = counted.shown - counted.begin
    simulator.meter_number = "1TST0087654321"
    house.imported = tariffs(level, 1)
    await counted.pass_time(Step(seconds=10))
    first = counted.shown
    changes = counted.entry.runtime_data.changes.open
    mine = [each for each in changes if each.code == IMPORT]
    assert [each.is_certain for each in mine] == [True]
    for step in stream.steps:
        if not (step.wrong or step.restart or step.is_exchange):
            await counted.pass_time(step)
    new = counted.shown - first
    await counted.recorded()
    for least in (0.0, None):
        booked = await correction.correct(counted.hass, counted.entry, mine)
        assert booked
        assert (booked.amount != 0.0) is (least is not None)
    assert await counted.recorded() == pytest.approx(old + new, abs=1)
