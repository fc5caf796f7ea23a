"""Check the address that a connection really leads to, whatever name it was given."""

import asyncio
from hashlib import sha256
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
from .inlet import let_in_slowly


class GuardedRequest(ClientRequest):
    """A request that is sent only if the address of the other end is allowed.

    Its answer is let in by portions. `certificate` is the SHA-256 sum (hex) of what the
    other end showed, empty without TLS.
    """

    certificate = ""

    @override
    async def send(self, conn: Connection) -> ClientResponse:
        """Refuse a forbidden address: a host name may resolve to one."""
        peer = conn.transport and conn.transport.get_extra_info("peername")
        if peer and is_forbidden(peer[0]):
            raise BridgeConnectionError("No bridge can have this address")
        if isinstance(conn.transport, asyncio.Transport):
            let_in_slowly(conn.transport)
            if tls := conn.transport.get_extra_info("ssl_object"):
                shown = tls.getpeercert(binary_form=True) or b""
                self.certificate = sha256(shown).hexdigest()
        return await super().send(conn)


def guarded_session(
    session: ClientSession, *middlewares: ClientMiddlewareType
) -> ClientSession:
    """Return a session over the same connections that refuses forbidden addresses.

    Raises BridgeConnectionError once Home Assistant has stopped and closed them.
    """
    if session.closed:
        # A new session would open connections of its own, which nobody closes.
        raise BridgeConnectionError("Home Assistant has closed its connections")
    return ClientSession(
        connector=session.connector,
        connector_owner=False,
        headers=session.headers,
        cookie_jar=DummyCookieJar(),
        middlewares=middlewares,
        request_class=GuardedRequest,
        timeout=ClientTimeout(total=None),
    )
