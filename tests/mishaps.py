"""Let a simulator misbehave the way devices and networks do."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import socket
import struct

from aiohttp import web

type Answer = Callable[[], Awaitable[web.StreamResponse]]
type Mishap = Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]

# Longer than any client waits, short enough that nothing hangs for ever.
_PATIENCE = 300


class Mishaps:
    """Switch mishaps on for one path or, with no path, for all; `heal` ends them."""

    def __init__(self) -> None:
        """Begin in good health."""
        self._mishaps: dict[str | None, Mishap] = {}
        self._healed = asyncio.Event()

    def heal(self) -> None:
        """End every mishap, also for the requests that are in the middle of one."""
        self._mishaps.clear()
        self._release()

    def fail_with(
        self,
        status: int,
        body: str = "",
        content_type: str = "text/plain",
        path: str | None = None,
    ) -> None:
        """Answer with this status."""

        async def fail(_request: web.Request, _answer: Answer) -> web.StreamResponse:
            return web.Response(status=status, text=body, content_type=content_type)

        self._mishaps[path] = fail

    def stall(self, path: str | None = None) -> None:
        """Take the request and say nothing."""

        async def stall(_request: web.Request, answer: Answer) -> web.StreamResponse:
            await self._pause(_PATIENCE)
            return await answer()

        self._mishaps[path] = stall

    def trickle(self, delay: float = 1.0, path: str | None = None) -> None:
        """Answer a byte at a time."""

        async def trickle(request: web.Request, answer: Answer) -> web.StreamResponse:
            slow, body = _taken_apart(await answer())
            await slow.prepare(request)
            for byte in body:
                await slow.write(bytes([byte]))
                await self._pause(delay)
            return slow

        self._mishaps[path] = trickle

    def garble(self, body: bytes, path: str | None = None) -> None:
        """Answer 200 with these bytes under the name of JSON."""

        async def garble(_request: web.Request, _answer: Answer) -> web.StreamResponse:
            return web.Response(body=body, content_type="application/json")

        self._mishaps[path] = garble

    def flood(self, size: int = 64 * 1024 * 1024, path: str | None = None) -> None:
        """Answer with far more bytes than anyone wants, and without a length."""

        async def flood(request: web.Request, _answer: Answer) -> web.StreamResponse:
            response = web.StreamResponse()
            response.content_type = "application/json"
            await response.prepare(request)
            chunk = b" " * 65536
            for _ in range(size // len(chunk)):
                await response.write(chunk)
            return response

        self._mishaps[path] = flood

    def redirect(self, url: str, path: str | None = None) -> None:
        """Send the client elsewhere."""

        async def redirect(
            _request: web.Request, _answer: Answer
        ) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": url})

        self._mishaps[path] = redirect

    def reset_mid_body(self, path: str | None = None) -> None:
        """Promise a whole answer, send half of it, and reset the connection."""

        async def reset(request: web.Request, answer: Answer) -> web.StreamResponse:
            half, body = _taken_apart(await answer())
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            cut(request)
            return half

        self._mishaps[path] = reset

    def _mishap(self, path: str) -> Mishap | None:
        """Choose the mishap for a path."""
        return self._mishaps.get(path) or self._mishaps.get(None)

    def _release(self) -> None:
        """Wake whoever pauses."""
        self._healed.set()
        self._healed = asyncio.Event()

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the mishap is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._healed.wait(), seconds)


def cut(request: web.Request) -> None:
    """Reset a client's connection."""
    if (transport := request.transport) is None:
        return
    wire: socket.socket | None = transport.get_extra_info("socket")
    if wire is not None:
        # Closing with a linger of zero sends RST rather than FIN.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _taken_apart(answer: web.StreamResponse) -> tuple[web.StreamResponse, bytes]:
    """Split an answer into its head, ready to send, and its body."""
    body = answer.body if isinstance(answer, web.Response) else None
    head = web.StreamResponse(status=answer.status, headers=answer.headers)
    if not isinstance(body, bytes):
        return head, b""
    head.content_length = len(body)
    return head, body
