"""Test following a stream: its events, and the error of each kind of end."""

import asyncio
from itertools import batched
import time

import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    StreamClosedError,
)
from custom_components.meter_bridge.bridges.transport.sse import Event
from tests.support.servers import Cut, LoopTurns, Step, always, scripted, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
UNTIL_CLOSE = HEAD + b"\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ONE = b"event: live\ndata: 1\n\n"
TWO = b"data: 2\r\n\r\n"


def ignore(_event: Event) -> None:
    """Do nothing."""


def chunk(data: bytes) -> bytes:
    """Return an HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize(
    "script",
    [
        (UNTIL_CLOSE + ONE + TWO,),
        (UNTIL_CLOSE, 0.02, ONE, 0.02, TWO),
        (CHUNKED + chunk(ONE + TWO) + chunk(b""),),
        (
            CHUNKED,
            *(chunk(bytes(part)) for part in batched(ONE + TWO, 3, strict=False)),
            chunk(b""),
        ),
        (UNTIL_CLOSE, *[bytes([byte]) for byte in ONE + TWO]),
        (UNTIL_CLOSE + ONE[:9], 0.02, ONE[9:] + TWO[:9], 0.02, TWO[9:]),
        (UNTIL_CLOSE + ONE + TWO + b"data: half",),
        (HEAD + b"Content-Length: %d\r\n\r\n" % len(ONE + TWO) + ONE + TWO,),
    ],
    ids=["one", "two", "chunk", "chunks", "bytes", "splits", "half", "length"],
)
async def test_events_arrive_however_they_are_cut(script: tuple[Step, ...]) -> None:
    """Every complete event is passed on; a normal end has its own error."""
    taken: list[Event] = []
    async with scripted(*script) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow("/live", taken.append)
    assert taken == [Event(type="live", data="1"), Event(type="message", data="2")]


async def test_an_event_is_handed_over_at_once() -> None:
    """An event is passed on at once, without waiting for the next one."""
    arrived = asyncio.Event()
    async with scripted(UNTIL_CLOSE + ONE, 30.0) as (http, _):
        task = asyncio.create_task(http.follow("/live", lambda _: arrived.set()))
        await asyncio.wait_for(arrived.wait(), 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_stream_is_asked_for_as_one() -> None:
    """The request asks for a stream, with the whole path."""
    async with serving(always(b"", content_type="text/event-stream")) as (http, asked):
        with pytest.raises(StreamClosedError):
            await http.follow("/live?all=1", ignore)
    assert asked[0].headers["Accept"] == "text/event-stream"
    assert asked[0].path_qs == "/live?all=1"


@pytest.mark.parametrize(
    ("content_type", "passes"),
    [
        ("text/event-stream", True),
        ("text/event-stream; charset=utf-8", True),
        ("Text/Event-Stream;charset=UTF-8", True),
        ("application/json", False),
        ("text/html", False),
        ("text/event-stream-not", False),
    ],
)
async def test_only_a_stream_is_followed(content_type: str, *, passes: bool) -> None:
    """A page that is no event stream is the answer of another device."""
    answer = always(ONE, content_type=content_type)
    async with serving(answer) as (http, _):
        with pytest.raises(StreamClosedError if passes else BridgeResponseError):
            await http.follow("/live", ignore)
    async with scripted(b"HTTP/1.1 200 OK\r\n\r\n" + ONE) as (http, _):
        with pytest.raises(BridgeResponseError):
            await http.follow("/live", ignore)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, BridgeResponseError),
        (403, BridgePermissionError),
        (404, BridgeResponseError),
        (503, BridgeConnectionError),
    ],
)
async def test_a_refused_stream_has_the_error_of_its_status(
    status: int, error: type[BridgeError]
) -> None:
    """A refused stream has the error of its status."""
    async with serving(
        always(b"", status=status, headers=[("Location", "/")]), has_login=True
    ) as (http, asked):
        with pytest.raises(error) as raised:
            await http.follow("/live", ignore)
    assert raised.value.status == status
    assert len(asked) == 1


@pytest.mark.parametrize("step", [b"", b": ping\n", ONE])
async def test_a_silent_stream_counts_as_broken(step: bytes) -> None:
    """A silent stream is given up after the idle limit, and its connection closed."""
    started = time.monotonic()
    async with scripted(UNTIL_CLOSE, 0.15, step, 30.0) as (http, server):
        with pytest.raises(BridgeConnectionError) as raised:
            await http.follow("/live", ignore, idle=0.2)
        assert not isinstance(raised.value, StreamClosedError)
        assert 0.15 < time.monotonic() - started < 1
        await asyncio.wait_for(server.left.wait(), 2)


async def test_a_stream_that_talks_lasts() -> None:
    """Neither request timeout nor idle limit ends a stream with events."""
    steps: list[Step] = [TWO, 0.05] * 12
    taken: list[Event] = []
    async with scripted(UNTIL_CLOSE, *steps, timeout=0.2) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow("/live", taken.append, idle=0.4)
    assert len(taken) == 12


@pytest.mark.parametrize(
    "script",
    [
        (CHUNKED + chunk(ONE), 0.05, Cut.RESET),
        (UNTIL_CLOSE + ONE, 0.05, Cut.RESET),
        (CHUNKED + chunk(ONE), 0.05),
        (CHUNKED + chunk(ONE), 0.05, b"zz\r\n"),
        (HEAD + b"Content-Length: 99\r\n\r\n" + ONE, 0.05),
    ],
    ids=["reset", "plain reset", "no last chunk", "broken chunk", "too short"],
)
async def test_a_break_is_no_end_in_good_order(script: tuple[Step, ...]) -> None:
    """Events before a break are passed on; the break is a connection error."""
    taken: list[Event] = []
    async with scripted(*script) as (http, _):
        with pytest.raises(BridgeConnectionError) as raised:
            await http.follow("/live", taken.append, idle=0.3)
    assert not isinstance(raised.value, StreamClosedError)
    assert taken == [Event(type="live", data="1")]


async def test_cancelling_closes_the_connection() -> None:
    """Cancelling, as by unloading an entry, closes the connection."""
    async with scripted(UNTIL_CLOSE + ONE, 30.0) as (http, server):
        task = asyncio.create_task(http.follow("/live", ignore))
        await asyncio.wait_for(server.asked.wait(), 2)
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 2)


@pytest.mark.parametrize("error", [BridgeResponseError("no"), ValueError("no")])
async def test_an_error_in_taking_closes_the_connection(error: Exception) -> None:
    """An error while processing an event ends the stream with the same error."""

    def take(_event: Event) -> None:
        raise error

    async with scripted(CHUNKED + chunk(ONE), 30.0) as (http, server):
        with pytest.raises(type(error)) as raised:
            await http.follow("/live", take)
        assert raised.value is error
        await asyncio.wait_for(server.left.wait(), 2)


@pytest.mark.parametrize(
    "flood", [b"x" * 65536, b"data: 1\n" * 8192, b"event: " + b"x" * 65529]
)
async def test_an_event_too_large_closes_the_connection(flood: bytes) -> None:
    """An endless event ends the stream soon after the limit."""
    async with scripted(UNTIL_CLOSE, *[flood] * 256, 30.0) as (http, server):
        with pytest.raises(BridgeResponseError, match="too large"):
            await http.follow("/live", ignore)
        await asyncio.wait_for(server.left.wait(), 2)


async def test_a_stream_does_not_hold_up_requests() -> None:
    """Requests are sent while a stream is open."""
    async with scripted(UNTIL_CLOSE, 30.0) as (http, server):
        stream = asyncio.create_task(http.follow("/live", ignore))
        await asyncio.wait_for(server.asked.wait(), 2)
        server.script = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",)
        assert await http.get_json("/api") == {}
        assert not stream.done()
        stream.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stream


async def test_much_at_once_holds_up_nobody() -> None:
    """Even if many events arrive at once, other tasks run after each of them."""
    taken: list[int] = []
    async with LoopTurns() as turns, scripted(UNTIL_CLOSE + TWO * 200) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow("/live", lambda _: taken.append(turns.count))
    assert len(taken) == len(set(taken)) == 200


@pytest.mark.parametrize("flood", [TWO * 1000, b":\n" * (1 << 20)])
async def test_a_flood_breaks_the_stream(flood: bytes) -> None:
    """What says more than a meter can is given up at once, and left for a while."""
    async with scripted(UNTIL_CLOSE + flood, 30.0) as (http, server):
        with pytest.raises(BridgeResponseError, match="more than a meter") as raised:
            await http.follow("/live", ignore)
        assert raised.value.retry_after > 0
        await asyncio.wait_for(server.left.wait(), 2)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
async def test_a_packed_stream_is_refused(coding: str) -> None:
    """Streams are asked for as they are; a few packed bytes may become a flood."""
    answer = always(
        ONE, content_type="text/event-stream", headers=[("Content-Encoding", coding)]
    )
    async with serving(answer) as (http, asked):
        with pytest.raises(BridgeError):
            await http.follow("/live", ignore)
    assert asked[0].headers["Accept-Encoding"] == "identity"
