"""Rounds of readings, each of which measures the processor time of a reading."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
import time
from typing import Any, Protocol

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .feeder import Feeder

PACE = 0.002
_MICRO = 1e6
_MOST_TRIES = 8
_MOST_WAITS, _WAIT_SECONDS = 100, 0.01

type Round = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much to measure: the readings of a round, and the number of rounds.

    `hours` are so many of the simulated day. `bridges` are the kinds to measure, all if
    empty. `before` is another checkout: its integration is measured beside this one.
    """

    readings: int
    rounds: int
    is_quick: bool = False
    hours: float = 2
    bridges: tuple[str, ...] = ()
    before: Path | None = None

    def takes(self, key: str) -> bool:
        """Tell whether a kind of bridge is measured."""
        return not self.bridges or key in self.bridges


async def in_turns(
    rounds: Mapping[str, Round], effort: Effort
) -> dict[str, list[float]]:
    """Return the times of each in µs, measured in turns; infinite if none counts."""
    found: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(effort.rounds):
        for name, run in rounds.items():
            found[name].append(await _valid_round(run) * _MICRO)
    return found


async def _valid_round(run: Round) -> float:
    """Repeat a round until one counts; return its time.

    Some clients close their stream once a minute, and reopen it seconds later.
    """
    for _ in range(_MOST_TRIES):
        if (took := await run()) < inf:
            break
    return took


def least(times: Iterable[float]) -> float | None:
    """Return the shortest time: other load on the machine can only add to it."""
    return min((each for each in times if each < inf), default=None)


def middle(times: Iterable[float]) -> float | None:
    """Return the median of the rounds that count."""
    counting = [each for each in times if each < inf]
    return median(counting) if counting else None


def ratio(one: float | None, other: float | None) -> float | None:
    """Return the quotient, None without both numbers."""
    return one / other if one and other else None


class CountsReadings(Protocol):
    """An object that counts the readings that it has received."""

    taken: int


class UpdateCounter:
    """Counts the updates of a coordinator, to notice readings that were lost."""

    def __init__(self, coordinator: DataUpdateCoordinator[Any]) -> None:
        """Start to count."""
        self.taken = 0
        update = coordinator.async_update_listeners

        def count() -> None:
            self.taken += 1
            update()

        coordinator.async_update_listeners = count  # type: ignore[method-assign]


def pushed(
    feeder: Feeder,
    name: str,
    codes: tuple[str, ...],
    count: int,
    counter: CountsReadings,
) -> Round:
    """Return a round of pushed readings: all processor time of the loop's thread.

    It does not count if fewer readings arrived than were sent, or more.
    """

    async def run() -> float:
        due, before = counter.taken + count, time.thread_time()
        await feeder.feed(name, codes, count, PACE)
        for _ in range(_MOST_WAITS):
            if counter.taken >= due:
                break
            await asyncio.sleep(_WAIT_SECONDS)
        spent = time.thread_time() - before
        return spent / count if counter.taken == due else inf

    return run


def polled(
    feeder: Feeder,
    name: str,
    codes: tuple[str, ...],
    count: int,
    ask: Callable[[], Awaitable[None]],
) -> Round:
    """Return a round of polled readings."""

    async def run() -> float:
        spent = 0.0
        for _ in range(count):
            feeder.next_reading(name, codes)
            before = time.thread_time()
            await ask()
            spent += time.thread_time() - before
        return spent / count

    return run


async def changed_by(
    hass: HomeAssistant, run: Round, effort: Effort
) -> tuple[float, list[str]] | None:
    """Return how many states a reading changes, and which; None if no round counts."""
    count = effort.readings
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        seen.append(event.data["entity_id"])

    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    for _ in range(_MOST_TRIES):
        seen.clear()
        if counts := await run() < inf:
            break
    remove()
    if not counts:
        return None
    often = {each for each in seen if seen.count(each) > count / 2}
    return sum(each in often for each in seen) / count, sorted(often)
