"""Wait for events on a real socket."""

import asyncio
from collections.abc import Callable, Sized

_TICK = 0.01
_QUIET_SECONDS = 0.1


async def eventually(
    happened: Callable[[], object], seconds: float = 3.0, *, tick: float = _TICK
) -> None:
    """Wait until a condition is true; fail after these seconds."""
    async with asyncio.timeout(seconds):
        # Nothing signals what happens on a socket, so poll.
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(tick)


async def quiet(requests: Sized) -> None:
    """Wait until a bridge is asked no more, also not in the background."""
    count = -1
    while count != len(requests):
        count = len(requests)
        await asyncio.sleep(_QUIET_SECONDS)
