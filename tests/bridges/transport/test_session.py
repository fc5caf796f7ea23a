"""Test that nothing is sent to an address that no bridge can have."""

from dataclasses import replace

from aiohttp import web
import pytest

from custom_components.meter_bridge.bridges.errors import BridgeConnectionError
from custom_components.meter_bridge.bridges.transport import address
from custom_components.meter_bridge.bridges.transport.http import BridgeHttp
from tests.support.servers import always, serving


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the address of the test's server one that is forbidden."""
    monkeypatch.setattr(address, "_FORBIDDEN", {"127.0.0.1"})


def named(http: BridgeHttp) -> BridgeHttp:
    """Return the same server by a name that resolves to it."""
    return replace(http, url=http.url.with_host("localhost"))


async def ask(http: BridgeHttp, way: str) -> None:
    """Send a request, or open one of the streams."""
    if way == "request":
        await http.get_json("/")
    elif way == "events":
        await http.follow("/", lambda _: None)
    else:
        await http.follow_socket("/", lambda _: None)


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("way", ["request", "events", "socket"])
async def test_a_name_that_leads_to_a_forbidden_address(way: str) -> None:
    """Nothing is sent if a name resolves to a forbidden address."""
    async with serving(always()) as (http, requests):
        with pytest.raises(BridgeConnectionError, match="No bridge can have"):
            await ask(named(http), way)
        assert requests == []


async def test_a_name_that_leads_elsewhere_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An open connection is checked again before each request."""
    async with serving(always()) as (server, requests):
        http = named(server)
        await http.get_json("/")
        monkeypatch.setattr(address, "_FORBIDDEN", {"127.0.0.1"})
        with pytest.raises(BridgeConnectionError, match="No bridge can have"):
            await http.get_json("/")
        assert len(requests) == 1


async def test_names_lead_to_bridges() -> None:
    """Other addresses are accepted, and their cookies are ignored."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.json_response(dict(request.cookies))
        response.set_cookie("seen", "before")
        return response

    async with serving(answer) as (server, _):
        http = named(server)
        assert await http.get_json("/") == {}
        assert await http.get_json("/") == {}


@pytest.mark.parametrize("way", ["request", "events", "socket"])
async def test_nothing_is_sent_after_a_stop(way: str) -> None:
    """What still wants to ask after Home Assistant has stopped opens no connection."""
    async with serving(always()) as (http, requests):
        await http.session.close()
        with pytest.raises(BridgeConnectionError, match="has closed"):
            await ask(http, way)
    assert not requests
