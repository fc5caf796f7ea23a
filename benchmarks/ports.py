"""Names that lead to a simulator: not every client takes a port with its host."""

from collections.abc import Iterable
import socket
from typing import cast, override

from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, HassAsyncDNSResolver
from homeassistant.helpers.httpx_client import (
    DATA_ASYNC_CLIENT,
    create_async_httpx_client,
)
from homeassistant.util.ssl import SSL_ALPN_HTTP11
import httpcore
import httpx

from .feeder import Place

_LOOPBACK, _PREFIX = "127.0.0.1", "port-"


def name_of(place: Place) -> str:
    """Return a host name without a port that leads there all the same."""
    return _PREFIX + place.address.rpartition(":")[2]


def _port_of(name: str) -> int:
    """Return the port of this machine that a name has in it."""
    return int(name.removeprefix(_PREFIX))


class _Resolver(AbstractResolver):
    """Tell aiohttp where a name leads, port and all."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the one place."""
        return [
            ResolveResult(
                hostname=host,
                host=_LOOPBACK,
                port=_port_of(host),
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Hold nothing open."""

    async def real_close(self) -> None:
        """Hold nothing open at the end either, as Home Assistant asks."""


class _Backend(httpcore.AsyncNetworkBackend):
    """Connect httpx to where a name leads; on the connection nothing is different."""

    def __init__(self) -> None:
        """Connect as httpx does."""
        self._backend = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection."""
        return await self._backend.connect_tcp(
            *(_LOOPBACK, _port_of(host), timeout, local_address, socket_options)
        )


class _Transport(httpx.AsyncHTTPTransport):
    """Be the usual one, but for where it connects."""

    def __init__(self) -> None:
        """Keep connections as long as Home Assistant does."""
        super().__init__()
        self._pool = httpcore.AsyncConnectionPool(
            keepalive_expiry=15, network_backend=_Backend()
        )


def lead_aiohttp(hass: HomeAssistant) -> None:
    """Let Home Assistant's session find the simulators.

    Its own resolver wants the network integration, which looks around.
    """
    hass.data[DATA_RESOLVER] = cast("HassAsyncDNSResolver", _Resolver())


def lead_httpx(hass: HomeAssistant) -> None:
    """Let Home Assistant's httpx client, the one that verifies nothing, find them."""
    client = create_async_httpx_client(hass, verify_ssl=False, transport=_Transport())
    hass.data.setdefault(DATA_ASYNC_CLIENT, {})[False, SSL_ALPN_HTTP11] = client
