"""Fixtures of all tests: the integration, simulators, and their config entries."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
import time

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# The harness has its own package `custom_components`: ours must be imported first.
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import (
    CONF_BRIDGE,
    CONF_UPDATES,
    DOMAIN,
    Updates,
)
from custom_components.meter_bridge.flow import nearness
from custom_components.meter_bridge.flow.probe import connect

from .bridges.cozify_han.simulator import CozifyHanSimulator
from .bridges.iometer.simulator import IometerSimulator
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .kinds import KINDS
from .soak.warp import warped
from .support.house import House
from .support.simulator import Simulator
from .support.started import start

# Journeys run in an environment of their own, by scripts/e2e.
collect_ignore = ["e2e"]

type Start = Callable[[str], Awaitable[Simulator]]
type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Allow sockets; the harness still blocks every host except 127.0.0.1."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of the harness that turns on asyncio's debug mode.

    Debug mode takes half of the processor time. `PYTHONASYNCIODEBUG=1` turns it on.
    """


@pytest.fixture(autouse=True)
def _simulators_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let loopback be announced, where the simulators are."""
    monkeypatch.setattr(nearness, "LOOPBACK_IS_NEAR", True)


@pytest.fixture(autouse=True)
def allowance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let entities write as often as a test is fast, but where it asks not to.

    `@pytest.mark.allowance` leaves the allowance of states as it is.
    """
    if request.node.get_closest_marker("allowance") is None:
        monkeypatch.setattr(
            "custom_components.meter_bridge.values.allowance._BURST", 1e9
        )


@pytest.fixture
async def loop_debug() -> None:
    """Turn on asyncio's debug mode."""
    asyncio.get_running_loop().set_debug(True)


@pytest.fixture
async def freezer(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[FrozenDateTimeFactory]:
    """Freeze every clock except the event loop's, so that sockets still work."""
    real = time.monotonic
    with freeze_time() as frozen:
        # Home Assistant sets the clock of its loop on the object.
        monkeypatch.setattr(hass.loop, "time", real)
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
async def warp(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Skip all waiting times; sockets still work."""
    with warped(hass.loop):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots in Home Assistant's format, instead of syrupy's own."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that are disabled by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
def house() -> House:
    """Return the simulated household."""
    return House()


@pytest.fixture
async def simulators(
    house: House,
) -> AsyncGenerator[Start]:
    """Return a function that starts a simulator of a kind; stop all at the end."""
    started: list[Simulator] = []

    async def start(key: str) -> Simulator:
        simulator: Simulator = KINDS[key].simulator(house)
        started.append(simulator)
        await simulator.start()
        return simulator

    yield start
    for simulator in started:
        await simulator.stop()


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Start a simulator of the kind under test."""
    return await simulators(key)


@pytest.fixture
async def iometer(simulators: Start) -> IometerSimulator:
    """Start a bridge that sends net power, and whose meter has a PIN."""
    return await start(simulators, IometerSimulator)


@pytest.fixture
async def cozify(simulators: Start) -> CozifyHanSimulator:
    """Start a bridge that sends the current of each phase, with a main fuse of 25 A."""
    return await start(simulators, CozifyHanSimulator)


@pytest.fixture
async def octopus(simulators: Start) -> OctopusHomeProSimulator:
    """Start a bridge with two meters that report their status bit by bit."""
    return await start(simulators, OctopusHomeProSimulator)


@pytest.fixture
async def whatwatt(simulators: Start) -> WhatwattGoSimulator:
    """Start a bridge that needs a licence, and whose meter may be encrypted."""
    return await start(simulators, WhatwattGoSimulator)


@pytest.fixture
def set_up(hass: HomeAssistant, enable_custom_integrations: None) -> SetUp:
    """Return a function that sets up an entry for a simulator, without a throttle.

    The simulator is asked for its serial number unless the test gives one.
    """

    async def add(
        simulator: Simulator,
        serial: str | None = None,
        *,
        updates: Updates = Updates.EVERY_READING,
        **data: object,
    ) -> MockConfigEntry:
        data = {CONF_HOST: simulator.address, **simulator.credentials, **data}
        if serial is None:
            bridge = BRIDGES[simulator.key]
            serial = (await connect(hass, bridge, data).identify()).serial
        entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=f"{simulator.key}_{serial}",
            title="Bridge",
            data={CONF_BRIDGE: simulator.key, **data},
            options={CONF_UPDATES: updates.value},
            minor_version=2,
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    return add
