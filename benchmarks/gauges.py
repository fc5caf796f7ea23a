"""What a process takes: how late its event loop is, and how much memory."""

import asyncio
from dataclasses import dataclass
import gc
from pathlib import Path
import resource

_SLEEP_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """By how many seconds a loop was late: half of the time, 99 % of it, at worst."""

    p50: float
    p99: float
    longest: float


class Probe:
    """Sleep for 10 ms again and again, and note by how much it was too long."""

    def __init__(self) -> None:
        """Begin."""
        self._lags: list[float] = []
        self._task = asyncio.create_task(self._note())

    async def _note(self) -> None:
        """Note until it is stopped."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _SLEEP_SECONDS
            await asyncio.sleep(_SLEEP_SECONDS)
            self._lags.append(loop.time() - due)

    async def stop(self) -> Lag:
        """Return what was noted."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        lags = sorted(self._lags)
        return Lag(
            p50=lags[len(lags) // 2],
            p99=lags[len(lags) * 99 // 100],
            longest=lags[-1],
        )


def resident() -> float:
    """Return how many KiB of memory this process has, garbage aside."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024
