"""Keep the stream of a bridge open, and tell whether it is."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from math import inf
from random import uniform

from homeassistant.util import dt as dt_util

from .bridges.errors import BridgeError
from .bridges.snapshot import Snapshot
from .const import LOGGER

_RETRY_MINIMUM, _RETRY_MAXIMUM = 1.0, 60.0

type Publish = Callable[[Snapshot[object]], None]


class Stream:
    """A stream that is opened again whenever it ends.

    The pause before the next attempt grows until a snapshot arrives; a connection
    alone does not reset it.
    """

    def __init__(self, name: str) -> None:
        """Take the name of the bridge, for the log; nothing is open yet."""
        self._name = name
        self._pushed_at, self._pause, self._is_warned = -inf, _RETRY_MINIMUM, False
        # Since when it streams, or is only polled.
        self.since: datetime = dt_util.utcnow()

    @property
    def is_open(self) -> bool:
        """Tell whether a stream is open that has pushed at least one snapshot."""
        return self._pushed_at > -inf

    def note_push(self, now: float) -> float:
        """Note a good snapshot; return the seconds since the one before, 0 if none."""
        gap = now - self._pushed_at if self.is_open else 0.0
        if not self.is_open:
            self.since = dt_util.utcnow()
        self._pushed_at = now
        self._pause, self._is_warned = _RETRY_MINIMUM, False
        return gap

    async def follow(
        self, open_stream: Callable[[Publish], Awaitable[None]], publish: Publish
    ) -> None:
        """Open the stream again and again, for as long as the entry is loaded."""
        while True:
            rest = 0.0
            try:
                await open_stream(publish)
            except BridgeError as error:
                LOGGER.debug("%s: the stream stopped: %s", self._name, error)
                rest = error.retry_after
            except Exception as error:  # noqa: BLE001 (a fault of ours must not end it)
                self._report(error)
            if self.is_open:
                self.since = dt_util.utcnow()
            self._pushed_at = -inf
            pause = self._pause * uniform(0.5, 1.0)  # noqa: S311
            await asyncio.sleep(max(rest, pause))
            self._pause = min(self._pause * 2, _RETRY_MAXIMUM)

    def _report(self, error: Exception) -> None:
        """Warn once of a fault in our own code, until a snapshot arrives."""
        if not self._is_warned:
            LOGGER.warning(
                "%s: its stream could not be read (%s); trying again",
                self._name,
                type(error).__name__,
            )
        LOGGER.debug("%s: the stream stopped", self._name, exc_info=True)
        self._is_warned = True
