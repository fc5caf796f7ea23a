"""Host names that stand for a port, for clients that accept no port with a host."""

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


def host_name_of(place: Place) -> str:
    """Return a host name that stands for the port of a simulator."""
    return _PREFIX + place.address.rpartition(":")[2]


def _port_of(name: str) -> int:
    """Return the port that a host name stands for."""
    return int(name.removeprefix(_PREFIX))


class _Resolver(AbstractResolver):
    """Resolves such a host name for aiohttp, including the port."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the address and the port."""
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
        """Do nothing: there is nothing to close."""

    async def real_close(self) -> None:
        """Do nothing; Home Assistant calls this when it stops."""


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects httpx to the port that a host name stands for."""

    def __init__(self) -> None:
        """Use the usual backend of httpx."""
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
    """The usual transport of httpx, with that backend."""

    def __init__(self) -> None:
        """Keep idle connections for as long as Home Assistant does."""
        super().__init__()
        self._pool = httpcore.AsyncConnectionPool(
            keepalive_expiry=15, network_backend=_Backend()
        )


def redirect_aiohttp(hass: HomeAssistant) -> None:
    """Let Home Assistant's aiohttp session resolve these host names.

    Its own resolver needs the network integration, which scans interfaces.
    """
    hass.data[DATA_RESOLVER] = cast("HassAsyncDNSResolver", _Resolver())


def redirect_httpx(hass: HomeAssistant) -> None:
    """Let Home Assistant's httpx client without TLS verification resolve them."""
    client = create_async_httpx_client(hass, verify_ssl=False, transport=_Transport())
    hass.data.setdefault(DATA_ASYNC_CLIENT, {})[False, SSL_ALPN_HTTP11] = client
