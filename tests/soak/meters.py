"""Measure everything that could grow, and everything that could be too much."""

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
# The memory of simulators does not count. They may keep this many rows of history.
_FILTERS = (
    tracemalloc.Filter(inclusive=False, filename_pattern=_TESTS),
    tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__),
    tracemalloc.Filter(inclusive=False, filename_pattern="*/linecache.py"),
)


_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What exists at one moment.

    `resident` is the memory of the whole process in MiB, with simulators; `blocks` are
    those that Python has in use; `traced` are KiB outside of tests, 0 unless traced.
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
    """Measure everything now."""
    # The harness's mocks of files record every call.
    for name in ("_async_load", "_async_write_data", "async_remove"):
        getattr(Store, name).reset_mock()
    # The web server of the simulators caches the last 1024 apps, also unplugged ones.
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
    """Return the resident memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // (1 << 20)


def sockets() -> int:
    """Count the open sockets of this process, on both sides."""
    count = 0
    for number in Path("/proc/self/fd").iterdir():
        try:
            count += str(number.readlink()).startswith("socket:")
        except FileNotFoundError:  # the descriptor of this listing itself
            continue
    return count


class LogCounter(logging.Handler):
    """Counts the log lines that an owner sees, by the hour and in all."""

    def __init__(self) -> None:
        """Count the levels from info up."""
        super().__init__(logging.INFO)
        self.hour = 0
        self.most = 0
        self.lines: Counter[str] = Counter()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Count a line; those with a traceback are counted separately."""
        self.hour += 1
        traceback = "with traceback: " if record.exc_info else ""
        self.lines[f"{record.levelname} {record.name}: {traceback}{record.msg}"] += 1

    def end_hour(self) -> None:
        """Begin the next hour."""
        self.most, self.hour = max(self.most, self.hour), 0


@dataclass(slots=True)
class Traffic:
    """Counts the requests to a simulator, by the hour and in all."""

    simulator: Simulator
    requests: int = 0
    most_requests: int = 0
    streams: int = 0
    most_streams: int = 0

    def end_hour(self) -> None:
        """Count the requests of an hour, and delete them from the simulator."""
        requests = self.simulator.requests
        streams = sum(
            "event-stream" in it.headers.get("Accept", "") or "Upgrade" in it.headers
            for it in requests
        )
        self.requests += len(requests)
        self.most_requests = max(self.most_requests, len(requests))
        self.streams += streams
        self.most_streams = max(self.most_streams, streams)
        requests.clear()
        _forget(self.simulator)


def _forget(simulator: Simulator) -> None:
    """Delete old requests and history of a simulator."""
    if (asked := getattr(simulator, "asked", None)) is not None:
        asked.clear()
    database = getattr(simulator, "database", None)
    for register in database.registers if database else ():
        del register.history[:-_ROWS]
