"""Fixtures of the tests of every bridge: clients for its simulator."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.client import Access, Client
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.bridges.transport.http import BridgeHttp
from tests.support.simulator import Simulator

type Connect = Callable[..., Client[Any]]


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """Return the kind of bridge, which is the folder of the test."""
    return request.path.parent.name


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Open a session for clients."""
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
def connect(simulator: Simulator, session: ClientSession, key: str) -> Connect:
    """Return a function that creates a client, by default with the right login."""

    def connect(*, host: str | None = None, **access: object) -> Client[Any]:
        known: dict[str, Any] = {"is_typed": True, **simulator.credentials, **access}
        address = parse_address(host or simulator.address)
        client: Client[Any] = BRIDGES[key].connect(
            Access(address=address, **known), session
        )
        return client

    return connect


@pytest.fixture
def client(connect: Connect) -> Client[Any]:
    """Return a new client with the right login."""
    return connect()


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the timeout of clients, so that tests do not wait for long."""
    defaults = BridgeHttp.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", 0.3)
