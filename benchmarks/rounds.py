"""Rounds of readings, and what one reading takes of the processor."""

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
    """How many readings make a round, how many rounds there are, and of what.

    `bridges` are the kinds that are measured, all where it is empty; `before` is the
    checkout of another state of the integration that is measured beside this one.
    """

    readings: int
    rounds: int
    is_quick: bool = False
    bridges: tuple[str, ...] = ()
    before: Path | None = None

    def takes(self, key: str) -> bool:
        """Tell whether a kind of bridge is measured."""
        return not self.bridges or key in self.bridges


async def in_turns(
    rounds: Mapping[str, Round], effort: Effort
) -> dict[str, list[float]]:
    """Return what each took, in µs, round after round; infinite where none counts."""
    found: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(effort.rounds):
        for name, run in rounds.items():
            found[name].append(await _counting(run) * _MICRO)
    return found


async def _counting(run: Round) -> float:
    """Return what a round took that counts, if there is one.

    Some clients give up a stream once a minute, and are away for seconds.
    """
    for _ in range(_MOST_TRIES):
        if (took := await run()) < inf:
            break
    return took


def least(times: Iterable[float]) -> float | None:
    """Return the least: whatever else the machine does only ever adds to it."""
    return min((each for each in times if each < inf), default=None)


def middle(times: Iterable[float]) -> float | None:
    """Return the median of the rounds that count."""
    counting = [each for each in times if each < inf]
    return median(counting) if counting else None


def ratio(one: float | None, other: float | None) -> float | None:
    """Return how many times the other one is."""
    return one / other if one and other else None


class Taking(Protocol):
    """Whatever counts the readings that it took."""

    taken: int


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


def pushed(
    feeder: Feeder, name: str, codes: tuple[str, ...], count: int, taking: Taking
) -> Round:
    """Return what measures readings that are pushed: all that the loop's thread does.

    A round in which some did not arrive, or more than were sent, does not count.
    """

    async def run() -> float:
        due, before = taking.taken + count, time.thread_time()
        await feeder.feed(name, codes, count, PACE)
        for _ in range(_MOST_WAITS):
            if taking.taken >= due:
                break
            await asyncio.sleep(_WAIT_SECONDS)
        spent = time.thread_time() - before
        return spent / count if taking.taken == due else inf

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
    for _ in range(_MOST_TRIES):
        seen.clear()
        if counts := await run() < inf:
            break
    remove()
    if not counts:
        return None
    often = {each for each in seen if seen.count(each) > count / 2}
    return sum(each in often for each in seen) / count, sorted(often)
