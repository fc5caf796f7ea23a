"""Waiting for what happens on a real socket."""

import asyncio
from collections.abc import Callable

_TICK = 0.01


async def eventually(
    happened: Callable[[], object], seconds: float = 3.0, *, tick: float = _TICK
) -> None:
    """Wait until something is so; fail when it still is not after these seconds."""
    async with asyncio.timeout(seconds):
        # What happens there has no event to wait for.
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(tick)
