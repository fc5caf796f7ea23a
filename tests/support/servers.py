"""Servers for a client under test: of aiohttp answers, or of scripted raw bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
import socket
import struct
from typing import Self

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from custom_components.meter_bridge.bridges.transport.http import BODY_LIMIT, BridgeHttp


class Cut(Enum):
    """How a connection ends other than by closing it."""

    RESET = auto()


type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Step = bytes | float | Cut
"""Bytes to send, seconds to wait for the client to disconnect, or a reset."""


class RawServer:
    """Send the steps of a script to every connection, then close it."""

    def __init__(self, script: tuple[Step, ...]) -> None:
        """Start without connections."""
        self.script = script
        self.asked = asyncio.Event()
        self.left = asyncio.Event()

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Read one request, and answer with the script."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked.set()
            for step in self.script:
                if not await self._play(step, reader, writer):
                    break
        except ConnectionError, asyncio.IncompleteReadError:
            self.left.set()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _play(
        self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Do one step; return whether the client is still connected."""
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
        elif isinstance(step, Cut):
            # With a linger time of zero, closing sends RST rather than FIN.
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()
            return False
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(), step)
                self.left.set()
                return False
        return True


class LoopTurns:
    """Counts iterations of the event loop, in which other tasks can run."""

    def __init__(self) -> None:
        """Start at 0."""
        self.count = 0
        self._handle: asyncio.Handle | None = None

    async def __aenter__(self) -> Self:
        """Start to count."""
        self._take()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop to count."""
        if self._handle is not None:
            self._handle.cancel()

    def _take(self) -> None:
        """Count an iteration, and schedule the next call."""
        self.count += 1
        self._handle = asyncio.get_running_loop().call_soon(self._take)


@asynccontextmanager
async def scripted(
    *script: Step,
    has_login: bool = False,
    timeout: float = 5,  # noqa: ASYNC109
    limit: int = BODY_LIMIT,
) -> AsyncIterator[tuple[BridgeHttp, RawServer]]:
    """Return a client that is connected to a server with this script."""
    raw = RawServer(script)
    server = await asyncio.start_server(raw.answer, "127.0.0.1", 0, limit=1 << 20)
    port = server.sockets[0].getsockname()[1]
    async with server, ClientSession() as session:
        yield (
            BridgeHttp(
                session=session,
                url=URL.build(scheme="http", host="127.0.0.1", port=port),
                has_login=has_login,
                timeout=timeout,
                limit=limit,
            ),
            raw,
        )


def always(
    body: bytes | str = b"{}",
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> Answer:
    """Return a handler that gives every request the same answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            body=body,
            status=status,
            headers=[("Content-Type", content_type), *headers],
        )

    return answer


@asynccontextmanager
async def serving(
    answer: Answer,
    *,
    has_login: bool = False,
    timeout: float = 5,  # noqa: ASYNC109
    limit: int = BODY_LIMIT,
) -> AsyncIterator[tuple[BridgeHttp, list[web.Request]]]:
    """Return a client that is connected to a server with this handler."""
    requests: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        requests.append(request)
        return await answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server, ClientSession() as session:
        yield (
            BridgeHttp(
                session=session,
                url=server.make_url("/"),
                has_login=has_login,
                timeout=timeout,
                limit=limit,
            ),
            requests,
        )
