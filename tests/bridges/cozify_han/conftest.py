"""What the tests of this bridge share: its simulator, a client, and its streams."""

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

from custom_components.meter_bridge.bridges.address import parse_address
from custom_components.meter_bridge.bridges.contract import Access
from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.cozify_han.details import Details
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.house import House
from tests.waiting import eventually

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


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does; syrupy's own fixture hides that one."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that an owner has to enable."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


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


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state that has to exist."""
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found.state


async def shows(hass: HomeAssistant, entity_id: str, value: str) -> None:
    """Wait until an entity shows a value."""
    await eventually(lambda: state(hass, entity_id) == value)


async def advance(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and what is due happen."""
    later = dt_util.utcnow() + timedelta(seconds=seconds)
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()
