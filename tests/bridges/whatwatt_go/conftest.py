"""Fixtures of this bridge's tests: paths, captured answers and streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path

from aiohttp import ClientSession

from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.waiting import eventually

FIXTURES = Path(__file__).parent / "fixtures"

SYSTEM, REPORT, LIVE = "/api/v1/system", "/api/v1/report", "/api/v1/live"
SETTINGS = ("/api/v1/settings", "/api/v1/meter/settings")
SERIAL = "02A4C61B9D5E"


def load(name: str) -> object:
    """Return a captured answer."""
    found: object = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


async def stream_of(simulator: WhatwattGoSimulator) -> None:
    """Wait until the stream is open."""
    await eventually(lambda: simulator.open_streams == 1)


@asynccontextmanager
async def other_listener(simulator: WhatwattGoSimulator) -> AsyncIterator[None]:
    """Take over the stream, as the device's own web page does."""
    async with (
        ClientSession(f"http://{simulator.address}") as session,
        session.get(LIVE),
    ):
        await asyncio.sleep(0.05)
        yield


@asynccontextmanager
async def ticking(simulator: WhatwattGoSimulator) -> AsyncIterator[None]:
    """Let the meter send readings repeatedly."""

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
