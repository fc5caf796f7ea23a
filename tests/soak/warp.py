"""Let time jump whenever there is nothing to do but wait.

Sockets are real and take no time, everything else waits for the event loop's timers:
when nothing is to be read, the next of them comes at once. So back-off, idle limits and
pauses take part, which a clock that is only set on would pass over.
"""

import asyncio
from asyncio import BaseEventLoop
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
import os
from selectors import BaseSelector, SelectorKey
from unittest.mock import patch

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

type Ready = list[tuple[SelectorKey, int]]

# What is sent over loopback is there at once; on a busy machine a moment later.
_LOOKS = 3
_THREAD_SECONDS = 0.05
# The frozen clock counts microseconds; one more, and a timer is never early.
_STEP = timedelta(microseconds=2)


class Warp:
    """The clocks of one event loop."""

    def __init__(
        self,
        loop: BaseEventLoop,
        selector: BaseSelector,
        frozen: FrozenDateTimeFactory,
        begin: float,
    ) -> None:
        """Begin at what the event loop takes for the present."""
        self._select = selector.select
        self._run_in_executor = loop.run_in_executor
        self._frozen = frozen
        self._begin = begin
        self._passed = timedelta()
        self._threads = 0

    def time(self) -> float:
        """Return what the event loop takes for the time."""
        return self._begin + self._passed.total_seconds()

    def select(self, timeout: float | None = None) -> Ready:
        """Return what can be read; with nothing to read, let the time pass."""
        for _ in range(_LOOKS):
            if (ready := self._select(0)) or timeout == 0:
                return ready
            os.sched_yield()
        if timeout is None or self._threads:
            return self._select(_THREAD_SECONDS)
        step = timedelta(seconds=max(timeout, 0.0)) + _STEP
        self._passed += step
        self._frozen.tick(step)
        return []

    def run_in_executor(
        self, executor: Executor | None, run: Callable[..., object], *args: object
    ) -> asyncio.Future[object]:
        """Count what runs in threads, which takes its time."""
        self._threads += 1
        future = self._run_in_executor(executor, run, *args)
        future.add_done_callback(self._end_thread)
        return future

    def _end_thread(self, _future: asyncio.Future[object]) -> None:
        """Count it out."""
        self._threads -= 1


@contextmanager
def warped(loop: asyncio.AbstractEventLoop) -> Iterator[FrozenDateTimeFactory]:
    """Warp the time of this event loop, and all other clocks with it."""
    assert isinstance(loop, BaseEventLoop)
    selector: BaseSelector = loop._selector  # type: ignore[attr-defined]  # noqa: SLF001
    begin = loop.time()
    with freeze_time() as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        warp = Warp(loop, selector, frozen, begin)
        change = partial(patch.object, loop)
        with (
            patch.object(selector, "select", warp.select),
            change("time", warp.time),
            change("run_in_executor", warp.run_in_executor),
        ):
            yield frozen
