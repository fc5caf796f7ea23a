"""The device's database: the totals at earlier times."""

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
    """Totals equal those of readings; a request is for at most seven days."""
    true = live(simulator, freezer, 24 * 30)
    found = await earlier(client, list(true), IMPORT, SOLAR, USE, "16.7.0", "nonsense")
    assert found.keys() == {IMPORT, COUNTED, SOLAR, USE}
    assert found[IMPORT] == {at: pytest.approx(wh, abs=0.1) for at, wh in true.items()}
    assert set(found[SOLAR].values()) == {0.0}
    assert hours_of(queries) == [25, 49, 97, 169, 169, 169, 42]
    assert simulator.most_at_once == 1


async def test_slow_answers_make_requests_shorter(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    queries: list[str],
) -> None:
    """After a slow answer, the next request is for less time."""
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
    """A waiting poll runs between two requests for rows, not at the same time."""
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
    """Requests use the device's clock; results use Home Assistant's."""
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
    """Rows from before the database was erased are not used."""
    before = live(simulator, freezer, 3)
    simulator.register("Grid+").start -= 9_000_000_000
    after = live(simulator, freezer, 3)
    found = await earlier(client, [*before, *after], IMPORT)
    assert found[IMPORT].keys() == after.keys()


async def test_a_counter_that_wraps(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """A counter that wrapped around goes on."""
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
    """Nothing older than the oldest row is requested."""
    true = live(simulator, freezer, 2)
    ancient = int(simulator.house.now.timestamp()) - 11 * 365 * 24 * HOUR
    ancient -= ancient % HOUR
    found = await earlier(client, [ancient, *true], IMPORT)
    assert found[IMPORT].keys() == true.keys()
    assert hours_of(queries) == [2]


def swing(
    simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory, hours: int
) -> tuple[dict[int, float], dict[int, float]]:
    """Draw and feed in by turns within each hour; return both totals at full ones."""
    freezer.move_to(simulator.house.now)
    imported, exported = {}, {}
    for number in range(hours * 12):
        house = simulator.house
        if number % 3:
            house.draw(600 + 100 * (number % 5))
        else:
            house.export(1500)
        house.advance(300)
        freezer.tick(300)
        simulator.tick()
        at = int(house.now.timestamp())
        if at % HOUR == 0:
            imported[at] = float(house.import_energy)
            exported[at] = float(house.export_energy)
    return imported, exported


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_both_ways_apart(
    connect: Connect,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    queries: list[str],
    *,
    is_reversed: bool,
) -> None:
    """Minutes tell what a register counted each way within an hour, to one percent."""
    said = {"apart": ("register_7",), "reversed": ("register_7",) * is_reversed}
    client = connect(answers=said)
    imported, exported = swing(simulator, freezer, 6)
    await client.identify()
    consumed, produced = "register_7_consumed", "register_7_produced"
    accounts = Accounts(max_power=1_000_000, stale_after=60.0)
    for _ in range(3):
        house = simulator.house
        house.draw(900)
        house.advance(50)
        freezer.tick(50)
        simulator.tick()
        (reading,) = (await client.fetch()).readings
        accounts.take(reading, now=time.time(), clock=time.monotonic())
    account = accounts.meters[MAIN_METER]
    instants = sorted(imported)
    keys = frozenset({consumed, produced})
    answer = await client.counters_at(keys, instants)
    found = account.earlier(answer)
    if is_reversed:
        imported, exported = exported, imported
    for total, true in ((consumed, imported), (produced, exported)):
        assert sorted(found[total]) == instants
        for earlier_at, later_at in pairwise(instants):
            grown = (found[total][later_at] - found[total][earlier_at]) * 1000
            assert grown == pytest.approx(true[later_at] - true[earlier_at], rel=0.01)
    assert account.values[consumed] >= found[consumed][instants[-1]]
    # What is known of an hour that is over is not asked for again.
    queries.clear()
    assert await client.counters_at(keys, instants[-2:]) == {
        key: {at: by[at] for at in reversed(instants[-2:])}
        for key, by in answer.items()
    }
    assert len(queries) == 1
    assert simulator.most_at_once == 1


async def test_reversed_and_virtual_registers(
    connect: Connect, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """A total that counts backwards, and one that is worked out, are known as well."""
    client = connect(answers={"reversed": ("register_7",)})
    imported, exported = swing(simulator, freezer, 4)
    await client.identify()
    turned, use = "register_7_energy_reversed", "virtual_use_energy"
    found = await earlier(client, list(imported), turned, use)
    assert sorted(found[use]) == sorted(imported)
    for earlier_at, later_at in pairwise(sorted(imported)):
        net = sum(
            sign * (true[later_at] - true[earlier_at])
            for sign, true in ((1, imported), (-1, exported))
        )
        grown = (found[turned][later_at] - found[turned][earlier_at]) * 1000
        assert grown == pytest.approx(-net, abs=0.3)
        # What the house used, whatever it fed in beside that.
        assert 600 <= (found[use][later_at] - found[use][earlier_at]) * 1000 <= 1000


async def test_powers_of_hours(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """An hour's power is the mean, the least and the most of its minutes."""
    imported, exported = swing(simulator, freezer, 4)
    await client.fetch()
    keys = frozenset({"16.7.0", "register_7_power", "virtual_use_power"})
    hours = [at - HOUR for at in sorted(imported)][1:]
    found = await client.powers_in(keys, [*hours, hours[-1] + HOUR])
    assert found.keys() == keys
    assert {key: sorted(by) for key, by in found.items()} == dict.fromkeys(keys, hours)
    for by in (found["16.7.0"], found["register_7_power"]):
        for hour, power in by.items():
            net = sum(
                sign * (true[hour + HOUR] - true[hour])
                for sign, true in ((1, imported), (-1, exported))
            )
            assert power.mean == pytest.approx(net, abs=1)
            assert power.least == pytest.approx(-1500, abs=1)
            assert power.most == pytest.approx(1000, abs=1)
    assert all(each.least >= 600 for each in found["virtual_use_power"].values())


async def test_rows_that_are_no_minutes(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """Rows of 15 minutes tell nothing of powers, and of no way apart."""
    true = live(simulator, freezer, 3)
    await client.fetch()
    freezer.tick(2 * 366 * 24 * HOUR)
    simulator.house.advance(2 * 366 * 24 * HOUR)
    simulator.tick()
    await client.fetch()
    hours = [at - HOUR for at in true]
    assert await client.powers_in(frozenset({"16.7.0"}), hours) == {}


async def test_another_device_counts_nothing_apart(
    connect: Connect, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """While another device answers at this address, no way goes on by its counters."""
    freezer.move_to(simulator.house.now)
    client = connect(answers={"apart": ("register_7",)})
    await client.identify()
    await client.fetch()
    before = client.memory()
    simulator.serial, simulator.register("Grid").start = "G47999", 5_000_000
    freezer.tick(70)
    simulator.house.advance(70)
    simulator.tick()
    assert (await client.fetch()).serial == "G47999"
    assert client.memory() == before
