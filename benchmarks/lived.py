"""Run hours of a house through all of Home Assistant, with its recorder on disk.

The clock jumps a second ahead as soon as a reading has been handled. So timers,
thresholds and periods count as in a house, and an hour takes seconds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
import sqlite3
import time
from typing import Any
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from custom_components.meter_bridge.bridges import uptime
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.const import DOMAIN
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.household import Household
from tests.support.kind import Kind

from .contenders import SET_UPS
from .feeder import Feeder
from .home import home
from .plain import PlainCoordinator
from .ports import redirect_httpx
from .recording import record

HOUR = 3600
_HOURS = 24
_WARM_SECONDS, _BARE_SECONDS = 90, 120
_COMMIT_SECONDS = 5
_ARRIVAL_SECONDS = 2.0
# A step has arrived when what is shown is as near as the thresholds want it.
_NEAR_WATTS, _NEAR_SHARE = 100, 0.05


@dataclass(slots=True, kw_only=True)
class Found:
    """What some time of one integration took; powers by the second.

    `steps` are the largest of each slice (W), each with the seconds until it was shown.
    """

    seconds: int
    busy: float
    rows: int
    size: int
    lost: int
    true: list[int] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)

    def __add__(self, other: Found) -> Found:
        """Return both together."""
        return Found(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )

    @property
    def rows_an_hour(self) -> float:
        """Return the rows of states in an hour."""
        return self.rows * HOUR / self.seconds

    @property
    def busy_a_day(self) -> float:
        """Return the processor seconds a day, of all threads."""
        return self.busy * HOUR * _HOURS / self.seconds

    @property
    def megabytes(self) -> float:
        """Return by how much the database grows in a day."""
        return self.size * HOUR * _HOURS / self.seconds / 1e6

    @property
    def off(self) -> list[float]:
        """Return by how much net power as shown was off, second by second."""
        return [abs(a - b) for a, b in zip(self.true, self.shown, strict=True)]

    @property
    def late(self) -> int:
        """Return after how many seconds the largest step was shown."""
        return max(self.steps)[1]


async def live(key: str, name: str, begin: int, seconds: int) -> Found:
    """Let an integration follow the household from this second of the day on."""
    kind = KINDS[key]
    with Feeder() as feeder:
        place = feeder.move_in(name, key, begin)
        if kind.benchmark.peer and kind.benchmark.peer.beside:
            feeder.silence(name, kind.benchmark.peer.beside)
        async with home() as hass, _clock_of_day() as clock:
            redirect_httpx(hass)
            path = await record(hass, commit_seconds=_COMMIT_SECONDS)
            lived = _Day(hass, feeder, kind, name, clock)
            lived.household.live(begin)
            bare = await lived.measure(_BARE_SECONDS)
            lived.coordinator = await SET_UPS[name](hass, kind, place)
            await lived.measure(_WARM_SECONDS)
            before = await hass.async_add_executor_job(_database, path)
            lived.true.clear()
            lived.shown.clear()
            lived.lost = 0
            busy = await lived.measure(seconds)
            after = await hass.async_add_executor_job(_database, path)
            if isinstance(lived.coordinator, PlainCoordinator):
                await lived.coordinator.stop()
            for entry in hass.config_entries.async_entries():
                await hass.config_entries.async_unload(entry.entry_id)
    return Found(
        seconds=seconds,
        # Feeding readings and moving the clock cost something, too.
        busy=busy - bare * seconds / _BARE_SECONDS,
        rows=after[0] - before[0],
        size=after[1] - before[1],
        lost=lived.lost,
        true=lived.true,
        shown=lived.shown,
        steps=[largest_step(lived.true, lived.shown)],
    )


def largest_step(true: list[int], shown: list[float]) -> tuple[int, int]:
    """Return the largest step of net power, and after how many seconds it was shown."""
    steps = [abs(after - before) for before, after in pairwise(true)]
    begin = steps.index(max(steps)) + 1
    for second in range(begin, len(true)):
        if abs(true[second] - shown[second]) <= max(
            _NEAR_WATTS, _NEAR_SHARE * abs(true[second])
        ):
            return max(steps), second - begin
    return max(steps), len(true) - begin


class _Clock:
    """All clocks but that of `datetime`, which can be put forward."""

    def __init__(self) -> None:
        """Begin with what they say."""
        self._time, self._monotonic, self._ahead = time.time, time.monotonic, 0.0

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self._time() + self._ahead

    def monotonic(self) -> float:
        """Return the seconds that the event loop goes by."""
        return self._monotonic() + self._ahead

    def jump(self, until: float) -> None:
        """Move on to this time, unless it is past."""
        self._ahead += max(until - self.monotonic(), 0.0)


@asynccontextmanager
async def _clock_of_day() -> AsyncIterator[_Clock]:
    """Let all code ask a clock that can be put forward."""
    clock = _Clock()
    with (
        patch.object(time, "time", clock.time),
        patch.object(time, "monotonic", clock.monotonic),
        # By `datetime`, a bridge's uptime runs ahead.
        patch.object(uptime, "_JITTER", timedelta.max, create=True),
    ):
        yield clock


class _Day:
    """Run the seconds of a household, one after the other."""

    def __init__(
        self,
        hass: HomeAssistant,
        feeder: Feeder,
        kind: Kind,
        name: str,
        clock: _Clock,
    ) -> None:
        """Start a household that no integration reads yet."""
        self._hass, self._feeder, self._kind, self._name = hass, feeder, kind, name
        self._clock = clock
        self._coordinator: DataUpdateCoordinator[Any] | None = None
        # A copy of the household in the other process, to compare with.
        self.household = Household(House())
        self._arrived = asyncio.Event()
        self._power: str | None = None
        self._second = 0
        self.true: list[int] = []
        self.shown: list[float] = []
        self.lost = 0

    @property
    def coordinator(self) -> DataUpdateCoordinator[Any] | None:
        """Return what takes the readings."""
        return self._coordinator

    @coordinator.setter
    def coordinator(self, coordinator: DataUpdateCoordinator[Any]) -> None:
        """Note when it has taken one; ask only when it is told to."""
        self._coordinator = coordinator
        if not self._kind.streams:
            coordinator.update_interval = None
        update = coordinator.async_update_listeners

        def note() -> None:
            update()
            self._arrived.set()

        coordinator.async_update_listeners = note  # type: ignore[method-assign]

    async def measure(self, seconds: int) -> float:
        """Run so many seconds; return the processor time, the recorder's included."""
        before, due = time.process_time(), self._clock.monotonic()
        for _ in range(seconds):
            await self._live_second()
            due += 1
            self._clock.jump(due)
            # Timers that are due run before the next second begins.
            for _ in range(3):
                await asyncio.sleep(0)
        await self._hass.async_add_executor_job(
            get_instance(self._hass).block_till_done
        )
        return time.process_time() - before

    async def _live_second(self) -> None:
        """Run a second, and wait until its reading has been handled."""
        self.household.second()
        self._second += 1
        is_read = self._second % self._kind.benchmark.seconds == 0
        self._arrived.clear()
        self._feeder.live_second(self._name, is_read=is_read)
        if self._coordinator is None:
            return
        if is_read and self._kind.streams:
            try:
                async with asyncio.timeout(_ARRIVAL_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                self.lost += 1
        elif is_read:
            await self._coordinator.async_refresh()
        power = self.household.house.power
        if self._power is None and is_read:
            self._power = _net_power(self._hass, power)
        if self._power and (state := self._hass.states.get(self._power)):
            self.true.append(power)
            # Without a number, the whole power counts as the error.
            is_number = state.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
            self.shown.append(float(state.state) if is_number else 0.0)


def _net_power(hass: HomeAssistant, power: int) -> str | None:
    """Return the sensor of net power: that of ours, else the one that shows it."""
    for entry in er.async_get(hass).entities.values():
        if entry.platform == DOMAIN and entry.unique_id.endswith(NET_POWER):
            return entry.entity_id

    def shows(state: State) -> bool:
        try:
            return float(state.state) == power
        except ValueError:
            return False

    return next(
        (
            each.entity_id
            for each in hass.states.async_all("sensor")
            if each.attributes.get("unit_of_measurement") == "W" and shows(each)
        ),
        None,
    )


def _database(path: Path) -> tuple[int, int]:
    """Return how many states there are, and how many bytes they take on disk."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (rows,) = database.execute("SELECT count(*) FROM states").fetchone()
    return rows, path.stat().st_size
