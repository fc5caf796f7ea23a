"""An additional bridge that can be put into a state that its owner has to fix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.house import House
from tests.support.simulator import Simulator

from .simulators import Simulated


@asynccontextmanager
async def another[S: Simulator](kind: type[S]) -> AsyncIterator[tuple[Simulated, S]]:
    """Run a simulator in this process, so that its attributes can be set."""
    simulator = kind(House(datetime.now(UTC)))
    await simulator.start()
    try:
        yield (
            Simulated(bridge=simulator.key, address=simulator.address, announced=False),
            simulator,
        )
    finally:
        await simulator.stop()


@asynccontextmanager
async def another_iometer() -> AsyncIterator[tuple[Simulated, IometerSimulator]]:
    """Run another IOmeter, whose core can be disconnected."""
    async with another(IometerSimulator) as (simulated, simulator):
        simulator.device_id = str(uuid4())
        yield simulated, simulator
