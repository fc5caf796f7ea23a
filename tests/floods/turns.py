"""How long the event loop is blocked."""

import asyncio
import gc
import time
from typing import Self


class LongestWait:
    """Measure the longest time, in seconds, between two turns of the event loop.

    It is processor time, so other programs on the machine do not count. Nor does it
    count what earlier tests have left: the garbage collector does not search that.
    """

    def __init__(self) -> None:
        """Start with nothing measured."""
        self.seconds = 0.0
        self._since = 0.0
        self._handle: asyncio.Handle | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        gc.freeze()
        self._since = time.thread_time()
        self._take()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        if self._handle is not None:
            self._handle.cancel()
        gc.unfreeze()

    def _take(self) -> None:
        """Note the time since the last turn, and schedule the next."""
        now = time.thread_time()
        self.seconds = max(self.seconds, now - self._since)
        self._since = now
        # Waiting in between costs nothing that would be measured.
        self._handle = asyncio.get_running_loop().call_later(0.0005, self._take)
