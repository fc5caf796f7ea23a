"""Wait for events on a real socket."""

import asyncio
from collections.abc import Callable

_TICK = 0.01


async def eventually(
    happened: Callable[[], object], seconds: float = 3.0, *, tick: float = _TICK
) -> None:
    """Wait until a condition is true; fail after these seconds."""
    async with asyncio.timeout(seconds):
        # Nothing signals what happens on a socket, so poll.
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(tick)
