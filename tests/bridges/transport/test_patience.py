"""Test giving up on who says nothing."""

import asyncio

from custom_components.meter_bridge.bridges.transport.patience import wait_longer

SECONDS = 16.0


async def test_a_timer_is_moved_seldom() -> None:
    """Whatever is heard, a limit runs out in time or up to a sixteenth later."""
    clock = asyncio.get_running_loop().time
    moved = set()
    async with asyncio.timeout(SECONDS) as limit:
        for _ in range(1000):
            await asyncio.sleep(0)
            asked = clock()
            wait_longer(limit, SECONDS)
            when = limit.when()
            assert when is not None
            assert asked + SECONDS <= when <= clock() + SECONDS * 17 / 16
            moved.add(when)
    assert len(moved) == 1


async def test_a_limit_may_become_nearer_or_begin() -> None:
    """A shorter time counts at once, and so does the first."""
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(None) as limit:
        for seconds in (SECONDS, SECONDS / 2, SECONDS * 2):
            await asyncio.sleep(0)
            asked = clock()
            wait_longer(limit, seconds)
            when = limit.when()
            assert when is not None
            assert asked + seconds <= when <= clock() + seconds * 17 / 16
