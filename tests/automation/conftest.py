"""Bridges for automations: with a PIN, status bits, or the rating of a fuse."""

import pytest

from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import Start
from tests.support.automating import start


@pytest.fixture
async def iometer(simulators: Start) -> IometerSimulator:
    """Set up a bridge with a PIN, whose meter is stale after ten minutes."""
    return await start(simulators, IometerSimulator)


@pytest.fixture
async def octopus(simulators: Start) -> OctopusHomeProSimulator:
    """Set up a bridge with two meters that report their status bit by bit."""
    return await start(simulators, OctopusHomeProSimulator)


@pytest.fixture
async def cozify(simulators: Start) -> CozifyHanSimulator:
    """Set up a bridge that reports the rating of the main fuse, 25 A."""
    return await start(simulators, CozifyHanSimulator)
