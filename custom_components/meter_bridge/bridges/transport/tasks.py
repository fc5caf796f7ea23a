"""Coroutines that end together, and time limits that are pushed back."""

import asyncio
from collections.abc import Coroutine

# Moving a timer at each message costs more than reading the message. The limit may run
# out late by this part of its time, so that it is moved seldom.
_SLACK = 1 / 16


async def race(*coroutines: Coroutine[object, object, object]) -> None:
    """Run all until one ends or fails; cancel the others and raise its error."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def extend(limit: asyncio.Timeout, seconds: float) -> None:
    """Let a limit run out `seconds` from now, or up to a sixteenth of that later."""
    due = asyncio.get_running_loop().time() + seconds
    when = limit.when()
    if when is None or not due <= when <= due + seconds * _SLACK:
        limit.reschedule(due + seconds * _SLACK)
