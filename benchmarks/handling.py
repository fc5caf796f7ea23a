"""The cost of a pushed reading without its socket: from the event to the states.

Events of the stream are kept back, and then handled one right after the other. This is
less realistic than readings at their normal pace, but hardly disturbed by anything.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
import time
from typing import Any
from unittest.mock import patch

from custom_components.meter_bridge.bridges.transport.http import BridgeHttp
from tests.kinds import KINDS
from tests.support.kind import Kind

from .alone import alone
from .feeder import Feeder
from .home import EVERY_READING, home, new_entry, set_up, show
from .report import Cell, Part
from .rounds import PACE, Effort, in_turns, least, ratio

_MOST_WAITS, _WAIT_SECONDS = 100, 0.01
_REPEATS = 3

type Take = Callable[[Any], None]
type Follow = Callable[..., Awaitable[None]]
type Times = dict[tuple[str, int], list[float]]


@dataclass(slots=True)
class _Tap:
    """Keeps back the events of one path, while it is closed."""

    path: str = ""
    take: Take | None = None
    held: list[object] = field(default_factory=list)
    is_closed: bool = False

    def on(self, follow: Follow) -> Follow:
        """Return the given method with a tap in it."""

        async def tapped(http: BridgeHttp, path: str, take: Take, **more: Any) -> None:  # noqa: ANN401 (handed through)
            def receive(event: object) -> None:
                if self.is_closed and path == self.path:
                    self.take = take
                    self.held.append(event)
                else:
                    take(event)

            await follow(http, path, receive, **more)

        return tapped


def handling(effort: Effort) -> list[Part]:
    """Measure the bridges that push, beside those of another checkout if given."""
    products: list[Path | None] = [effort.before, None] if effort.before else [None]
    runs: list[Times] = [{} for _ in products]
    for _ in range(_REPEATS):
        for product, found in zip(products, runs, strict=True):
            for row, times in alone(handle, effort, product=product).items():
                found.setdefault(row, []).extend(times)
    head = ("Before", "After", "Before / after") if effort.before else ("Ours",)
    part = Part(
        title="A reading without its socket (µs of processor)",
        head=("Bridge", "Registers changed", *head),
    )
    for key, changed in runs[-1]:
        figures: list[Cell] = [least(found[key, changed]) for found in runs]
        if effort.before:
            figures.append(ratio(*(least(found[key, changed]) for found in runs)))
        part.rows.append((key, changed, *figures))
    return [part]


async def handle(effort: Effort) -> Times:
    """Measure every kind of bridge that pushes, in this process."""
    found: Times = {}
    tap = _Tap()
    with (
        patch.object(BridgeHttp, "follow", tap.on(BridgeHttp.follow)),
        patch.object(BridgeHttp, "follow_socket", tap.on(BridgeHttp.follow_socket)),
        Feeder() as feeder,
    ):
        async with home() as hass:
            for kind in KINDS.values():
                if not kind.streams or not effort.takes(kind.key):
                    continue
                tap.path = kind.benchmark.path
                place = feeder.open(kind.key, kind.key, kind.benchmark.registers)
                entry = await set_up(
                    hass, await new_entry(hass, place, updates=EVERY_READING)
                )
                await show(hass, entry)
                await asyncio.sleep(0.3)
                for codes in kind.benchmark.changes:
                    run = _round(feeder, tap, kind, codes, effort.readings)
                    await run()
                    times = await in_turns({"ours": run}, effort)
                    found[kind.key, len(codes)] = times["ours"]
                await hass.config_entries.async_remove(entry.entry_id)
    return found


def _round(
    feeder: Feeder, tap: _Tap, kind: Kind, codes: tuple[str, ...], count: int
) -> Callable[[], Awaitable[float]]:
    """Return a round of `count` readings, which does not count if it loses one."""

    async def run() -> float:
        tap.held, tap.is_closed = [], True
        await feeder.feed(kind.key, codes, count, PACE)
        for _ in range(_MOST_WAITS):
            if len(tap.held) >= count:
                break
            await asyncio.sleep(_WAIT_SECONDS)
        tap.is_closed = False
        if tap.take is None or len(tap.held) != count:
            return inf
        before = time.thread_time()
        for event in tap.held:
            tap.take(event)
        return (time.thread_time() - before) / count

    return run
