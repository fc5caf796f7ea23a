"""Whom we are really connected to, whatever name led there."""

from typing import override

from aiohttp import (
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
)
from aiohttp.connector import Connection

from ..errors import BridgeConnectionError
from .address import is_forbidden


class _WaryRequest(ClientRequest):
    """A request that looks at the other end before it says anything."""

    @override
    async def send(self, conn: Connection) -> ClientResponse:
        """Refuse an address that no bridge can have: names lead anywhere."""
        peer = conn.transport and conn.transport.get_extra_info("peername")
        if peer and is_forbidden(peer[0]):
            raise BridgeConnectionError("No bridge can have this address")
        return await super().send(conn)


def wary(session: ClientSession, *middlewares: ClientMiddlewareType) -> ClientSession:
    """Return a session over the same connections that refuses forbidden addresses."""
    return ClientSession(
        connector=session.connector,
        connector_owner=False,
        headers=session.headers,
        cookie_jar=DummyCookieJar(),
        middlewares=middlewares,
        request_class=_WaryRequest,
        timeout=ClientTimeout(total=None),
    )
