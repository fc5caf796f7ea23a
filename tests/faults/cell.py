"""One bridge in Home Assistant, beside a twin that shows what would be right."""

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

from .haste import Haste
from .truth import Fate, Truth, sensors

# What is pushed over loopback is there by then; where nothing but it is looked at, more
# is worth waiting for.
_SETTLE_SECONDS, _LONG_SECONDS = 0.01, 0.1
_RIGHT = {Fate.SAME, Fate.LIVE}
_OUTDATED = {Fate.KEPT, Fate.BACK}


class Cell:
    """The house, the bridge that meets a mishap, and what Home Assistant shows of it.

    `bend` changes the house that the bridge believes to stand in; `times` is how often
    a mishap happened that has many forms.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        simulator: Simulator,
        twin: Simulator,
        haste: Haste,
    ) -> None:
        """Know everything, before there is an entry."""
        self.hass = hass
        self.simulator = simulator
        self.twin = twin
        self.haste = haste
        self.house = simulator.house
        self.truth = Truth(hass, twin)
        self.bend: Callable[[House], None] | None = None
        self.is_quiet = False
        self.turn = 0
        self.times = 0
        self.entry: MeterBridgeEntry
        self.coordinator: MeterCoordinator
        self.shown: dict[str, State] = {}
        self.others: list[Simulator] = []
        self._freezer = freezer

    @property
    def key(self) -> str:
        """Which kind of bridge it is."""
        return self.simulator.key

    async def begin(self, entry: MeterBridgeEntry) -> None:
        """Take over an entry that was just set up, and see that all is well."""
        self.entry, self.coordinator = entry, entry.runtime_data
        if BRIDGES[self.key].pushes:
            await eventually(lambda: self.simulator.open_streams)
            await self.settle()
        self.look()
        await self.round(20)
        assert not self.late(await self.round(20))
        assert self.coordinator.last_update_success

    async def round(
        self,
        seconds: float,
        then: Callable[[Cell], Awaitable[None]] | None = None,
        *,
        is_polled: bool = True,
    ) -> dict[str, Fate]:
        """Let time pass, the meter be read and the bridge be polled; look at it."""
        self._freezer.tick(timedelta(seconds=seconds))
        await self.read(seconds)
        if then:
            await then(self)
        await self.settle(_SETTLE_SECONDS if is_polled else _LONG_SECONDS)
        if is_polled:
            await self.poll()
        return self.look()

    async def wait(self, seconds: float) -> dict[str, Fate]:
        """Let time pass, and what is due by itself happen; look at it."""
        later = dt_util.utcnow() + timedelta(seconds=seconds)
        await self.read(seconds)
        await self.settle()
        async_fire_time_changed(self.hass, later)
        self._freezer.move_to(later)
        # The next poll has its timer once the present one is over.
        await eventually(lambda: self.coordinator._unsub_refresh)  # noqa: SLF001
        await self.hass.async_block_till_done()
        return self.look()

    async def read(self, seconds: float) -> None:
        """Let the household live on for a while, and the bridges read its meter."""
        self.turn += 1
        house = self.house
        house.draw(3000 + 137 * self.turn)
        house.react(100 + 7 * self.turn)
        house.burn(600)
        for phase in PHASES:
            house.voltage[phase] += 1 if self.turn % 2 else -1
        house.advance(seconds)
        if not self.is_quiet:
            self.show(self.house)
            self.twin.house = self.house
            self.twin.tick()
        await self.truth.ask()

    def show(self, house: House) -> None:
        """Let the bridge read the meter of a house, bent as it may be."""
        if self.bend:
            house = deepcopy(house)
            self.bend(house)
        self.simulator.house = house
        self.simulator.tick()
        self.truth.times.add(self.simulator.read_at)

    async def settle(self, seconds: float = _SETTLE_SECONDS) -> None:
        """Let arrive what was sent."""
        if BRIDGES[self.key].pushes:
            await asyncio.sleep(seconds)
        await self.hass.async_block_till_done()

    async def poll(self) -> None:
        """Let the bridge be asked now."""
        await self.coordinator.async_refresh()
        await self.hass.async_block_till_done()

    def look(self) -> dict[str, Fate]:
        """Judge every sensor against what was shown before and what is true."""
        before, self.shown = self.shown, sensors(self.hass, self.entry)
        fates = {
            key: self.truth.fate(key, state, before.get(key))
            for key, state in self.shown.items()
        }
        wrong = {
            key: self.shown[key].state
            for key, fate in fates.items()
            if fate is Fate.WRONG
        }
        assert not wrong, f"never said by the meter: {wrong}"
        return fates

    def state_class(self, key: str) -> str:
        """Return what kind of number a sensor shows, nothing for none."""
        return str(self.shown[key].attributes.get("state_class", ""))

    def is_measured(self, key: str) -> bool:
        """Tell whether a sensor shows what a meter measures."""
        entity = er.async_get(self.hass).async_get(self.shown[key].entity_id)
        return bool(self.state_class(key) and entity and entity.entity_category is None)

    def late(self, fates: Mapping[str, Fate]) -> dict[str, Fate]:
        """Return what is not right yet, but for what is asked seldom."""
        return {
            key: fate
            for key, fate in fates.items()
            if fate not in _RIGHT
            and not (key in self.truth.seldom and fate in _OUTDATED)
        }

    def heal(self) -> None:
        """End what is wrong with the bridge."""
        self.bend, self.is_quiet = None, False
        self.simulator.heal()
        self.haste.hurry(is_on=False)
