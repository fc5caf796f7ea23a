"""Faults of devices and networks that a simulator can have."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import os
import select
import socket
import struct
import threading

from aiohttp import web

type Answer = Callable[[], Awaitable[web.StreamResponse]]
type Mishap = Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]
type Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pour:
    """Endless raw bytes: a head, and a portion again and again.

    `head` gets the key of the WebSocket that was asked for.
    """

    head: Callable[[bytes], bytes]
    portion: bytes


_EVENTS = "text/event-stream"
# Longer than any client waits, but short enough for a test to end.
_LONGEST_PAUSE = 300


class Mishaps:
    """Mishaps (faults) of one path or, without a path, of all; `heal` ends them.

    `twist` changes the messages of open streams. A mishap that interrupts answers also
    interrupts new streams, as soon as they begin.
    """

    def __init__(self) -> None:
        """Start without mishaps."""
        self.twist: Change | None = None
        self.longest_answer = 0
        self._mishaps: dict[str | None, Mishap] = {}
        self._healed = asyncio.Event()

    def heal(self) -> None:
        """End all mishaps, also for requests that are in progress."""
        self.twist = None
        self._mishaps.clear()
        self._release()

    def fail_with(
        self,
        status: int,
        body: str = "",
        content_type: str = "text/plain",
        path: str | None = None,
    ) -> None:
        """Answer with this HTTP status."""

        async def fail(_request: web.Request, _answer: Answer) -> web.StreamResponse:
            return web.Response(status=status, text=body, content_type=content_type)

        self._mishaps[path] = fail

    def stall(self, path: str | None = None) -> None:
        """Accept requests without an answer."""

        async def stall(_request: web.Request, answer: Answer) -> web.StreamResponse:
            await self._pause(_LONGEST_PAUSE)
            return await answer()

        self._mishaps[path] = stall

    def dawdle(self, seconds: float, path: str | None = None) -> None:
        """Answer all right, but late."""

        async def dawdle(_request: web.Request, answer: Answer) -> web.StreamResponse:
            await self._pause(seconds)
            return await answer()

        self._mishaps[path] = dawdle

    def trickle(self, delay: float = 1.0, path: str | None = None) -> None:
        """Answer one byte at a time."""

        async def trickle(request: web.Request, answer: Answer) -> web.StreamResponse:
            if wants_stream(request.headers):
                return await self._break_off(request, _LONGEST_PAUSE)
            slow, body = _taken_apart(await answer())
            await slow.prepare(request)
            # The client may disconnect at any time.
            with suppress(ConnectionResetError):
                for byte in body:
                    await slow.write(bytes([byte]))
                    await self._pause(delay)
            return slow

        self._mishaps[path] = trickle

    def stall_mid_body(self, path: str | None = None) -> None:
        """Send half of an answer, and then nothing."""

        async def stall(request: web.Request, answer: Answer) -> web.StreamResponse:
            if wants_stream(request.headers):
                return await self._break_off(request, _LONGEST_PAUSE)
            half, body = _taken_apart(await answer())
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            await self._pause(_LONGEST_PAUSE)
            cut(request)
            return half

        self._mishaps[path] = stall

    def distort(
        self,
        change: Change,
        content_type: str = "application/json",
        path: str | None = None,
    ) -> None:
        """Change the body or the content type of answers."""

        async def distort(_request: web.Request, answer: Answer) -> web.StreamResponse:
            whole = await answer()
            if not isinstance(whole, web.Response) or not isinstance(whole.body, bytes):
                return whole
            return web.Response(
                status=whole.status,
                body=change(whole.body),
                content_type=content_type,
            )

        self._mishaps[path] = distort

    def cut_after(self, position: int, path: str | None = None) -> None:
        """Close the connection after `position` bytes of an answer, including its head.

        `longest_answer` is then the length of the longest answer so far.
        """

        async def close(request: web.Request, answer: Answer) -> web.StreamResponse:
            if wants_stream(request.headers):
                return await self._break_off(request)
            whole = await answer()
            if not isinstance(whole, web.Response) or request.transport is None:
                return whole
            sent = _as_sent(whole)
            self.longest_answer = max(self.longest_answer, len(sent))
            if position >= len(sent):
                return whole
            request.transport.write(sent[:position])
            request.transport.close()
            return whole

        self._mishaps[path] = close

    def garble(self, body: bytes, path: str | None = None) -> None:
        """Answer 200 with these bytes as if they were JSON."""

        async def garble(_request: web.Request, _answer: Answer) -> web.StreamResponse:
            return web.Response(body=body, content_type="application/json")

        self._mishaps[path] = garble

    def flood(self, size: int = 64 * 1024 * 1024, path: str | None = None) -> None:
        """Answer with an extremely long body without a length."""

        async def flood(request: web.Request, _answer: Answer) -> web.StreamResponse:
            response = web.StreamResponse()
            response.content_type = "application/json"
            await response.prepare(request)
            chunk = b" " * 65536
            with suppress(ConnectionResetError):
                for _ in range(size // len(chunk)):
                    await response.write(chunk)
            return response

        self._mishaps[path] = flood

    def pour(self, pour: Pour, path: str | None = None) -> None:
        """Pour raw bytes at the client until it leaves, or until this is healed.

        They come from a thread of their own: the event loop is the client's.
        """

        async def pour_out(request: web.Request, _: Answer) -> web.StreamResponse:
            assert request.transport is not None
            wire: socket.socket = request.transport.get_extra_info("socket")
            key = request.headers.get("Sec-WebSocket-Key", "").encode()
            is_over = threading.Event()
            own = socket.socket(fileno=os.dup(wire.fileno()))
            pouring = asyncio.get_running_loop().run_in_executor(
                None, _pour, own, pour.head(key), pour.portion, is_over
            )
            try:
                await self._pause(_LONGEST_PAUSE, asyncio.shield(pouring))
            finally:
                is_over.set()
                # It closes its socket, even if this is cancelled before it began.
                await asyncio.shield(pouring)
                cut(request)
            return web.StreamResponse()

        self._mishaps[path] = pour_out

    def redirect(self, url: str, path: str | None = None) -> None:
        """Redirect requests to another address."""

        async def redirect(
            _request: web.Request, _answer: Answer
        ) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": url})

        self._mishaps[path] = redirect

    def reset_mid_body(self, path: str | None = None) -> None:
        """Send the head and half of the body, and reset the connection."""

        async def reset(request: web.Request, answer: Answer) -> web.StreamResponse:
            if wants_stream(request.headers):
                return await self._break_off(request)
            half, body = _taken_apart(await answer())
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            cut(request)
            return half

        self._mishaps[path] = reset

    async def _break_off(
        self, request: web.Request, seconds: float = 0
    ) -> web.StreamResponse:
        """Begin a stream, send nothing for some time, and reset the connection."""
        begun = web.StreamResponse()
        begun.content_type = _EVENTS
        await begun.prepare(request)
        await self._pause(seconds)
        cut(request)
        return begun

    def _mishap(self, path: str) -> Mishap | None:
        """Return the mishap of a path."""
        return self._mishaps.get(path) or self._mishaps.get(None)

    def _release(self) -> None:
        """End all pauses."""
        self._healed.set()
        self._healed = asyncio.Event()

    async def _pause(
        self, seconds: float, end: asyncio.Future[None] | None = None
    ) -> None:
        """Wait, but no longer than until the mishap is over, or its end comes."""
        healed = asyncio.ensure_future(self._healed.wait())
        try:
            await asyncio.wait(
                (healed, *((end,) if end else ())),
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            healed.cancel()


def cut(request: web.Request) -> None:
    """Reset a client's connection."""
    if (transport := request.transport) is None:
        return
    wire: socket.socket | None = transport.get_extra_info("socket")
    if wire is not None:
        # With a linger time of zero, closing sends RST rather than FIN.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _pour(
    wire: socket.socket, head: bytes, portion: bytes, is_over: threading.Event
) -> None:
    """Send a head, and a portion again and again, until nobody takes it."""
    rest = memoryview(head)
    with wire, suppress(OSError):
        while not is_over.is_set():
            if not rest:
                rest = memoryview(portion)
            if select.select([], [wire], [], 0.05)[1]:
                with suppress(BlockingIOError):
                    rest = rest[wire.send(rest) :]


def wants_stream(headers: Mapping[str, str]) -> bool:
    """Tell by its headers whether a request is for events or a WebSocket."""
    return _EVENTS in headers.get("Accept", "") or "Upgrade" in headers


def _taken_apart(answer: web.StreamResponse) -> tuple[web.StreamResponse, bytes]:
    """Return the head of an answer, ready to send, and its body."""
    body = answer.body if isinstance(answer, web.Response) else None
    head = web.StreamResponse(status=answer.status, headers=answer.headers)
    if not isinstance(body, bytes):
        return head, b""
    head.content_length = len(body)
    return head, body


def _as_sent(answer: web.Response) -> bytes:
    """Return an answer as the bytes on the wire."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    head = (
        f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
        f"Content-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
