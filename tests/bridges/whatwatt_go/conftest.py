"""What the tests of this bridge share: its simulator, and a client for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
from pathlib import Path

from aiohttp import ClientSession
import pytest

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from custom_components.meter_bridge.bridges.whatwatt_go.system import Details
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.house import House
from tests.support.waiting import eventually

FIXTURES = Path(__file__).parent / "fixtures"
CAPTURES = Path(__file__).parents[4] / "shared" / "captures" / "whatwatt-go"

SYSTEM, REPORT, LIVE = "/api/v1/system", "/api/v1/report", "/api/v1/live"
SERIAL = "02A4C61B9D5E"

type Published = list[Snapshot[Details]]
type Connect = Callable[..., WhatwattClient]


def load(name: str) -> object:
    """Load a fixture."""
    found: object = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


@pytest.fixture
async def simulator(house: House) -> AsyncIterator[WhatwattGoSimulator]:
    """Run a device on loopback."""
    simulator = WhatwattGoSimulator(house)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def connect(simulator: WhatwattGoSimulator) -> AsyncIterator[Connect]:
    """Make clients for the device."""
    async with ClientSession() as session:

        def connect(
            password: str = "",
            pinned: dict[str, str] | None = None,
            *,
            hearsay: bool = False,
        ) -> WhatwattClient:
            access = Access(
                address=parse_address(simulator.address),
                password=password,
                pinned=pinned or {},
                hearsay=hearsay,
            )
            return WhatwattClient(access, session)

        yield connect


@pytest.fixture
def client(connect: Connect) -> WhatwattClient:
    """Return a client without a password."""
    return connect()


def asked(simulator: WhatwattGoSimulator) -> list[str]:
    """Return the paths that were asked for."""
    return [request.path for request in simulator.requests]


@asynccontextmanager
async def streaming(
    client: WhatwattClient, simulator: WhatwattGoSimulator
) -> AsyncIterator[tuple[Published, asyncio.Task[None]]]:
    """Follow the stream for the length of a block."""
    published: Published = []
    task = asyncio.create_task(client.stream(published.append))
    await eventually(lambda: simulator.open_streams or task.done())
    try:
        yield published, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def values(snapshot: Snapshot[Details]) -> dict[str, float]:
    """Return the main meter's values."""
    return dict(snapshot.readings[0].values) if snapshot.readings else {}


async def stream_of(simulator: WhatwattGoSimulator) -> None:
    """Wait until the stream stands."""
    await eventually(lambda: simulator.open_streams == 1)


@asynccontextmanager
async def other_listener(simulator: WhatwattGoSimulator) -> AsyncIterator[None]:
    """Take the stream, as the device's own web page does."""
    async with (
        ClientSession(f"http://{simulator.address}") as session,
        session.get(LIVE),
    ):
        await asyncio.sleep(0.05)
        yield


@asynccontextmanager
async def ticking(simulator: WhatwattGoSimulator) -> AsyncIterator[None]:
    """Let the meter report now and then."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.02)
            simulator.tick()

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
