"""What is measured: everything that may grow, and everything that may be too much."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import gc
import logging
from pathlib import Path
import resource
import sys
import tracemalloc
from typing import override

from aiohttp import web_app
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.async_ import get_scheduled_timer_handles

from tests.support.simulator import Simulator

_TESTS = str(Path(__file__).parents[1] / "*")
# What simulators hold is no part of Home Assistant; they may keep so many rows.
_FILTERS = (
    tracemalloc.Filter(inclusive=False, filename_pattern=_TESTS),
    tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__),
    tracemalloc.Filter(inclusive=False, filename_pattern="*/linecache.py"),
)


_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is at one moment.

    `resident` is the memory of the whole process in MiB, simulators and all, `blocks`
    what Python has in use of it, `traced` their KiB outside of tests where traced.
    """

    resident: int
    blocks: int
    traced: int
    tasks: int
    sockets: int
    timers: int
    listeners: int
    entities: int


def measure(hass: HomeAssistant) -> Size:
    """Count everything."""
    # What the harness has instead of files notes each time that it was called.
    for name in ("_async_load", "_async_write_data", "async_remove"):
        getattr(Store, name).reset_mock()
    # The simulators' web server does not forget the last 1024 that were unplugged.
    web_app._cached_build_middleware.cache_clear()  # noqa: SLF001
    gc.collect()
    blocks, traced = sys.getallocatedblocks(), 0
    if tracemalloc.is_tracing():
        snapshot = tracemalloc.take_snapshot().filter_traces(_FILTERS)
        traced = sum(trace.size for trace in snapshot.traces) // 1024
    return Size(
        resident=resident(),
        blocks=blocks,
        traced=traced,
        tasks=len(asyncio.all_tasks()),
        sockets=sockets(),
        timers=sum(not it.cancelled() for it in get_scheduled_timer_handles(hass.loop)),
        listeners=sum(
            count
            for event, count in hass.bus.async_listeners().items()
            if event
            != EVENT_HOMEASSISTANT_FINAL_WRITE  # a file that waits to be written
        ),
        entities=hass.states.async_entity_ids_count(),
    )


def resident() -> int:
    """Return how much memory this process has, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // (1 << 20)


def sockets() -> int:
    """Count the open sockets of this process, on both sides."""
    count = 0
    for number in Path("/proc/self/fd").iterdir():
        try:
            count += str(number.readlink()).startswith("socket:")
        except FileNotFoundError:  # the one that this folder was read by
            continue
    return count


class LogCounter(logging.Handler):
    """Count what an owner finds in the log, hour by hour and in all."""

    def __init__(self) -> None:
        """Count from info on."""
        super().__init__(logging.INFO)
        self.hour = 0
        self.most = 0
        self.lines: Counter[str] = Counter()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Count one line; a traceback is worth being told apart."""
        self.hour += 1
        traceback = "with traceback: " if record.exc_info else ""
        self.lines[f"{record.levelname} {record.name}: {traceback}{record.msg}"] += 1

    def end_hour(self) -> None:
        """Begin another hour."""
        self.most, self.hour = max(self.most, self.hour), 0


@dataclass(slots=True)
class Traffic:
    """What one simulator was asked, hour by hour and in all."""

    simulator: Simulator
    requests: int = 0
    most_requests: int = 0
    streams: int = 0
    most_streams: int = 0

    def end_hour(self) -> None:
        """Count an hour, and let the simulator forget it."""
        asked = self.simulator.requests
        streams = sum(
            "event-stream" in it.headers.get("Accept", "") or "Upgrade" in it.headers
            for it in asked
        )
        self.requests += len(asked)
        self.most_requests = max(self.most_requests, len(asked))
        self.streams += streams
        self.most_streams = max(self.most_streams, streams)
        asked.clear()
        _forget(self.simulator)


def _forget(simulator: Simulator) -> None:
    """Let a simulator forget what it was asked and measured long ago."""
    if (asked := getattr(simulator, "asked", None)) is not None:
        asked.clear()
    database = getattr(simulator, "database", None)
    for register in database.registers if database else ():
        del register.history[:-_ROWS]
