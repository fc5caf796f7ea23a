"""What a hostile device can send without end on any path of a bridge."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
import zlib

from tests.support.mishaps import Pour

_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
_PLAIN, _CHUNKED = _STREAM + b"\r\n", _STREAM + b"Transfer-Encoding: chunked\r\n\r\n"
_PACKED = _STREAM + b"Content-Encoding: gzip\r\n\r\n"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# The size of a portion that is sent repeatedly.
_PORTION = 1 << 18
_UNPACKED = 1 << 28
_BEGINNING = 1 << 10
_LARGEST_SHORT_FRAME = 125

type Messages = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What is sent, and whether it needs a WebSocket.

    `pour` gets what the bridge would push on that path.
    """

    name: str
    pour: Callable[[Messages], Pour]
    is_socket: bool = False


def _again(unit: bytes) -> bytes:
    """Return a portion of repetitions."""
    return unit * (_PORTION // len(unit))


def _events(head: bytes, unit: bytes, start: bytes = b"") -> Callable[[Messages], Pour]:
    """Send repetitions in any answer."""
    return lambda _: Pour(head=lambda _: head + start, portion=_again(unit))


def _pushed(messages: Messages) -> Pour:
    """Send the bridge's own events."""
    whole = b"".join(messages) or b"data: {}\n\n"
    return Pour(head=lambda _: _PLAIN, portion=_again(whole))


@cache
def _bomb() -> bytes:
    """Return 256 MiB of newlines, compressed."""
    pack = zlib.compressobj(9, wbits=31)
    portion = b"\n" * (1 << 20)
    packed = b"".join(pack.compress(portion) for _ in range(_UNPACKED >> 20))
    return packed + pack.flush()


def _packed(_messages: Messages) -> Pour:
    """Send compressed newlines."""
    return Pour(head=lambda _: _PACKED, portion=_bomb())


def frame(first: int, text: bytes = b"") -> bytes:
    """Return a frame of a WebSocket as a server sends it."""
    size = len(text)
    if size <= _LARGEST_SHORT_FRAME:
        return bytes((first, size)) + text
    return bytes((first, 126)) + size.to_bytes(2, "big") + text


def _opened(key: bytes) -> bytes:
    """Accept a WebSocket."""
    accept = base64.b64encode(sha1(key + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n" % accept
    )


def _frames(unit: bytes, start: bytes = b"") -> Callable[[Messages], Pour]:
    """Send the same frame repeatedly over a WebSocket."""
    return lambda _: Pour(head=lambda key: _opened(key) + start, portion=_again(unit))


def _spoken(messages: Messages) -> Pour:
    """Send the bridge's own messages over a WebSocket."""
    whole = b"".join(frame(0x81, message) for message in messages)
    return Pour(head=_opened, portion=_again(whole or frame(0x81, b"{}")))


FLOODS = (
    Flood(name="readings", pour=_pushed),
    Flood(name="tiny events", pour=_events(_PLAIN, b"data:1\n\n")),
    Flood(name="comments", pour=_events(_PLAIN, b":\n")),
    Flood(name="blank lines", pour=_events(_PLAIN, b"\n")),
    Flood(name="an endless line", pour=_events(_PLAIN, b"x" * 64)),
    Flood(name="256 MiB of newlines, packed", pour=_packed),
    Flood(name="chunks of one byte", pour=_events(_CHUNKED, b"1\r\n:\r\n")),
    Flood(name="an endless chunk extension", pour=_events(_CHUNKED, b"x", b"1;")),
    Flood(name="100 Continue", pour=_events(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    Flood(name="endless headers", pour=_events(_STREAM, b"x: y\r\n")),
    Flood(name="readings (WebSocket)", pour=_spoken, is_socket=True),
    Flood(name="tiny frames", pour=_frames(frame(0x81, b"1")), is_socket=True),
    Flood(name="binary frames", pour=_frames(frame(0x82)), is_socket=True),
    Flood(name="pings", pour=_frames(frame(0x89)), is_socket=True),
    Flood(
        name="a message of empty frames",
        pour=_frames(frame(0x00), frame(0x01)),
        is_socket=True,
    ),
)


def flooded(*, is_socket: bool) -> list[bytes]:
    """Return the beginning of each flood, but of the packed one."""
    pours = [
        flood.pour(())
        for flood in FLOODS
        if flood.is_socket is is_socket and flood.pour is not _packed
    ]
    return [pour.portion[:_BEGINNING] for pour in pours]
