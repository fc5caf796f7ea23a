"""What the tests of this bridge share: its simulator, clients, and its streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.meter_bridge import coordinator as coordinator_module
from custom_components.meter_bridge.bridges.address import parse_address
from custom_components.meter_bridge.bridges.contract import Access
from custom_components.meter_bridge.bridges.iometer.client import IOmeterClient
from custom_components.meter_bridge.bridges.iometer.models import Status
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import Start
from tests.waiting import eventually

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
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does; syrupy's own fixture hides that one."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that an owner has to enable."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


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


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state that has to exist."""
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found.state


async def shows(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait until a state is this; a push has a second for it."""
    await eventually(lambda: state(hass, entity_id) == wanted, seconds=1)


async def advance(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and what is due happen."""
    later = dt_util.utcnow() + timedelta(seconds=seconds)
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()
