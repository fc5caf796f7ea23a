"""The cost of the same readings in Home Assistant's own integration and a plain one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from unittest.mock import patch

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_SSL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.kinds import KINDS
from tests.support.kind import Kind, Peer

from .feeder import Feeder, Place
from .floor import set_up_sensors
from .home import EVERY_READING, entities, home, new_entry, set_up, show
from .plain import PlainCoordinator, PlainSensor
from .ports import host_name_of, redirect_httpx
from .report import Aim, Part, figure
from .rounds import (
    Effort,
    Round,
    UpdateCounter,
    changed_by,
    in_turns,
    least,
    middle,
    polled,
    pushed,
    ratio,
)

_LEAST_TIMES = 1.0
_SETTLE_SECONDS = 0.3
_OURS, _PLAIN = "Meter Bridge", "a plain CoordinatorEntity"
_HEAD = (
    *("Integration", "States changed", "States written", "Entities"),
    *("Processor (µs)", "Median", "Per entity", "x ours"),
)


def core_data(place: Place) -> Mapping[str, object]:
    """Return the entry data for Home Assistant's own integration."""
    login = {
        CONF_USERNAME: place.credentials.get("username"),
        CONF_PASSWORD: place.credentials.get("password"),
        CONF_SSL: False,
        CONF_VERIFY_SSL: False,
    }
    return {CONF_HOST: host_name_of(place), **(login if place.credentials else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """An integration, and the name of the simulator that only it uses."""

    name: str
    simulator: str
    entry: MockConfigEntry

    @property
    def coordinator(self) -> DataUpdateCoordinator[Any]:
        """Return its coordinator; a reload replaces it."""
        coordinator = self.entry.runtime_data
        assert isinstance(coordinator, DataUpdateCoordinator)
        return coordinator


class NotMeasuredError(Exception):
    """An integration cannot be measured here."""


async def peers(effort: Effort) -> list[Part]:
    """Measure every kind of bridge that another integration supports."""
    with Feeder() as feeder:
        async with home() as hass:
            redirect_httpx(hass)
            return [
                part
                for kind in KINDS.values()
                if kind.benchmark.peer and effort.takes(kind.key)
                for part in await _Comparison(
                    hass, feeder, kind, kind.benchmark.peer, effort
                ).run()
            ]


class _Comparison:
    """All integrations for one kind of bridge, measured in turns with equal values."""

    def __init__(
        self,
        hass: HomeAssistant,
        feeder: Feeder,
        kind: Kind,
        peer: Peer,
        effort: Effort,
    ) -> None:
        """Start with empty tables."""
        self._hass, self._feeder, self._effort = hass, feeder, effort
        self._kind, self._peer = kind, peer
        self._taken: dict[DataUpdateCoordinator[Any], UpdateCounter] = {}
        title = f"A reading of {kind.key} ({'pushed' if kind.streams else 'asked for'})"
        self._shipped = Part(title=f"{title}, entities as they come", head=_HEAD)
        self._equal = Part(title=f"{title}, the same entities", head=_HEAD)

    async def run(self) -> list[Part]:
        """Measure them with their own entities, and then all with the same entities."""
        hass, kind = self._hass, self._kind
        contenders = [await self._ours()]
        try:
            contenders.append(await self._core())
        except NotMeasuredError as error:
            for part in (self._shipped, self._equal):
                why = f"not measured: {error}"
                _add_reason(part, f"Home Assistant's {kind.key}", why)
        for codes in kind.benchmark.changes:
            await self._measure(self._shipped, contenders, codes)
        for each in contenders:
            await show(hass, each.entry)
        await asyncio.sleep(_SETTLE_SECONDS)
        for each in contenders:
            run = self._round(each, kind.benchmark.changes[-1])
            changes = await changed_by(hass, run, self._effort)
            await show(hass, each.entry, changes[1] if changes else ())
        contenders.append(await self._plain())
        await asyncio.sleep(_SETTLE_SECONDS)
        for codes in kind.benchmark.changes:
            await self._measure(self._equal, contenders, codes)
        for each in contenders:
            if isinstance(each.coordinator, PlainCoordinator):
                await each.coordinator.stop()
            await hass.config_entries.async_remove(each.entry.entry_id)
        return [self._shipped, self._equal]

    def _open(self, name: str) -> Place:
        """Start a simulator that pushes nothing but readings."""
        place = self._feeder.open(name, self._kind.key, self._kind.benchmark.registers)
        if self._peer.beside:
            self._feeder.silence(name, self._peer.beside)
        return place

    async def _ours(self) -> Contender:
        """Set up our integration, which passes every reading on."""
        entry = await new_entry(self._hass, self._open("ours"), updates=EVERY_READING)
        await set_up(self._hass, entry)
        return Contender(name=_OURS, simulator="ours", entry=entry)

    async def _core(self) -> Contender:
        """Set up Home Assistant's own integration."""
        key = self._kind.key
        package = self._peer.package
        try:
            name = f"Home Assistant's {key} ({package} {version(package)})"
        except PackageNotFoundError:
            raise NotMeasuredError(f"{package} is not installed") from None
        entry = MockConfigEntry(
            domain=key, title=key, data=core_data(self._open("core"))
        )
        entry.add_to_hass(self._hass)
        if not await self._hass.config_entries.async_setup(entry.entry_id):
            why = f"{entry.state.value}, {entry.reason}"
            await self._hass.config_entries.async_remove(entry.entry_id)
            raise NotMeasuredError(why)
        await self._hass.async_block_till_done()
        return Contender(name=name, simulator="core", entry=entry)

    async def _plain(self) -> Contender:
        """Set up the plain integration, with a sensor for each changing register."""
        hass, kind = self._hass, self._kind
        coordinator = PlainCoordinator(
            hass, self._open("plain"), kind, self._peer.parse
        )
        await coordinator.async_refresh()
        before = coordinator.data
        self._feeder.next_reading("plain", kind.benchmark.changes[-1])
        await coordinator.async_refresh()
        sensors = [
            PlainSensor(coordinator, register)
            for register, now in coordinator.data.items()
            if before[register] != now
        ]
        entry = await set_up_sensors(hass, f"plain_{kind.key}", sensors)
        entry.runtime_data = coordinator
        return Contender(name=_PLAIN, simulator="plain", entry=entry)

    def _round(self, each: Contender, codes: tuple[str, ...]) -> Round:
        """Return a round that measures the readings of one integration."""
        coordinator, count = each.coordinator, self._effort.readings
        if not self._kind.streams:
            ask = coordinator.async_refresh
            return polled(self._feeder, each.simulator, codes, count, ask)
        if coordinator not in self._taken:
            self._taken[coordinator] = UpdateCounter(coordinator)
        taken = self._taken[coordinator]
        return pushed(self._feeder, each.simulator, codes, count, taken)

    async def _measure(
        self, part: Part, contenders: list[Contender], codes: tuple[str, ...]
    ) -> None:
        """Add a row for each integration."""
        rounds: dict[str, Round] = {}
        counts: dict[str, tuple[float, int]] = {}
        for each in contenders:
            run = self._round(each, codes)
            written: list[int] = []
            counting = _counting_writes(run, written)
            changes = await changed_by(self._hass, counting, self._effort)
            if changes is None:
                _add_reason(part, each.name, "readings lost")
                continue
            rounds[each.name] = run
            counts[each.name] = changes[0], written[-1]
        times = await in_turns(rounds, self._effort)
        ours = least(times.get(_OURS, ()))
        for each in contenders:
            if each.name not in counts:
                continue
            changed, wrote = counts[each.name]
            has, took = len(entities(self._hass, each.entry)), least(times[each.name])
            times_ours = None if each.name == _OURS else ratio(took, ours)
            part.rows.append(
                (
                    *(each.name, figure(changed)),
                    *(figure(wrote / self._effort.readings), has, took),
                    *(middle(times[each.name]), ratio(took, has), times_ours),
                )
            )
            if times_ours is not None and part is self._equal:
                name = f"{self._kind.key}: {each.name}, {changed:.0f} of {has} changed"
                aim = Aim(name=f"{name}, x ours", value=times_ours, least=_LEAST_TIMES)
                part.aims.append(aim)


def _add_reason(part: Part, name: str, why: str) -> None:
    """Add a row that says why there are no figures."""
    part.rows.append((name, why, *[None] * (len(_HEAD) - 2)))


def _counting_writes(run: Round, found: list[int]) -> Round:
    """Return a round that also counts how many states are written, changed or not."""
    write = Entity._async_write_ha_state  # noqa: SLF001 (whoever asks for it)

    def note(entity: Entity) -> None:
        found[-1] += 1
        write(entity)

    async def run_and_count() -> float:
        found.append(0)
        with patch.object(Entity, "_async_write_ha_state", note):
            return await run()

    return run_and_count
