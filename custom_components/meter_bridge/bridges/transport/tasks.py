"""Coroutines that belong together and end together."""

import asyncio
from collections.abc import Coroutine


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
