"""All decoders by name: they take bytes, and may only raise BridgeErrors."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import cast, override
import weakref

from aiohttp import ClientResponse, ClientWebSocketResponse, ClientWSTimeout
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp._websocket.writer import WebSocketWriter
from aiohttp.base_protocol import BaseProtocol

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.transport.http import BODY_LIMIT
from custom_components.meter_bridge.bridges.transport.sse import Event, EventDecoder
from custom_components.meter_bridge.bridges.transport.websocket import (
    Socket,
    receive_messages,
)
from custom_components.meter_bridge.bridges.wire import parse_json
from tests.floods.pours import flooded
from tests.kinds import KINDS
from tests.support.decoding import Decode, Part

from .answers import answers_of
from .seeds import Recording
from .shown import LARGEST_SHOWN, diagnostics, read_words

_LIMIT = 1 << 16
# No WebSocket frame begins with these: such an input is a message without a frame.
_TEXT_STARTS = {b"{", b"[", b'"'}
# The most bytes that a socket delivers at once.
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """How to create a decoder, since some keep state, and valid inputs for it."""

    make: Callable[[], Decode]
    seeds: Callable[[Mapping[str, Recording]], Iterable[bytes]]
    largest: int = BODY_LIMIT


def sse() -> Decode:
    """Return a decoder of server-sent events in random chunks."""
    random = Random(1)  # noqa: S311 (where the chunks are cut is no secret)

    def decode(stream: bytes) -> None:
        """Check that a stream in chunks has the same events as in one piece."""
        whole = _events([stream])
        cuts = sorted(random.randrange(len(stream) + 1) for _ in range(3))
        pieces = zip([0, *cuts], [*cuts, len(stream)], strict=True)
        assert _events([stream[start:end] for start, end in pieces]) == whole
        for event in whole:
            if event is None:
                raise BridgeResponseError("An event is too large")
            event.json()

    return decode


def _events(chunks: Iterable[bytes]) -> list[Event | None]:
    """Return all events; None at the end means that one was too large."""
    decoder, events = EventDecoder(limit=_LIMIT), list[Event | None]()
    try:
        for chunk in chunks:
            events.extend(decoder.feed(chunk))
    except BridgeResponseError:
        events.append(None)
    return events


class _Protocol(BaseProtocol):
    """The protocol of a socket that never needs to pause."""

    @override
    def pause_reading(self) -> None:
        """Do nothing."""

    @override
    def resume_reading(self, resume_parser: bool = True) -> None:
        """Do nothing."""


class _Response:
    """The response that a WebSocket belongs to."""

    connection = None

    def close(self) -> None:
        """Do nothing."""


class _Writer:
    """A writer that discards what is sent."""

    async def send_frame(self, *_: object) -> None:
        """Discard a frame."""

    async def close(self, *_: object) -> None:
        """Discard a close frame."""


def _take(message: bytes) -> None:
    """Decode a message as every client does."""
    parse_json(message)


def _ignore(_message: object) -> None:
    """Do nothing."""


def websocket() -> Decode:
    """Return a decoder of WebSocket frames and the messages inside."""
    loop = asyncio.new_event_loop()
    protocol = _Protocol(loop)
    writer = cast("WebSocketWriter", _Writer())
    response = cast("ClientResponse", _Response())

    async def follow(frames: bytes) -> None:
        queue = WebSocketDataQueue(protocol, _LIMIT, loop=loop)
        reader = WebSocketReader(queue, _LIMIT, compress=False, decode_text=False)
        reader.feed_data(frames)
        queue.feed_eof()
        socket = ClientWebSocketResponse(
            *(queue, writer, None, response),
            timeout=ClientWSTimeout(),
            autoclose=True,
            autoping=False,
            loop=loop,
        )
        with suppress(BridgeConnectionError):
            await receive_messages(cast("Socket", socket), 60.0, _take, _ignore)

    def decode(data: bytes) -> None:
        if data[:1] in _TEXT_STARTS:
            data = b"\x81" + _length(data) + data
        loop.run_until_complete(follow(data))

    weakref.finalize(decode, loop.close)
    return decode


def _length(message: bytes) -> bytes:
    """Return the length field of a message's frame."""
    size = len(message)
    if size < 126:
        return bytes([size])
    return b"\x7e" + size.to_bytes(2) if size < 1 << 16 else b"\x7f" + size.to_bytes(8)


def frames(messages: Iterable[bytes]) -> bytes:
    """Return messages in frames, with pings, then a split one and a close frame."""
    whole = b"\x89\x02hi".join(b"\x81" + _length(it) + it for it in messages)
    return whole + b"\x01\x01{\x80\x01}\x88\x02\x03\xe8"


def _answers(key: str) -> Decoder:
    """Return the decoder of the answers of one kind of bridge."""
    return Decoder(
        make=lambda: answers_of(key), seeds=lambda recordings: recordings[key].bodies
    )


def _part(key: str, part: Part) -> Decoder:
    """Return the decoder of another input of one kind of bridge."""
    return Decoder(
        make=part.make,
        seeds=lambda recordings: part.seeds(recordings[key].bodies),
        largest=part.largest,
    )


def _bodies(recordings: Mapping[str, Recording]) -> Iterable[bytes]:
    """Return the bodies of all kinds."""
    return (it for each in recordings.values() for it in each.bodies)


DECODERS: Mapping[str, Decoder] = {
    "sse": Decoder(
        make=sse,
        seeds=lambda recordings: (
            *(it for each in recordings.values() for it in each.chunks),
            *flooded(is_socket=False),
        ),
        largest=_CHUNK,
    ),
    "websocket": Decoder(
        make=websocket,
        seeds=lambda recordings: (
            it
            for each in recordings.values()
            for it in (*each.messages, frames(each.messages), *flooded(is_socket=True))
        ),
        largest=_CHUNK,
    ),
    "words": Decoder(make=lambda: read_words, seeds=_bodies),
    "diagnostics": Decoder(make=diagnostics, seeds=_bodies, largest=LARGEST_SHOWN),
    **{key: _answers(key) for key in KINDS},
    **{
        name: _part(key, part)
        for key in KINDS
        for name, part in KINDS[key].decoding.parts.items()
    },
}
