"""A bridge in Home Assistant, and a healthy twin that knows the right values."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.coordinator import (
    MeterBridgeEntry,
    MeterCoordinator,
)
from tests.support.house import PHASES, House
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

from .timeouts import ClientTimeouts
from .truth import Result, Truth, sensors

# Pushed messages arrive over loopback within this time; a test that checks only these
# waits longer.
_SETTLE_SECONDS, _LONG_SECONDS = 0.01, 0.1
_RIGHT = {Result.SAME, Result.LIVE}
_OUTDATED = {Result.KEPT, Result.BACK}


class Cell:
    """The house, the bridge with a mishap, and its states in Home Assistant.

    `bend` changes the values of the house that the bridge reads. `times` counts how
    often a mishap with many variants has happened.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        simulator: Simulator,
        twin: Simulator,
        timeouts: ClientTimeouts,
    ) -> None:
        """Start without an entry."""
        self.hass = hass
        self.simulator = simulator
        self.twin = twin
        self.timeouts = timeouts
        self.house = simulator.house
        self.truth = Truth(hass, twin)
        self.bend: Callable[[House], None] | None = None
        self.is_repeating = False
        self.turn = 0
        self.times = 0
        self.entry: MeterBridgeEntry
        self.coordinator: MeterCoordinator
        self.shown: dict[str, State] = {}
        self.others: list[Simulator] = []
        self._freezer = freezer

    @property
    def key(self) -> str:
        """Key of the kind of bridge."""
        return self.simulator.key

    async def begin(self, entry: MeterBridgeEntry) -> None:
        """Take an entry that was just set up, and check that its states are right."""
        self.entry, self.coordinator = entry, entry.runtime_data
        if BRIDGES[self.key].pushes:
            await eventually(lambda: self.simulator.open_streams)
            await self.settle()
        self.look()
        await self.round(20)
        late = self.late(await self.round(20))
        assert not late, late
        assert self.coordinator.last_update_success

    async def round(
        self,
        seconds: float,
        then: Callable[[Cell], Awaitable[None]] | None = None,
        *,
        is_polled: bool = True,
    ) -> dict[str, Result]:
        """Let time pass, read the meter, poll the bridge, and check the states."""
        self._freezer.tick(timedelta(seconds=seconds))
        await self.read(seconds)
        if then:
            await then(self)
        await self.settle(_SETTLE_SECONDS if is_polled else _LONG_SECONDS)
        if is_polled:
            await self.poll()
        return self.look()

    async def wait(self, seconds: float) -> dict[str, Result]:
        """Let time pass, run the timers that are due, and check the states."""
        later = dt_util.utcnow() + timedelta(seconds=seconds)
        await self.read(seconds)
        await self.settle()
        async_fire_time_changed(self.hass, later)
        self._freezer.move_to(later)
        # The timer of the next poll starts only when the present poll has ended.
        await eventually(lambda: self.coordinator._unsub_refresh)  # noqa: SLF001
        await self.hass.async_block_till_done()
        return self.look()

    async def read(self, seconds: float) -> None:
        """Let time pass in the house, and both bridges read the meter."""
        self.turn += 1
        house = self.house
        house.draw(3000 + 137 * self.turn)
        house.react(100 + 7 * self.turn)
        house.burn(600)
        for phase in PHASES:
            house.voltage[phase] += 1 if self.turn % 2 else -1
        house.advance(seconds)
        if not self.is_repeating:
            self.show(self.house)
            self.twin.house = self.house
            self.twin.tick()
        await self.truth.ask()

    def show(self, house: House) -> None:
        """Let a bridge read the meter of the house, after `bend`."""
        if self.bend:
            house = deepcopy(house)
            self.bend(house)
        self.simulator.house = house
        self.simulator.tick()
        self.truth.times.add(self.simulator.read_at)

    async def settle(self, seconds: float = _SETTLE_SECONDS) -> None:
        """Wait until sent messages have arrived."""
        if BRIDGES[self.key].pushes:
            await asyncio.sleep(seconds)
        await self.hass.async_block_till_done()

    async def poll(self) -> None:
        """Poll the bridge now."""
        await self.coordinator._async_refresh(scheduled=True)  # noqa: SLF001
        await self.hass.async_block_till_done()

    @property
    def seconds_between_polls(self) -> float:
        """Return how long it takes from one poll to the next if none is answered."""
        waiting = self.timeouts.longest if self.timeouts.is_on else 0.0
        interval = BRIDGES[self.key].poll_interval.total_seconds()
        return interval + waiting

    def look(self) -> dict[str, Result]:
        """Compare every sensor with its previous state and with the truth."""
        before, self.shown = self.shown, sensors(self.hass, self.entry)
        results = {
            key: self.truth.compare(key, state, before.get(key))
            for key, state in self.shown.items()
        }
        wrong = {
            key: self.shown[key].state
            for key, result in results.items()
            if result is Result.WRONG
        }
        assert not wrong, f"never sent by the meter: {wrong}"
        return results

    def state_class(self, key: str) -> str:
        """Return the state class of a sensor, if it has one."""
        return str(self.shown[key].attributes.get("state_class", ""))

    def is_measured(self, key: str) -> bool:
        """Tell whether a sensor shows a value of a meter."""
        entity = er.async_get(self.hass).async_get(self.shown[key].entity_id)
        return bool(self.state_class(key) and entity and entity.entity_category is None)

    def late(self, results: Mapping[str, Result]) -> dict[str, Result]:
        """Return the sensors that are not right yet, except those polled seldom."""
        return {
            key: result
            for key, result in results.items()
            if result not in _RIGHT
            and not (key in self.truth.seldom and result in _OUTDATED)
        }

    def heal(self) -> None:
        """End the mishap of the bridge."""
        self.bend, self.is_repeating = None, False
        self.simulator.heal()
        self.timeouts.shorten(is_on=False)
