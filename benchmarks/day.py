"""Measure a day of a house, through all of Home Assistant, with its recorder on disk.

The event loop's clock jumps a second ahead as soon as what was read has been handled.
So timers and thresholds count as in a house, and an hour takes seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
import sqlite3
from statistics import fmean
import time
from typing import Any, cast
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.const import DOMAIN
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.household import Household
from tests.support.kind import Kind

from .alone import alone
from .feeder import Feeder, Place
from .floor import set_up_sensors
from .home import BALANCED, home, new_entry, set_up
from .peers import core_data
from .plain import PlainCoordinator, PlainSensor
from .ports import redirect_httpx
from .recording import record
from .report import Aim, Part
from .rounds import Effort

_WARM_SECONDS, _BARE_SECONDS = 90, 120
_COMMIT_SECONDS = 5
_ARRIVAL_SECONDS = 2.0
_HOUR, _HOURS = 3600, 24
_OURS, _BEFORE, _CORE, _PLAIN = (
    *("Meter Bridge", "Meter Bridge before", "Home Assistant's own", "plain"),
)
_HEAD = (
    *("Bridge", "Integration", "Processor (s a day)", "Rows an hour", "MB a day"),
    *("Off at most (W)", "Off on average (W)", "Largest step late (s)", "Lost"),
)
# A step has arrived when what is shown is as near as the thresholds want it.
_NEAR_WATTS, _NEAR_SHARE = 100, 0.05
# Of Home Assistant's own for the same box; rows an hour; MB a day.
_MOST_TIME, _MOST_ROWS_SHARE, _MOST_MEGABYTES = 0.25, 0.125, 12.5

type SetUp = Callable[[HomeAssistant, Kind, Place], Any]


@dataclass(slots=True, kw_only=True)
class Found:
    """What some hours of one integration took; powers by the second."""

    seconds: int
    busy: float
    rows: int
    size: int
    lost: int
    true: list[int] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    @property
    def rows_an_hour(self) -> float:
        """Return the rows of states in an hour."""
        return self.rows * _HOUR / self.seconds

    @property
    def busy_a_day(self) -> float:
        """Return the processor seconds a day, of all threads."""
        return self.busy * _HOUR * _HOURS / self.seconds

    @property
    def megabytes(self) -> float:
        """Return by how much the database grows in a day."""
        return self.size * _HOUR * _HOURS / self.seconds / 1e6

    @property
    def off(self) -> list[float]:
        """Return by how much net power as shown was off, second by second."""
        return [abs(a - b) for a, b in zip(self.true, self.shown, strict=True)]

    @property
    def late(self) -> int:
        """Return after how many seconds the largest step was shown."""
        steps = [abs(b - a) for a, b in zip(self.true, self.true[1:], strict=False)]
        begin = steps.index(max(steps)) + 1
        for second in range(begin, len(self.true)):
            true, off = self.true[second], self.off[second]
            if off <= max(_NEAR_WATTS, _NEAR_SHARE * abs(true)):
                return second - begin
        return len(self.true) - begin


def day(effort: Effort) -> list[Part]:
    """Measure every bridge, and the others on the same day, in turns."""
    part = Part(
        title=f"{effort.hours:g} h of a house, as a day with the recorder", head=_HEAD
    )
    rounds = min(effort.rounds, 3)
    for kind in KINDS.values():
        if not effort.takes(kind.key):
            continue
        runs: dict[str, Callable[[], Found]] = {}
        names = [_OURS]
        if kind.benchmark.peer:
            # The plain one shows registers by their unit, which a poll need not tell.
            names += [_CORE, _PLAIN] if kind.streams else [_CORE]
        if effort.before:
            names.insert(0, _BEFORE)
        for name in names:
            product = effort.before if name == _BEFORE else None
            runs[name] = partial(_run, kind.key, name, effort.hours, product)
        found: dict[str, Found] = {}
        for _ in range(rounds):
            for name, run in runs.items():
                now = run()
                best = found.get(name)
                # Whatever else the machine does only ever adds to it.
                if best is None or now.busy < best.busy:
                    found[name] = now
        for name, one in found.items():
            part.rows.append(
                (
                    *(kind.key, name, one.busy_a_day, round(one.rows_an_hour)),
                    *(one.megabytes, round(max(one.off)), fmean(one.off)),
                    *(one.late, one.lost),
                )
            )
        part.aims += _aims(kind, found)
    return [part]


def _run(key: str, name: str, hours: float, product: Path | None) -> Found:
    """Measure one integration in a process of its own."""
    found: Found = alone(live, key, name, round(hours * _HOUR), product=product)
    return found


def _aims(kind: Kind, found: dict[str, Found]) -> list[Aim]:
    """Return what is to be reached."""
    key, ours, core = kind.key, found[_OURS], found.get(_CORE)
    aims = [
        Aim(
            name=f"{key}, database",
            value=ours.megabytes,
            most=_MOST_MEGABYTES,
            unit="MB a day",
        )
    ]
    if rows := kind.benchmark.most_rows:
        aims.append(
            Aim(name=f"{key}, rows an hour", value=ours.rows_an_hour, most=rows)
        )
    if core and kind.streams:
        share = ours.busy / core.busy
        aims += [
            Aim(name=f"{key}, processor, x its own", value=share, most=_MOST_TIME),
            Aim(
                name=f"{key}, rows, x its own",
                value=ours.rows / core.rows,
                most=_MOST_ROWS_SHARE,
            ),
        ]
    return aims


async def live(key: str, name: str, seconds: int) -> Found:
    """Let an integration follow the household for so many seconds."""
    kind = KINDS[key]
    with Feeder() as feeder:
        place = feeder.move_in(name, key)
        if kind.benchmark.peer and kind.benchmark.peer.beside:
            feeder.silence(name, kind.benchmark.peer.beside)
        async with home() as hass, _Clock.running() as clock:
            redirect_httpx(hass)
            path = await record(hass, commit_seconds=_COMMIT_SECONDS)
            lived = _Day(hass, feeder, kind, name, clock)
            bare = await lived.measure(_BARE_SECONDS)
            lived.coordinator = await _SET_UPS[name](hass, kind, place)
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
        # The feeding and the jumps cost something, too.
        busy=busy - bare * seconds / _BARE_SECONDS,
        rows=after[0] - before[0],
        size=after[1] - before[1],
        lost=lived.lost,
        true=lived.true,
        shown=lived.shown,
    )


class _Clock:
    """The event loop's clock, which can be put forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with what it says."""
        self._time, self._ahead = loop.time, 0.0

    def time(self) -> float:
        """Return the loop's time."""
        return self._time() + self._ahead

    def jump(self, until: float) -> None:
        """Be as late as this, if it is not yet."""
        self._ahead += max(until - self.time(), 0.0)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[_Clock]:
        """Have the loop ask this clock."""
        loop = asyncio.get_running_loop()
        clock = cls(loop)
        with patch.object(loop, "time", clock.time):
            yield clock


class _Day:
    """The household's seconds, one after the other."""

    def __init__(
        self,
        hass: HomeAssistant,
        feeder: Feeder,
        kind: Kind,
        name: str,
        clock: _Clock,
    ) -> None:
        """Begin with the household at home, and nobody who looks."""
        self._hass, self._feeder, self._kind, self._name = hass, feeder, kind, name
        self._clock = clock
        self._coordinator: DataUpdateCoordinator[Any] | None = None
        # The same household lives in the other process.
        self._household = Household(House())
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
        """Live so many seconds; return the processor time, the recorder's included."""
        before, due = time.process_time(), self._clock.time()
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
        """Live a second, and wait for what is read after it."""
        self._household.second()
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
        power = self._household.house.power
        if self._power is None and is_read:
            self._power = _net_power(self._hass, power)
        if self._power and (state := self._hass.states.get(self._power)):
            self.true.append(power)
            self.shown.append(float(state.state))


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


def _coordinator(entry: MockConfigEntry) -> DataUpdateCoordinator[Any]:
    """Return what takes the readings of an entry."""
    return cast("DataUpdateCoordinator[Any]", entry.runtime_data)


async def _set_up_ours(
    hass: HomeAssistant, _kind: Kind, place: Place, updates: str = BALANCED
) -> DataUpdateCoordinator[Any]:
    """Set up our integration."""
    return _coordinator(
        await set_up(hass, await new_entry(hass, place, updates=updates))
    )


async def _set_up_core(
    hass: HomeAssistant, kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up Home Assistant's own integration."""
    entry = MockConfigEntry(domain=kind.key, title=kind.key, data=core_data(place))
    entry.add_to_hass(hass)
    return _coordinator(await set_up(hass, entry))


async def _set_up_plain(
    hass: HomeAssistant, kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up the plain integration, with a sensor for each register."""
    assert kind.benchmark.peer
    coordinator = PlainCoordinator(hass, place, kind, kind.benchmark.peer.parse)
    await coordinator.async_refresh()
    sensors = [PlainSensor(coordinator, register) for register in coordinator.data]
    await set_up_sensors(hass, f"plain_{kind.key}", sensors)
    return coordinator


_SET_UPS: dict[str, SetUp] = {
    _OURS: _set_up_ours,
    _BEFORE: _set_up_ours,
    _CORE: _set_up_core,
    _PLAIN: _set_up_plain,
}
