"""Wait for what takes its time."""

import asyncio
from collections.abc import Awaitable, Callable
import time

PAUSE = 0.2


async def until[T](
    look: Callable[[], Awaitable[T]], enough: Callable[[T], object], within: float
) -> T:
    """Look until it is enough or the time is up, and return what was seen last."""
    deadline = time.monotonic() + within
    while True:
        seen = await look()
        if enough(seen) or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(PAUSE)
