"""What a reading costs, from bytes on the socket to the last state written."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from math import inf
import time
from typing import Any, Protocol

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .cases import KINDS, Kind
from .feeder import Feeder
from .floor import BareStream, FloorSensor, ask_bare, floor_of, write
from .home import enable_all, entities, home, new_entry, set_up
from .report import Aim, Part

PACE = 0.002
_MICRO = 1e6
_MOST_TIMES_FLOOR = 1.3
_WAIT_SECONDS = 1.0
_MOST_UNCHANGED = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many readings make a round, and how many rounds there are."""

    readings: int = 100
    rounds: int = 7


type Round = Callable[[], Awaitable[float]]


async def least(rounds: dict[str, Round], effort: Effort) -> dict[str, float]:
    """Return the least of each, in µs, taken in turns; infinite if no round counts.

    Whatever else the machine does only ever adds to it.
    """
    found: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(effort.rounds):
        for name, run in rounds.items():
            found[name].append(await run())
    return {name: min(each) * _MICRO for name, each in found.items()}


class Taken:
    """How many readings a coordinator took: one that gets none costs nothing."""

    def __init__(self, coordinator: DataUpdateCoordinator[Any]) -> None:
        """Count from now on."""
        self.taken = 0
        update = coordinator.async_update_listeners

        def count() -> None:
            self.taken += 1
            update()

        coordinator.async_update_listeners = count  # type: ignore[method-assign]


class Taking(Protocol):
    """Whatever counts the readings that it took."""

    taken: int


def pushed(
    feeder: Feeder, name: str, codes: tuple[str, ...], count: int, taking: Taking
) -> Round:
    """Return what measures readings that are pushed: all that the loop's thread does.

    A round in which some did not arrive, or more than were sent, does not count.
    """

    async def run() -> float:
        due, before = taking.taken + count, time.thread_time()
        await feeder.feed(name, codes, count, PACE)
        spent = time.thread_time() - before
        if taking.taken == due:
            return spent / count
        # What comes late belongs to no other round.
        await asyncio.sleep(_WAIT_SECONDS)
        return inf

    return run


def asked(
    feeder: Feeder,
    name: str,
    codes: tuple[str, ...],
    count: int,
    ask: Callable[[], Awaitable[None]],
) -> Round:
    """Return what measures readings that are asked for."""

    async def run() -> float:
        spent = 0.0
        for _ in range(count):
            feeder.turn(name, codes)
            before = time.thread_time()
            await ask()
            spent += time.thread_time() - before
        return spent / count

    return run


async def changed_by(
    hass: HomeAssistant, run: Round, effort: Effort
) -> tuple[float, list[str]] | None:
    """Return how many states a reading changes, and whose; None if no round counts."""
    count = effort.readings
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        seen.append(event.data["entity_id"])

    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for _ in range(effort.rounds):
        seen.clear()
        if counts := await run() < inf:
            break
    remove()
    if not counts:
        return None
    often = {each for each in seen if seen.count(each) > count / 2}
    return sum(each in often for each in seen) / count, sorted(often)


async def measure(effort: Effort) -> list[Part]:
    """Measure every kind of bridge."""
    part = Part(
        title="A reading, per bridge (µs of processor)",
        head=("Bridge", "States changed", "Floor", "Bytes alone", "Ours", "x floor"),
    )
    with Feeder() as feeder:
        async with home() as hass:
            for kind in KINDS:
                await _measure_kind(hass, feeder, kind, effort, part)
    return [part]


async def _measure_kind(
    hass: HomeAssistant, feeder: Feeder, kind: Kind, effort: Effort, part: Part
) -> None:
    """Add the rows of one kind."""
    place = feeder.open("ours", kind.key, kind.registers)
    other = feeder.open("bare", kind.key, kind.registers)
    entry = await set_up(hass, await new_entry(hass, place, throttle=0))
    await enable_all(hass, entry)
    stream = BareStream(hass, other, kind.path) if kind.pushes else None
    ask_for_bytes = partial(
        ask_bare,
        async_get_clientsession(hass),
        kind.method,
        f"http://{other.address}{kind.path}",
        kind.body,
    )
    await asyncio.sleep(0.3)
    shown = {entity.entity_id: entity for entity in entities(hass, entry)}
    taken = Taken(entry.runtime_data)
    for number, codes in enumerate(kind.changes):
        if kind.pushes:
            ours = pushed(feeder, "ours", codes, effort.readings, taken)
        else:
            ask = entry.runtime_data.async_refresh
            ours = asked(feeder, "ours", codes, effort.readings, ask)
        await ours()
        if (changes := await changed_by(hass, ours, effort)) is None:
            part.rows.append((kind.key, "readings lost", None, None, None, None))
            continue
        states, changed = changes
        floor = await floor_of(
            hass, [shown[each] for each in changed], f"floor_{kind.key}_{number}"
        )
        if stream:
            bare = pushed(feeder, "bare", codes, effort.readings, stream)
        else:
            bare = asked(feeder, "bare", codes, effort.readings, ask_for_bytes)
        written = _written(floor, effort.readings)
        found = await least({"floor": written, "bytes": bare, "ours": ours}, effort)
        _add(part, kind, states, found)
    if stream:
        await stream.stop()
    await hass.config_entries.async_remove(entry.entry_id)


def _add(part: Part, kind: Kind, states: float, found: dict[str, float]) -> None:
    """Add a row, and the aim that it is judged by; none of what was not measured."""
    floor, read, ours = found["floor"], found["bytes"], found["ours"]
    row = [None if each == inf else each for each in (read, ours)]
    if states:
        times = None if ours == inf else ours / floor
        part.rows.append((kind.key, round(states, 1), floor, *row, times))
        name, value = f"{kind.key}, {states:.0f} states changed, x floor", ours / floor
        aim = Aim(name=name, value=value, most=_MOST_TIMES_FLOOR)
    else:
        part.rows.append((kind.key, 0, None, *row, None))
        name = f"{kind.key}, nothing changed"
        aim = Aim(name=name, value=ours, most=_MOST_UNCHANGED, unit="µs")
    if ours < inf:
        part.aims.append(aim)


def _written(floor: list[FloorSensor], count: int) -> Round:
    """Return what measures the states alone."""
    values = [1000.0 + place for place in range(len(floor))]
    return lambda: write(floor, values, count, PACE)
