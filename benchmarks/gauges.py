"""Measure the lag of the event loop, and the memory of the process."""

import asyncio
from dataclasses import dataclass
import gc
from pathlib import Path
import resource

_SLEEP_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The lag of an event loop in seconds: median, 99th percentile, and longest."""

    p50: float
    p99: float
    longest: float


class Probe:
    """Sleep for 10 ms repeatedly, and note by how much each sleep was too long."""

    def __init__(self) -> None:
        """Start to measure."""
        self._lags: list[float] = []
        self._task = asyncio.create_task(self._note())

    async def _note(self) -> None:
        """Measure until stopped."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _SLEEP_SECONDS
            await asyncio.sleep(_SLEEP_SECONDS)
            self._lags.append(loop.time() - due)

    async def stop(self) -> Lag:
        """Stop, and return the lag."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        lags = sorted(self._lags)
        return Lag(
            p50=lags[len(lags) // 2],
            p99=lags[len(lags) * 99 // 100],
            longest=lags[-1],
        )


def resident() -> float:
    """Return the resident memory of this process (KiB), after a garbage collection."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024
