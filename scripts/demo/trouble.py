"""An additional bridge that can be put into a state that its owner has to fix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.house import House

from .simulators import Simulated


@asynccontextmanager
async def another_iometer() -> AsyncIterator[tuple[Simulated, IometerSimulator]]:
    """Run an IOmeter simulator in this process, so that its attributes can be set."""
    simulator = IometerSimulator(House(datetime.now(UTC)))
    simulator.device_id = str(uuid4())
    await simulator.start()
    try:
        yield (
            Simulated(bridge=simulator.key, address=simulator.address, announced=False),
            simulator,
        )
    finally:
        await simulator.stop()
