"""A counter's sensor, and the statistics that a real recorder compiles of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.wire import shift

from .energy import Factors, Step
from .house import Register
from .simulator import Simulator

IMPORT = "1.8.0"
MILLIWATT_SECONDS = 3_600_000
PERIOD = timedelta(minutes=5)


class Counted:
    """An entry of a simulated bridge, and the statistics of one of its counters."""

    def __init__(
        self,
        recorder: Recorder,
        simulator: Simulator,
        entry: MockConfigEntry,
        freezer: FrozenDateTimeFactory,
        entity: str | None = None,
    ) -> None:
        """Use this entity, by default the sensor of imported energy."""
        self.hass, self.recorder = recorder.hass, recorder
        self.simulator, self.entry, self.freezer = simulator, entry, freezer
        self.entity = entity or next(
            state.entity_id
            for state in self.hass.states.async_all("sensor")
            if state.attributes.get("state_class") == "total_increasing"
            and float(state.state) == float(simulator.house.import_energy / 1000)
        )
        self.begin = self.shown
        # What was booked when the meter was exchanged, beside what it has counted.
        self._booked = 0.0
        self.period = _period(dt_util.utcnow())

    @property
    def true(self) -> int:
        """Return the energy that the house has imported, in whole Wh."""
        return int(self.simulator.house.import_energy)

    @property
    def shown(self) -> float:
        """Return the value of the sensor, in Wh."""
        state = self.hass.states.get(self.entity)
        assert state
        return shift(float(state.state), 3)

    @property
    def owed(self) -> float:
        """Return the sum that has to be recorded, in Wh."""
        return self.shown - self.begin + self._booked

    async def _exchange_meter(self, part: int) -> None:
        """Install a meter with another number, at so many ‰ of the level before.

        It is read for some minutes, until the bridge tells its number.
        """
        if not self.simulator.exchange_meter():
            return
        last, level = self.shown, self.true * part // 1000
        self.simulator.house.imported = tariffs(level)
        for _ in range(3):
            await self.pass_time(Step(seconds=160))
        # As the page of reliability says.
        begin = 0.0 if 10 * level < 9 * last else last
        self._booked += last - self.begin - begin
        self.begin = 0.0

    async def pass_time(self, step: Step) -> None:
        """Let the time of a step pass, then poll the bridge."""
        if step.exchange is not None:
            await self._exchange_meter(step.exchange)
        house = self.simulator.house
        house.draw(step.watts)
        house.advance(step.seconds)
        self.freezer.tick(step.seconds)
        if (period := _period(dt_util.utcnow())) != self.period:
            self.compile()
            self.period = period
        with self._wrong_reading(step):
            self.simulator.tick()
            if step.restart:
                await self.hass.config_entries.async_reload(self.entry.entry_id)
                # The recorder cannot order states with the same time.
                self.freezer.tick(1)
            await self.entry.runtime_data.async_refresh()
        await self.hass.async_block_till_done()

    @contextmanager
    def _wrong_reading(self, step: Step) -> Iterator[None]:
        """Let the meter send the wrong reading of a step, if it has one."""
        house = self.simulator.house
        before = house.imported
        sent = step.sent(self.true)
        if sent is None:
            self.simulator.force(IMPORT, None)
        elif step.wrong:
            house.imported = tariffs(sent)
        if step.factors is Factors.UNREAD:
            self.simulator.lose_scale()
        yield
        house.imported = before
        self.simulator.heal()
        self.simulator.silent = True

    def compile(self) -> None:
        """Let the recorder compile the last five minutes."""
        self.recorder.queue_task(StatisticsTask(self.period, fire_events=False))

    async def recorded(self) -> float:
        """Return the sum in the database, in Wh."""
        self.freezer.tick(PERIOD)
        self.compile()
        await self.hass.async_add_executor_job(self.recorder.block_till_done)
        rows = await self.recorder.async_add_executor_job(
            statistics_during_period,
            self.hass,
            dt_util.utc_from_timestamp(0),
            None,
            {self.entity},
            "5minute",
            None,
            {"sum"},
        )
        return float(rows[self.entity][-1]["sum"] or 0) * 1000


def tariffs(first: int, second: int = 0) -> dict[int, Register]:
    """Return the registers of both tariffs, in Wh."""
    return {
        1: Register(first * MILLIWATT_SECONDS),
        2: Register(second * MILLIWATT_SECONDS),
    }


def _period(now: datetime) -> datetime:
    """Return the start of the five-minute period of a time."""
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
