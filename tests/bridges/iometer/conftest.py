"""What the tests of this bridge share: its simulator, clients, and its streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession
import pytest

from custom_components.meter_bridge import coordinator as coordinator_module
from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.iometer.client import IOmeterClient
from custom_components.meter_bridge.bridges.iometer.models import Status
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.bridges.transport.address import parse_address
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import Start
from tests.support.waiting import eventually

READING, STATUS = "/v1/reading", "/v1/status"
POWER = "sensor.bridge_power"
IMPORT = "sensor.bridge_energy_import"
PIN = "sensor.bridge_pin"
METER_CONNECTION = "binary_sensor.bridge_meter_connection"
BRIDGE_CONNECTION = "binary_sensor.bridge_bridge_connection"
JSON, EVENTS = "application/json", "text/event-stream"

type Published = list[Snapshot[Status]]


@pytest.fixture
async def simulator(simulators: Start) -> IometerSimulator:
    """Run a bridge of today on loopback."""
    started = await simulators("iometer")
    assert isinstance(started, IometerSimulator)
    return started


@pytest.fixture
async def client(simulator: IometerSimulator) -> AsyncIterator[IOmeterClient]:
    """Return a client of the bridge that has asked nothing yet."""
    async with ClientSession() as session:
        access = Access(address=parse_address(simulator.address))
        yield IOmeterClient(access, session)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a broken stream again soon."""
    monkeypatch.setattr(coordinator_module, "_RETRY_MINIMUM", 0.05)


@asynccontextmanager
async def streaming(
    client: IOmeterClient,
) -> AsyncIterator[tuple[Published, asyncio.Task[None]]]:
    """Follow both streams for the length of a block."""
    published: Published = []
    task = asyncio.create_task(client.stream(published.append))
    try:
        yield published, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def followed(simulator: IometerSimulator) -> None:
    """Wait until both streams stand."""
    await eventually(lambda: simulator.open_streams == 2)


def asked(simulator: IometerSimulator, since: int = 0) -> list[tuple[str, str]]:
    """Return path and wanted type of the requests since then."""
    return [
        (request.path, request.headers["Accept"])
        for request in simulator.requests[since:]
    ]


def power(snapshot: Snapshot[Status]) -> float | None:
    """Return net power in W, None without one."""
    for reading in snapshot.readings:
        return reading.values.get("16.7.0")
    return None
