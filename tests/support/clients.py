"""Follow the stream of a client, and return its requests and readings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from custom_components.meter_bridge.bridges.client import Client
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.snapshot import Snapshot

from .accounts import shown
from .simulator import Simulator
from .waiting import eventually

type Published[D] = list[Snapshot[D]]


@asynccontextmanager
async def streaming[D](
    client: Client[D], simulator: Simulator | None = None
) -> AsyncIterator[tuple[Published[D], asyncio.Task[None]]]:
    """Follow the stream until the block ends.

    With a simulator, the block begins once a stream is open there, or has failed.
    """
    published: Published[D] = []
    task = asyncio.create_task(client.stream(published.append))
    if simulator:
        await eventually(lambda: simulator.open_streams or task.done())
    try:
        yield published, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def asked(simulator: Simulator, since: int = 0) -> list[str]:
    """Return the paths that were requested after that time."""
    return [request.path for request in simulator.requests[since:]]


def values(snapshot: Snapshot[object]) -> dict[str, float]:
    """Return what is shown of the main meter, nothing where it was not read."""
    return shown(snapshot.readings[0]) if snapshot.readings else {}


def power(snapshot: Snapshot[object]) -> float | None:
    """Return net power in W, None without one."""
    return values(snapshot).get(NET_POWER)
