"""How many rows a bridge writes to Home Assistant's database in an hour."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
import sqlite3
import time

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, recorder
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.kinds import KINDS
from tests.support.house import House
from tests.support.simulator import Simulator

from .alone import alone
from .feeder import place_of
from .home import BALANCED, EVERY_READING, home, new_entry, set_up
from .report import Part
from .rounds import Effort

# Whole multiples of the poll intervals, and of how often counters are written.
_SECONDS, _QUICK_SECONDS, _WARM_SECONDS = 120, 20, 12
_LIMIT_SECONDS = 240.0
_HOUR = 3600
# The size of a row of states, with its indices, in SQLite.
_ROW_BYTES = 155
_ROWS = """
SELECT states_meta.entity_id, count(*) FROM states JOIN states_meta USING (metadata_id)
WHERE last_updated_ts >= ? GROUP BY states_meta.entity_id
"""

type Rows = dict[str, float]


def recording(effort: Effort) -> list[Part]:
    """Measure with the default updates, and with every reading."""
    seconds = _QUICK_SECONDS if effort.is_quick else _SECONDS

    def measure(updates: str) -> Rows:
        return alone(rows, updates, seconds, _WARM_SECONDS, seconds=_LIMIT_SECONDS)

    # At the same time: processor time does not matter here.
    with ThreadPoolExecutor() as pool:
        throttled, straight = pool.map(measure, (BALANCED, EVERY_READING))
    part = Part(
        title="Recorded rows an hour, everything changing every second",
        head=(
            *("Bridge", "Rows", "MB a day", "Rows, every reading"),
            *("MB a day, every reading", "x"),
        ),
    )
    for key, count in throttled.items():
        more = straight[key]
        part.rows.append((key, count, _daily(count), more, _daily(more), more / count))
    return [part]


def _daily(count: float) -> float:
    """Return the MB a day of `count` rows an hour."""
    return count * 24 * _ROW_BYTES / 1e6


async def rows(updates: str, seconds: int, warm: int) -> Rows:
    """Return how many rows each kind of bridge records in an hour.

    A real recorder runs for `seconds`; the hour is extrapolated.
    """
    async with home() as hass, AsyncExitStack() as stack:
        path = await record(hass)
        house = House(dt_util.utcnow())
        simulators = [kind.simulator(house) for kind in KINDS.values()]
        for simulator in simulators:
            await simulator.start()
            stack.push_async_callback(simulator.stop)
        entries = {
            simulator.key: await set_up(
                hass, await new_entry(hass, place_of(simulator), updates=updates)
            )
            for simulator in simulators
        }
        await _live(simulators, house, warm)
        since = dt_util.utcnow().timestamp()
        await _live(simulators, house, seconds)
        await hass.async_add_executor_job(get_instance(hass).block_till_done)
        recorded = await hass.async_add_executor_job(_recorded, path, since)
        for entry in entries.values():
            await hass.config_entries.async_unload(entry.entry_id)
    return {
        key: sum(recorded[each] for each in _entity_ids(hass, entry)) * _HOUR / seconds
        for key, entry in entries.items()
    }


async def record(hass: HomeAssistant, *, commit_seconds: int = 0) -> Path:
    """Start a recorder with a database file; return its path.

    With 0 s it commits at once: uncommitted rows would not be counted.
    """
    path = Path(hass.config.path("home-assistant_v2.db"))
    recorder.async_initialize_recorder(hass)
    config = {"db_url": f"sqlite:///{path}", "commit_interval": commit_seconds}
    assert await async_setup_component(hass, "recorder", {"recorder": config})
    await hass.async_block_till_done()
    return path


def _recorded(path: Path, since: float) -> Counter[str]:
    """Return the number of rows since then, by entity."""
    with sqlite3.connect(path) as database:
        return Counter(dict(database.execute(_ROWS, (since,))))


def _entity_ids(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return the entity ids of an entry."""
    registry = er.async_get(hass)
    return [
        each.entity_id
        for each in er.async_entries_for_config_entry(registry, entry.entry_id)
    ]


async def _live(simulators: list[Simulator], house: House, seconds: int) -> None:
    """Change all values of the meter every second, and publish them."""
    begin = time.monotonic()
    for second in range(seconds):
        house.draw(3600 + 30 * house.now.second)
        house.react(400 + 10 * house.now.second)
        for phase in house.voltage:
            # With a period of 7 s, which differs after each 10 s of a threshold.
            house.voltage[phase] = Decimal(225 + house.now.second % 7)
        house.burn(1000)
        house.advance(1)
        for simulator in simulators:
            simulator.tick()
        await asyncio.sleep(begin + second + 1 - time.monotonic())
