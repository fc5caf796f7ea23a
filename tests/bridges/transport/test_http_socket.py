"""Test following a WebSocket: its messages, and the error of each kind of end."""

import asyncio
from collections.abc import Awaitable, Callable
import time

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, WSMsgType, web
import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    StreamClosedError,
)
from tests.support.mishaps import cut
from tests.support.servers import Answer, LoopTurns, always, scripted, serving

type Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


def talking(talk: Talk, *, answers_pings: bool = True) -> Answer:
    """Return a handler with a WebSocket that runs `talk`, and then closes normally."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=answers_pings)
        await socket.prepare(request)
        await talk(socket)
        await socket.close()
        return socket

    return answer


def saying(*messages: str) -> Answer:
    """Return a handler with a WebSocket that sends these messages."""

    async def talk(socket: web.WebSocketResponse) -> None:
        for message in messages:
            await socket.send_str(message)

    return talking(talk)


async def linger(socket: web.WebSocketResponse) -> None:
    """Send nothing until the client disconnects."""
    await socket.receive()


def ignore(_message: object) -> None:
    """Do nothing."""


async def test_messages_are_handed_over() -> None:
    """Every text message is passed on; a normal close has its own error."""
    taken: list[object] = []
    async with serving(saying('{"a": 1.5}', "[]", "null", '"ä"')) as (http, asked):
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/ws?all=1", taken.append)
    assert taken == [b'{"a": 1.5}', b"[]", b"null", '"ä"'.encode()]
    (request,) = asked
    assert request.path_qs == "/ws?all=1"
    assert request.headers["User-Agent"]


async def test_a_message_is_handed_over_at_once() -> None:
    """A message is passed on at once, without waiting for the next one."""
    arrived = asyncio.Event()

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("{}")
        await linger(socket)

    async with serving(talking(talk)) as (http, _):
        task = asyncio.create_task(http.follow_socket("/", lambda _: arrived.set()))
        await asyncio.wait_for(arrived.wait(), 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not http.session.closed


async def test_binary_messages_are_passed_over() -> None:
    """Binary messages are ignored."""
    taken: list[object] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"{}")
        await socket.send_str("1")

    async with serving(talking(talk)) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/", taken.append)
    assert taken == [b"1"]


async def test_a_message_too_large_ends_it() -> None:
    """A message over the limit ends the stream, whatever its content."""
    taken: list[object] = []
    async with serving(saying("1", "2" * 2000), limit=1000) as (http, _):
        with pytest.raises(BridgeResponseError, match="too large"):
            await http.follow_socket("/", taken.append)
    assert taken == [b"1"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, BridgeResponseError),
        (302, BridgeResponseError),
        (401, BridgeAuthError),
        (403, BridgePermissionError),
        (404, BridgeResponseError),
        (426, BridgeResponseError),
        (503, BridgeConnectionError),
    ],
)
async def test_a_refusal_has_the_error_of_its_status(
    status: int, error: type[BridgeError]
) -> None:
    """A refused handshake has the error of its status; redirects are not followed."""
    answer = always(b"no", status=status, headers=[("Location", "/elsewhere")])
    async with serving(answer, has_login=True) as (http, asked):
        with pytest.raises(error) as raised:
            await http.follow_socket("/ws", ignore)
    assert raised.value.status == (None if status == 200 else status)
    assert [request.path for request in asked] == ["/ws"]


async def test_a_handshake_of_another_is_none() -> None:
    """A handshake with a wrong key is no WebSocket."""
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    async with scripted(head + b"Connection: Upgrade\r\n\r\n", 30.0) as (http, server):
        with pytest.raises(BridgeResponseError):
            await http.follow_socket("/", ignore)
        await asyncio.wait_for(server.left.wait(), 2)


async def test_no_answer_is_none() -> None:
    """A handshake has the timeout of a request."""
    started = time.monotonic()
    async with scripted(30.0, timeout=0.2) as (http, server):
        with pytest.raises(BridgeConnectionError):
            await http.follow_socket("/", ignore)
        await asyncio.wait_for(server.left.wait(), 2)
    assert time.monotonic() - started < 1.5
    with pytest.raises(BridgeConnectionError):
        await http.follow_socket("/", ignore)


async def test_an_address_that_cannot_be_is_told() -> None:
    """An address that aiohttp refuses is a failure of the same family."""
    async with serving(always()) as (http, _):
        http.url = http.url.with_host("a" * 70)
        with pytest.raises(BridgeConnectionError):
            await http.follow_socket("/", ignore)


async def test_a_reset_is_no_end_in_good_order() -> None:
    """Messages before a reset are passed on; the reset is a connection error."""
    taken: list[object] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("1")
        await asyncio.sleep(0.05)
        cut(request)
        return socket

    async with serving(answer) as (http, _):
        with pytest.raises(BridgeConnectionError) as raised:
            await http.follow_socket("/", taken.append)
    assert not isinstance(raised.value, StreamClosedError)
    assert taken == [b"1"]


async def test_broken_frames_end_it() -> None:
    """Malformed frames are the answer of another device."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport
        request.transport.write(b"\xff\xff\xff\xff")
        await linger(socket)
        return socket

    async with serving(answer) as (http, _):
        with pytest.raises(BridgeResponseError, match="rules"):
            await http.follow_socket("/", ignore)


async def test_silence_counts_as_broken() -> None:
    """A connection without messages is given up."""
    started = time.monotonic()
    async with serving(talking(linger)) as (http, _):
        with pytest.raises(BridgeConnectionError) as raised:
            await http.follow_socket("/", ignore, idle=0.3)
    assert not isinstance(raised.value, StreamClosedError)
    assert 0.25 < time.monotonic() - started < 1.5


async def test_who_answers_no_ping_is_gone() -> None:
    """A peer that does not answer pings is given up before the idle limit."""

    async def deaf(socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(2)

    started = time.monotonic()
    async with serving(talking(deaf, answers_pings=False)) as (http, _):
        with pytest.raises(BridgeConnectionError):
            await http.follow_socket("/", ignore, idle=1.2)
    assert time.monotonic() - started < 1.1


async def test_pings_are_answered() -> None:
    """Pings of the bridge are answered."""
    heard: list[object] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.ping(b"there?")
        answer = await socket.receive()
        heard.append((answer.type, answer.data))

    async with serving(talking(talk, answers_pings=False)) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/", ignore)
    assert heard == [(WSMsgType.PONG, b"there?")]


async def test_a_socket_that_talks_lasts() -> None:
    """Neither request timeout nor idle limit ends a socket with messages."""
    taken: list[object] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        for _ in range(12):
            await asyncio.sleep(0.05)
            await socket.send_str("1")

    async with serving(talking(talk), timeout=0.2) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/", taken.append, idle=0.3)
    assert len(taken) == 12


@pytest.mark.parametrize("error", [BridgeResponseError("no"), ValueError("no")])
async def test_an_error_in_taking_closes_it(error: Exception) -> None:
    """An error while processing a message ends the stream with the same error."""
    left = asyncio.Event()

    def take(_message: object) -> None:
        raise error

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("1")
        await linger(socket)
        left.set()

    async with serving(talking(talk)) as (http, _):
        with pytest.raises(type(error)) as raised:
            await http.follow_socket("/", take)
        assert raised.value is error
        await asyncio.wait_for(left.wait(), 2)


async def test_middlewares_see_the_handshake() -> None:
    """Middlewares, as for a login, also apply to the handshake."""

    async def sign(
        request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        request.headers["X-Signed"] = "yes"
        return await handler(request)

    async with serving(saying()) as (http, asked):
        http.middlewares = (sign,)
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/", ignore)
    assert asked[0].headers["X-Signed"] == "yes"


@pytest.mark.parametrize("frame", [b"\x81\x011", b"\x82\x00", b"\x89\x00"])
async def test_a_flood_breaks_the_socket(frame: bytes) -> None:
    """A socket with more messages than a meter sends is given up for a while."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport
        request.transport.write(frame * 200_000)
        await linger(socket)
        return socket

    async with LoopTurns() as turns, serving(answer) as (http, _):
        started = time.monotonic()
        with pytest.raises(BridgeResponseError, match="more than a meter") as raised:
            await http.follow_socket("/", ignore)
        assert time.monotonic() - started < 1
        assert raised.value.retry_after > 0
        assert turns.count > 5


async def test_a_socket_is_left_within_a_second() -> None:
    """Unloading waits for no goodbye, whatever is still on its way."""
    begun = asyncio.Event()

    async def talk(socket: web.WebSocketResponse) -> None:
        begun.set()
        while True:
            await socket.send_str("{}")
            await asyncio.sleep(0.1)

    async with serving(talking(talk, answers_pings=False)) as (http, _):
        task = asyncio.create_task(http.follow_socket("/", ignore))
        await asyncio.wait_for(begun.wait(), 2)
        await asyncio.sleep(0.05)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - started < 1
