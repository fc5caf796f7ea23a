"""The device's database: what totals were at earlier times."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.meter_bridge.bridges.client import Client
from custom_components.meter_bridge.bridges.egauge import history
from custom_components.meter_bridge.bridges.egauge.client import EgaugeClient
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER
from tests.bridges.conftest import Connect
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.accounts import Accounts

HOUR = 3600
IMPORT, COUNTED = "1.8.0", "register_8_energy"
SOLAR, USE = "register_13_energy", "virtual_use_energy"


def live(
    simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory, hours: int
) -> dict[int, float]:
    """Let hours pass; return the imported energy at each full one, in Wh."""
    freezer.move_to(simulator.house.now)
    found = {}
    for hour in range(hours):
        simulator.house.draw(200 + 100 * (hour % 7))
        simulator.house.advance(HOUR)
        freezer.tick(HOUR)
        simulator.tick()
        energy = simulator.house.import_energy
        found[int(simulator.house.now.timestamp())] = float(energy)
    return found


@pytest.fixture(autouse=True)
def queries(simulator: EgaugeSimulator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the queries, which the simulator's log of paths leaves out."""
    noted: list[str] = []
    ranges = simulator.database.ranges

    def note(wanted: str, *args: object, **more: object) -> object:
        noted.append(wanted)
        return ranges(wanted, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(simulator.database, "ranges", note)
    return noted


async def earlier(
    client: Client[Any], instants: Sequence[int], *keys: str
) -> Mapping[str, Mapping[int, float]]:
    """Read the meter, and then what its totals were at earlier times."""
    accounts = Accounts(max_power=1_000_000, stale_after=60.0)
    for reading in (await client.fetch()).readings:
        accounts.take(reading, now=time.time(), clock=time.monotonic())
    return accounts.meters[MAIN_METER].earlier(
        await client.counters_at(frozenset(keys), instants)
    )


def hours_of(queries: list[str]) -> list[int]:
    """Return over how many hours each request for rows went."""
    return [
        (int(stop) - int(start)) // HOUR + 1
        for start, _, stop in (each.split(":") for each in queries if ":" in each)
    ]


async def test_totals_at_full_hours(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    queries: list[str],
) -> None:
    """Totals are what readings would have said, at most seven days in a request."""
    true = live(simulator, freezer, 24 * 30)
    found = await earlier(client, list(true), IMPORT, SOLAR, USE, "16.7.0", "nonsense")
    assert found.keys() == {IMPORT, COUNTED, SOLAR, USE}
    assert found[IMPORT] == {at: pytest.approx(wh, abs=0.1) for at, wh in true.items()}
    assert set(found[SOLAR].values()) == {0.0}
    assert hours_of(queries) == [25, 49, 97, 169, 169, 169, 42]
    assert simulator.most_at_once == 1


async def test_a_slow_device_is_asked_for_less(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    queries: list[str],
) -> None:
    """An answer that takes long makes the next request shorter."""
    true = live(simulator, freezer, 48)
    monkeypatch.setattr(history, "_SLOW_SECONDS", -1.0)
    found = await earlier(client, list(true), IMPORT)
    assert len(found[IMPORT]) == 48
    assert hours_of(queries) == [25, 13, 7, 3]


async def test_polls_go_first(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A poll that waits gets its turn between two requests for rows, never beside."""
    true = live(simulator, freezer, 100)
    await client.fetch()
    monkeypatch.setattr(history, "_MOST_ROWS", 24)
    since = len(simulator.requests)
    asked = asyncio.create_task(client.counters_at(frozenset({IMPORT}), list(true)))
    await asyncio.sleep(0)
    await client.fetch()
    assert len(simulator.requests) - since <= 3
    assert not asked.done()
    assert len((await asked)[COUNTED]) == 100
    assert len(simulator.requests) - since == 7
    assert simulator.most_at_once == 1


async def test_a_clock_that_is_off(
    connect: Connect, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Rows are asked for by the device's clock, and told by ours."""
    true = live(simulator, freezer, 5)
    simulator.set_clock(timedelta(minutes=-7))
    simulator.house.advance(600)
    freezer.tick(600)
    client = connect()
    await client.identify()
    found = await earlier(client, list(true), USE)
    assert list(found[USE]) == sorted(true, reverse=True)


async def test_another_count_ends_it(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """What was counted before somebody erased the database is another count."""
    before = live(simulator, freezer, 3)
    simulator.register("Grid+").start -= 9_000_000_000
    after = live(simulator, freezer, 3)
    found = await earlier(client, [*before, *after], IMPORT)
    assert found[IMPORT].keys() == after.keys()


async def test_a_counter_that_wraps(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """A counter that began anew at its end has gone on."""
    grid = simulator.register("Grid+")
    grid.history.clear()
    grid.start = (1 << 63) - 37_895_000_000 - 500_000
    true = live(simulator, freezer, 4)
    found = await earlier(client, list(true), IMPORT)
    levels = [found[IMPORT][at] for at in sorted(true)]
    assert [round(later - earlier) for earlier, later in pairwise(levels)] == [
        300,
        400,
        500,
    ]


async def test_depth_of_the_database(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    queries: list[str],
) -> None:
    """What is older than the oldest row is not asked for."""
    true = live(simulator, freezer, 2)
    ancient = int(simulator.house.now.timestamp()) - 11 * 365 * 24 * HOUR
    ancient -= ancient % HOUR
    found = await earlier(client, [ancient, *true], IMPORT)
    assert found[IMPORT].keys() == true.keys()
    assert hours_of(queries) == [2]
