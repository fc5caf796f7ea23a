"""What the tests of this bridge share: its simulator, a client, and its streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession
import pytest

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.cozify_han.details import Details
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.bridges.transport.address import parse_address
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.house import House
from tests.support.waiting import eventually

MAC = "02:5a:c3:10:7e:44"
SERIAL = "SN-T01-0042"
UUID = "0c6f9b1e-7a44-4d0e-9f63-2d51c08a7be4"

STATE, CONFIGURATION, HEALTH = "/han", "/configuration", "/health"
METER, OLD_METER, METER_ID = "/meter", "/meter/data", "/meter/id"
SOCKET, EVENTS, OLD_EVENTS = "/ws", "/sse", "/events"

type Published = list[Snapshot[Details]]


@pytest.fixture
async def simulator(house: House) -> AsyncIterator[CozifyHanSimulator]:
    """Run a reader on loopback."""
    simulator = CozifyHanSimulator(house)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def client(simulator: CozifyHanSimulator) -> AsyncIterator[CozifyHanClient]:
    """Return a client of the reader that has asked nothing yet."""
    async with ClientSession() as session:
        access = Access(address=parse_address(simulator.address))
        yield CozifyHanClient(access, session)


@asynccontextmanager
async def streaming(
    client: CozifyHanClient,
) -> AsyncIterator[tuple[Published, asyncio.Task[None]]]:
    """Follow the reader for the length of a block."""
    published: Published = []
    task = asyncio.create_task(client.stream(published.append))
    try:
        yield published, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def followed(simulator: CozifyHanSimulator, way: str = SOCKET) -> None:
    """Wait until the stream stands, and this is its way."""
    await eventually(lambda: simulator.ways == [way], seconds=5)


def asked(simulator: CozifyHanSimulator, since: int = 0) -> list[str]:
    """Return the paths of the requests since then."""
    return [request.path for request in simulator.requests[since:]]


def values(snapshot: Snapshot[Details]) -> dict[str, float]:
    """Return the meter's values, none where it was not read."""
    return dict(snapshot.readings[0].values) if snapshot.readings else {}


def power(snapshot: Snapshot[Details]) -> float | None:
    """Return net power in W, None without one."""
    return values(snapshot).get("16.7.0")


def says(published: Published, watts: float) -> bool:
    """Tell whether the last snapshot says this net power."""
    return bool(published) and power(published[-1]) == watts
