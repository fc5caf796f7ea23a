"""Test the decoder of server-sent events against the rules of WHATWG."""

from collections.abc import Iterable
import itertools
import time

import pytest

from custom_components.meter_bridge.bridges.errors import BridgeResponseError
from custom_components.meter_bridge.bridges.transport.sse import (
    EVENT_LIMIT,
    Event,
    EventDecoder,
)

type Expected = list[tuple[str, str]]

STREAMS: dict[str, tuple[bytes, Expected]] = {
    "nothing": (b"", []),
    "plain": (b"data: 1\n\n", [("message", "1")]),
    "typed": (b"event: live\ndata: 1\n\n", [("live", "1")]),
    "type after data": (b"data: 1\nevent: live\n\n", [("live", "1")]),
    "last type counts": (b"event: a\nevent: b\ndata: 1\n\n", [("b", "1")]),
    "empty type": (b"event: a\nevent:\ndata: 1\n\n", [("message", "1")]),
    "type is used once": (
        b"event: a\ndata: 1\n\ndata: 2\n\n",
        [("a", "1"), ("message", "2")],
    ),
    "type without data is dropped": (
        b"event: a\n\ndata: 2\n\n",
        [("message", "2")],
    ),
    "CR": (b"event: a\rdata: 1\r\rdata: 2\r\r", [("a", "1"), ("message", "2")]),
    "CRLF": (
        b"event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n",
        [("a", "1"), ("message", "2")],
    ),
    "mixed line ends": (
        b"data: 1\r\n\n\rdata: 2\n\r\ndata: 3\r\n\r",
        [("message", "1"), ("message", "2"), ("message", "3")],
    ),
    "LF LF after CR": (
        b"data: 1\r\n\ndata: 2\n\n",
        [("message", "1"), ("message", "2")],
    ),
    "BOM": (b"\xef\xbb\xbfdata: 1\n\n", [("message", "1")]),
    "second BOM": (
        b"\xef\xbb\xbf\xef\xbb\xbfdata: 1\n\ndata: 2\n\n",
        [("message", "2")],
    ),
    "half a BOM": (b"\xef\xbbdata: 1\n\ndata: 2\n\n", [("message", "2")]),
    "BOM in data": (b"data: \xef\xbb\xbf1\n\n", [("message", "\ufeff1")]),
    "line end after BOM": (b"\xef\xbb\xbf\r\ndata: 1\r\n\r\n", [("message", "1")]),
    "comments": (b": ping\n\n:\n:data: 0\ndata: 1\n: more\n\n", [("message", "1")]),
    "lines of data": (b"data: a\ndata:\ndata: b\n\n", [("message", "a\n\nb")]),
    "empty data": (b"data\n\ndata:\n\n", [("message", ""), ("message", "")]),
    "two empty lines": (b"data\ndata\n\n", [("message", "\n")]),
    "one space is taken": (b"data:  1 \ndata:2\n\n", [("message", " 1 \n2")]),
    "colons in data": (b"data: a: b:c\n\n", [("message", "a: b:c")]),
    "id and retry": (b"id: 5\nretry: 1\nid\nretry: x\ndata: 1\n\n", [("message", "1")]),
    "unknown fields": (b"what: 0\n data: 0\nDATA: 0\ndata: 1\n\n", [("message", "1")]),
    "only ignored fields": (b"id: 5\n\nretry: 1\n\n", []),
    "blank lines": (b"\n\n\n\r\r\ndata: 1\n\n\n", [("message", "1")]),
    "half an event": (b"data: 1\n\nevent: a\ndata: 2\n", [("message", "1")]),
    "half a line": (b"data: 1\n\ndata: 2", [("message", "1")]),
    "UTF-8": ("data: Zähler 🔌\n\n".encode(), [("message", "Zähler 🔌")]),
    "invalid UTF-8": (
        b"data: \xff\xc3\ndata: \xe2\x82\n\n",
        [("message", "\ufffd\ufffd\n\ufffd")],
    ),
    "other Unicode line ends": (
        "data: a\u2028b\x0bc\x85d\n\n".encode(),
        [("message", "a\u2028b\x0bc\x85d")],
    ),
    "zero bytes": (b"\x00\ndata: \x00\n\n", [("message", "\x00")]),
}


def decode(chunks: Iterable[bytes], decoder: EventDecoder | None = None) -> Expected:
    """Feed chunks and return type and data of every event."""
    decoder = decoder or EventDecoder()
    return [
        (event.type, event.data) for chunk in chunks for event in decoder.feed(chunk)
    ]


def single(stream: bytes) -> list[bytes]:
    """Return a stream byte by byte."""
    return [stream[at : at + 1] for at in range(len(stream))]


@pytest.mark.parametrize(("stream", "expected"), STREAMS.values(), ids=STREAMS)
def test_a_stream_is_read_by_the_rules(stream: bytes, expected: Expected) -> None:
    """A stream in one piece has the events of the standard."""
    assert decode([stream]) == expected


@pytest.mark.parametrize(("stream", "expected"), STREAMS.values(), ids=STREAMS)
def test_chunks_may_end_anywhere(stream: bytes, expected: Expected) -> None:
    """The events are the same byte by byte, and for every split in two."""
    assert decode(single(stream)) == expected
    for at in range(len(stream) + 1):
        assert decode([stream[:at], b"", stream[at:]]) == expected


@pytest.mark.parametrize(("stream", "expected"), STREAMS.values(), ids=STREAMS)
def test_an_event_comes_with_its_last_byte(stream: bytes, expected: Expected) -> None:
    """An event is complete with its last byte, even after a lone CR."""
    for at in range(len(stream)):
        if stream[at:].strip(b"\r\n") == b"":
            complete = decode([stream[: at + 1]])
            assert complete == expected[: len(complete)]
    assert decode([b"data: 1\r\r"]) == [("message", "1")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_event_of_just_the_limit_passes(end: bytes) -> None:
    """An event of exactly the limit is accepted, in any chunks."""
    line = b"data: " + b"x" * 34
    stream = (line + end) * 2 + end
    for chunks in ([stream], single(stream)):
        assert len(decode(chunks, EventDecoder(limit=80))) == 1
        with pytest.raises(BridgeResponseError):
            decode(chunks, EventDecoder(limit=79))


def test_the_limit_counts_bytes() -> None:
    """The limit counts bytes, not characters."""
    stream = "data: {}\n\n".format("🔌" * 25).encode()
    for chunks in ([stream], single(stream), [stream[:50], stream[50:]]):
        with pytest.raises(BridgeResponseError):
            decode(chunks, EventDecoder(limit=100))


def test_the_limit_is_of_one_event() -> None:
    """The limit applies to each event: any number of them is accepted."""
    stream = b": ping\nevent: a\ndata: 0123456789\n\n" * 1000
    assert len(decode([stream], EventDecoder(limit=20))) == 1000
    assert len(decode(single(stream), EventDecoder(limit=20))) == 1000


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        (b"data: ", b"x" * 65536),
        (b"event: ", b"x" * 65536),
        (b": ", b"x" * 65536),
        (b"", b"x" * 65536),
        (b"", b"data: 0123456789\n" * 4096),
        (b"", b"data\n" * 13107),
        (b"", b"data:\r" * 10923),
        (b"event: a\n", b"data:\r\n: ping\r\n" * 4096),
    ],
    ids=["data", "event", "comment", "no field", "lines", "empty", "CR", "pings"],
)
def test_an_endless_event_is_refused(head: bytes, rest: bytes) -> None:
    """An event over 1 MiB raises an error soon after the limit."""
    decoder = EventDecoder()
    started = time.monotonic()
    assert decode([head], decoder) == []
    with pytest.raises(BridgeResponseError):
        decode([rest] * 64, decoder)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("field", [b"data: ", b"event: ", b": ", b"id: "])
def test_a_line_over_the_limit_is_refused_in_one_piece(field: bytes) -> None:
    """A line over the limit is refused in one chunk as in several."""
    with pytest.raises(BridgeResponseError):
        decode([field + b"x" * EVENT_LIMIT + b"\n"])


def test_an_endless_event_is_refused_byte_by_byte() -> None:
    """An event byte by byte takes time in proportion to its length only."""
    trickle = itertools.repeat(b"x", 2 * EVENT_LIMIT)
    started = time.monotonic()
    with pytest.raises(BridgeResponseError):
        decode(trickle)
    assert len(list(trickle)) == EVENT_LIMIT - 1
    assert time.monotonic() - started < 10


def test_data_is_decoded_as_json() -> None:
    """The data of an event can be decoded as JSON."""
    assert Event(type="a", data='{"P": 0.321}').json() == {"P": 0.321}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "NaN",
        "1e400",
        '"\\ud800"',
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
    ],
    ids=lambda data: str(data)[:10],
)
def test_data_that_is_not_json_is_refused(data: str) -> None:
    """Malformed, endless or too deeply nested JSON raises our error."""
    with pytest.raises(BridgeResponseError):
        Event(type="a", data=data).json()
