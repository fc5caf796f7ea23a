"""A Home Assistant with a recorder on disk, which can be stopped and started again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import (
    PurgeTask,
    StatisticsTask,
    SynchronizeTask,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import frame
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)
from pytest_homeassistant_custom_component.typing import (
    RecorderInstanceContextManager,
)

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import (
    CONF_BRIDGE,
    CONF_POLL_INTERVAL,
    CONF_UPDATES,
    DOMAIN,
    Updates,
)
from custom_components.meter_bridge.flow.probe import connect

from .simulator import Simulator

PERIOD = timedelta(minutes=5)


class Mode(StrEnum):
    """What fails while time passes, if anything."""

    LIVE = "live"
    DOWN = "Home Assistant is down"
    UNPLUGGED = "the network is down"
    OFF = "the bridge is off"
    SILENT = "the meter says nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """So many seconds at so many watts; negative is what the sun feeds in."""

    seconds: float
    watts: int
    mode: Mode = Mode.LIVE


@dataclass(slots=True)
class Recorded:
    """One entry, in a Home Assistant whose clock the test moves."""

    open_recorder: RecorderInstanceContextManager
    simulator: Simulator
    freezer: FrozenDateTimeFactory
    name: str = "house"
    db_url: str = ""
    restart: Callable[[Simulator], Awaitable[None] | None] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    recorded: Sequence[str] = ("sensor.*energy*", "sensor.*volume", "sensor.*power")
    _stack: AsyncExitStack | None = None
    _hass: HomeAssistant | None = None
    _recorder: Recorder | None = None
    _entry: MockConfigEntry | None = None
    _serial: str | None = None

    @property
    def hass(self) -> HomeAssistant:
        """Return the Home Assistant that runs now."""
        assert self._hass
        return self._hass

    @property
    def entry(self) -> MockConfigEntry:
        """Return the entry."""
        assert self._entry
        return self._entry

    async def start(self) -> None:
        """Start Home Assistant, the entry set up before it counts as started."""
        self._stack = AsyncExitStack()
        self._hass = hass = await self._stack.enter_async_context(
            async_test_home_assistant(initial_state=CoreState.not_running)
        )
        hass.data.pop("custom_components", None)
        frame.async_setup(hass)
        await hass.config.async_set_time_zone("Europe/Zurich")
        config: dict[str, object] = {
            # As by default: to commit each state alone takes a third of the time.
            "commit_interval": 5,
            "db_url": self.db_url,
            "include": {"entity_globs": list(self.recorded)},
        }
        self._recorder = await self._stack.enter_async_context(
            self.open_recorder(hass, config, wait_recorder=False)
        )
        await self._set_up(hass)
        await hass.async_start()
        await self.settle()

    async def _set_up(self, hass: HomeAssistant) -> None:
        """Set up the entry, with everything that is stored of it."""
        key = self.simulator.key
        data = {
            CONF_BRIDGE: key,
            CONF_HOST: self.simulator.address,
            **self.simulator.credentials,
        }
        if self._serial is None:
            self._serial = (await connect(hass, BRIDGES[key], data).identify()).serial
        self._entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=f"{key}_{self._serial}",
            entry_id=f"entry-{self.name}",
            title="Bridge",
            data=data,
            minor_version=2,
            options={
                CONF_UPDATES: Updates.EVERY_READING.value,
                # The test asks; no timer does.
                CONF_POLL_INTERVAL: 3600,
                **self.options,
            },
        )
        self._entry.add_to_hass(hass)
        await hass.config_entries.async_setup(self._entry.entry_id)
        await hass.async_block_till_done()

    async def stop(self) -> None:
        """Stop Home Assistant in good order."""
        if self._hass is None or self._stack is None:
            return
        stack, hass = self._stack, self._hass
        self._stack = self._hass = None
        await hass.async_stop(force=True)
        await stack.aclose()

    async def run(self, steps: Iterable[Step]) -> None:
        """Let time pass, with the failures of these steps."""
        before = Mode.LIVE
        for step in steps:
            if step.mode is not before:
                await self._enter(before, step.mode)
                before = step.mode
            self._pass(step)
            if self._hass is not None:
                await self.compile(step.seconds)
                await self.entry.runtime_data.async_refresh()
                await self.hass.async_block_till_done()

    async def _enter(self, before: Mode, now: Mode) -> None:
        """End one failure, and begin another."""
        simulator = self.simulator
        if before is Mode.OFF:
            simulator.tick()
            if self.restart and (restarted := self.restart(simulator)):
                await restarted
        if before in (Mode.UNPLUGGED, Mode.OFF):
            await simulator.plug_in()
        if before is Mode.DOWN:
            await self.start()
        if now is Mode.DOWN:
            await self.stop()
        if now in (Mode.UNPLUGGED, Mode.OFF):
            await simulator.unplug()
        simulator.clock_stands = now is Mode.SILENT

    def _pass(self, step: Step) -> None:
        """Let the house use energy for a step."""
        house = self.simulator.house
        if step.watts >= 0:
            house.draw(step.watts)
        else:
            house.export(-step.watts)
        house.advance(step.seconds)
        self.freezer.tick(step.seconds)
        if step.mode not in (Mode.SILENT, Mode.OFF):
            self.simulator.tick()

    async def compile(self, seconds: float) -> None:
        """Compile the five minutes that ended in these last seconds."""
        now = dt_util.utcnow()
        end = _period(now - timedelta(seconds=seconds)) + PERIOD
        assert self._recorder
        while end <= now:
            self._recorder.queue_task(StatisticsTask(end - PERIOD, fire_events=True))
            end += PERIOD
        await self.settle()

    async def settle(self) -> None:
        """Wait until the recorder and everything that waits for it have finished."""
        assert self._recorder
        for _ in range(2):
            done = asyncio.get_running_loop().create_future()
            self._recorder.queue_task(SynchronizeTask(done))
            await done
            await self.hass.async_block_till_done()
            await asyncio.gather(
                *(
                    task
                    for task in asyncio.all_tasks()
                    if task.get_name() == f"{self.entry.title} history"
                )
            )

    async def purge(self) -> None:
        """Purge all five-minute rows up to now, as Home Assistant does in the end."""
        assert self._recorder
        self._recorder.queue_task(PurgeTask(dt_util.utcnow(), False, False))  # noqa: FBT003 (its own order)
        await self.settle()

    async def hours(
        self, since: float = 0, kind: str = "sum"
    ) -> dict[str, dict[int, dict[str, float]]]:
        """Return the hourly rows of every sensor that has such a column."""
        assert self._recorder
        rows: Mapping[str, Any] = await self._recorder.async_add_executor_job(
            statistics_during_period,
            self.hass,
            dt_util.utc_from_timestamp(since),
            None,
            None,
            "hour",
            None,
            {"state", "sum", "change", "mean", "min", "max"},
        )
        return {
            entity: {int(line["start"]): line for line in lines if kind in line}
            for entity, lines in rows.items()
            if any(line.get(kind) is not None for line in lines)
        }


def _period(now: datetime) -> datetime:
    """Return the beginning of the five minutes that a time is in."""
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
