"""Skip the time in which there is nothing to do but wait.

Sockets are real and take no simulated time. When nothing can be read, time jumps to the
next timer of the event loop. So back-off, idle limits and pauses really happen, which
would not if a test only moved a clock.
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

# Look several times: on a busy machine, loopback delivers a moment later.
_LOOKS = 3
_THREAD_SECONDS = 0.05
# The frozen clock has microseconds: round up, so that no timer is early.
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
        """Start at the present time of the event loop."""
        self._select = selector.select
        self._run_in_executor = loop.run_in_executor
        self._frozen = frozen
        self._begin = begin
        self._passed = timedelta()
        self._threads = 0

    def time(self) -> float:
        """Return the time of the event loop."""
        return self._begin + self._passed.total_seconds()

    def select(self, timeout: float | None = None) -> Ready:
        """Return what can be read; if nothing can, let the time jump."""
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
        """Count running threads: time must not jump while one runs."""
        self._threads += 1
        future = self._run_in_executor(executor, run, *args)
        future.add_done_callback(self._end_thread)
        return future

    def _end_thread(self, _future: asyncio.Future[object]) -> None:
        """Count a thread that has ended."""
        self._threads -= 1


@contextmanager
def warped(loop: asyncio.AbstractEventLoop) -> Iterator[FrozenDateTimeFactory]:
    """Warp the time of an event loop, and of all other clocks."""
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
