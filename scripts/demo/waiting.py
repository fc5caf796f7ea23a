"""Wait for a result."""

import asyncio
from collections.abc import Awaitable, Callable
import time

PAUSE = 0.2


async def until[T](
    look: Callable[[], Awaitable[T]], enough: Callable[[T], object], within: float
) -> T:
    """Call `look` until `enough` accepts its result or time is up; return the last."""
    deadline = time.monotonic() + within
    while True:
        seen = await look()
        if enough(seen) or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(PAUSE)
