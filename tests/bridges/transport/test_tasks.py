"""Test that coroutines end together, and that time limits are postponed."""

import asyncio

import pytest

from custom_components.meter_bridge.bridges.errors import BridgeConnectionError
from custom_components.meter_bridge.bridges.transport.tasks import extend, race

SECONDS = 16.0


class Runner:
    """A coroutine that runs for ever, and records how it ended."""

    def __init__(self) -> None:
        """Not started yet."""
        self.started = asyncio.Event()
        self.cancelled = False

    async def run(self) -> None:
        """Wait until cancelled, then clean up for a moment."""
        self.started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            self.cancelled = True
            raise


async def fail(error: Exception) -> None:
    """Raise after the others have started."""
    await asyncio.sleep(0)
    raise error


async def test_the_first_to_end_ends_the_others() -> None:
    """When the first one ends, the others are cancelled and have cleaned up."""
    runners = [Runner(), Runner()]
    await race(runners[0].run(), asyncio.sleep(0.01), runners[1].run())
    assert [runner.cancelled for runner in runners] == [True, True]


async def test_the_first_error_is_raised() -> None:
    """When one fails, the others are cancelled and its error is raised."""
    runner, error = Runner(), BridgeConnectionError("gone")
    with pytest.raises(BridgeConnectionError) as raised:
        await race(runner.run(), fail(error))
    assert raised.value is error
    assert runner.cancelled


async def test_an_error_wins_over_an_end_in_the_same_moment() -> None:
    """An error is raised even if another one ends at the same moment."""
    for _ in range(20):
        with pytest.raises(BridgeConnectionError):
            await race(
                asyncio.sleep(0), fail(BridgeConnectionError("gone")), asyncio.sleep(0)
            )


async def test_two_errors_in_the_same_moment_give_one() -> None:
    """Of two errors at the same moment one is raised, and nothing is logged later."""
    with pytest.raises(BridgeConnectionError):
        await race(
            fail(BridgeConnectionError("one")), fail(BridgeConnectionError("two"))
        )


async def test_an_error_while_cleaning_up_is_no_result() -> None:
    """An error while cleaning up does not replace the result."""

    async def stumble() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("stumbled")

    await race(stumble(), asyncio.sleep(0.01))


async def test_cancelling_the_race_cancels_all() -> None:
    """Cancelling the race cancels all coroutines."""
    runners = [Runner(), Runner()]
    task = asyncio.create_task(race(*(runner.run() for runner in runners)))
    for runner in runners:
        await runner.started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [runner.cancelled for runner in runners] == [True, True]


async def test_a_race_that_runs_out_of_time_cancels_all() -> None:
    """A timeout around the race cancels all coroutines."""
    runner = Runner()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await race(runner.run())
    assert runner.cancelled


async def test_a_timer_is_moved_seldom() -> None:
    """A limit that is often postponed expires in time, or a sixteenth later."""
    clock = asyncio.get_running_loop().time
    moved = set()
    async with asyncio.timeout(SECONDS) as limit:
        for _ in range(1000):
            await asyncio.sleep(0)
            asked = clock()
            extend(limit, SECONDS)
            when = limit.when()
            assert when is not None
            assert asked + SECONDS <= when <= clock() + SECONDS * 17 / 16
            moved.add(when)
    assert len(moved) == 1


async def test_a_limit_may_become_nearer_or_begin() -> None:
    """A first or shorter limit applies at once."""
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(None) as limit:
        for seconds in (SECONDS, SECONDS / 2, SECONDS * 2):
            await asyncio.sleep(0)
            asked = clock()
            extend(limit, seconds)
            when = limit.when()
            assert when is not None
            assert asked + seconds <= when <= clock() + seconds * 17 / 16
