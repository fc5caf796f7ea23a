"""A counter that is held back after an outage: its hours wait until it is believed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.meter_bridge.history.changes import Jump
from tests.history.conftest import Watch
from tests.history.test_import import grown
from tests.support.house import Register
from tests.support.recorded import Mode, Recorded, Step

BEGIN = datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC)
AWAY = [900, 2300, 420, 3600]
HOUR = 3600
IMPORT = "1.8.0"

pytestmark = pytest.mark.usefixtures("quick_rows")


def story(watched: Recorded, used: dict[int, float]) -> Iterator[Step]:
    """Yield an outage of four hours, after which a register falls with each reading.

    That lasts for three hours and more. What was used in each hour is noted in `used`,
    in Wh.
    """
    simulator = watched.simulator
    levels: dict[int, float] = {}
    steps = [
        *[Step(300, 600)] * 24,
        *(Step(300, AWAY[number // 12], Mode.UNPLUGGED) for number in range(48)),
        *[Step(300, 600)] * 40,
        *[Step(300, 600)] * 28,
    ]
    for number, step in enumerate(steps):
        if 72 <= number < 112:
            simulator.force(IMPORT, Decimal(5000 - number))
        elif number == 112:
            simulator.heal()
        yield step
        now = simulator.house.now.timestamp() + 1
        if now % HOUR == 0:
            levels[int(now)] = float(simulator.house.import_energy)
    for earlier, later in pairwise(levels):
        used[earlier] = levels[later] - levels[earlier]


def event(watched: Recorded) -> dict[str, Any]:
    """Return the attributes of the last outage."""
    state = watched.hass.states.get("event.bridge_outage")
    assert state
    return dict(state.attributes)


async def test_filled_as_soon_as_it_is_believed(watch: Watch) -> None:
    """Hours of the outage are filled once the counter goes on from the same base.

    Of the hours in which it was held, whatwatt's log has nothing: they are one.
    """
    watched = await watch("whatwatt_go", BEGIN)
    used: dict[int, float] = {}
    running = story(watched, used)
    await watched.run(next(running) for _ in range(111))
    assert event(watched)["held"] is True
    (outage,) = watched.entry.runtime_data.outages.open
    assert outage.waits
    assert outage.keys == {IMPORT}
    await watched.run(running)
    assert not watched.entry.runtime_data.outages.open
    hours = grown(await watched.hours())
    first = int(BEGIN.timestamp()) + 1
    for hour in range(first + 2 * HOUR, first + 6 * HOUR, HOUR):
        assert hours[hour] == pytest.approx(used[hour], abs=2.1), hour
    held = range(first + 6 * HOUR, first + 11 * HOUR, HOUR)
    assert sum(hours[hour] for hour in held) == pytest.approx(
        sum(used[hour] for hour in held), abs=2.1
    )


async def test_spread_as_soon_as_it_is_believed(watch: Watch) -> None:
    """What a counter that was held has grown by is spread up to when it went on."""
    watched = await watch("iometer", BEGIN, spread=True)
    used: dict[int, float] = {}
    await watched.run(story(watched, used))
    assert not watched.entry.runtime_data.outages.open
    hours = grown(await watched.hours())
    first = int(BEGIN.timestamp()) + 1
    flat = [hours[first + number * HOUR] for number in range(2, 9)]
    even = sum(flat) / len(flat)
    assert flat == [pytest.approx(even, abs=60)] * len(flat)
    total = sum(hours.get(hour, 0.0) for hour in used)
    assert total == pytest.approx(sum(used.values()), abs=60)


async def test_over_a_restart(watch: Watch) -> None:
    """Hours that wait for a counter to be believed do so over a restart."""
    watched = await watch("whatwatt_go", BEGIN)
    running = story(watched, {})
    await watched.run(next(running) for _ in range(108))
    await watched.stop()
    await watched.start()
    (outage,) = watched.entry.runtime_data.outages.open
    assert outage.waits
    await watched.run(running)
    hours = grown(await watched.hours())
    assert hours[int(BEGIN.timestamp()) + 1 + 3 * HOUR] == pytest.approx(2300, abs=2.1)


async def test_another_meter_meanwhile(watch: Watch) -> None:
    """Nothing is filled if another level came of it; the diagnostics say why."""
    watched = await watch("whatwatt_go", BEGIN)
    running = story(watched, {})
    await watched.run(next(running) for _ in range(111))
    simulator = watched.simulator
    simulator.house.imported = {1: Register.of("3.000"), 2: Register()}
    simulator.exchange_meter(1)
    simulator.heal()
    await watched.run([Step(300, 600)] * 28)
    assert not watched.entry.runtime_data.outages.open
    told = await async_get_config_entry_diagnostics(watched.hass, watched.entry)
    (left,) = told["outages"]
    assert left["left"] == {IMPORT: "sum_corrected"}
    hours = grown(await watched.hours())
    assert int(BEGIN.timestamp()) + 1 + 3 * HOUR not in hours


async def test_not_before_the_owner_has_answered(watch: Watch) -> None:
    """While the owner is asked whether energy flowed, no hours lead up to it."""
    watched = await watch("whatwatt_go", BEGIN)
    coordinator = watched.entry.runtime_data
    await watched.run([Step(300, 600)] * 24)
    await watched.run([Step(300, 2300, Mode.UNPLUGGED)] * 36)
    asked = Jump(
        code=IMPORT,
        at=watched.simulator.house.now.timestamp(),
        old=1.0,
        new=2.0,
        is_certain=False,
    )
    coordinator.changes.open.append(asked)
    await watched.simulator.plug_in()
    await watched.run([Step(300, 600)] * 30)
    assert len(coordinator.outages.open) == 1
    coordinator.changes.answer("", correct=False)
    await watched.run([Step(300, 600)] * 3)
    assert not coordinator.outages.open
    hours = grown(await watched.hours())
    assert hours[int(BEGIN.timestamp()) + 1 + 3 * HOUR] == pytest.approx(2300, abs=2.1)
