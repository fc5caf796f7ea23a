"""Server-sent events by the WHATWG's event-stream rules, with a limit on their size."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aiohttp import ClientResponse, hdrs

from ..errors import BridgeConnectionError, BridgeResponseError
from ..wire import parse_json
from .fluency import Fluency
from .tasks import extend

EVENT_LIMIT = 1 << 18
# Bytes that are decoded at once; other tasks run in between.
_PORTION = 1 << 14
_LINE_ENDS = (b"\n", b"\r")
_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"data", b"event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its type (`message` where none was given) and its data."""

    type: str
    data: str

    def json(self) -> object:
        """Decode the data."""
        return parse_json(self.data)


class EventDecoder:
    """Turn chunks of bytes into events; a chunk may end anywhere."""

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        """Start a new stream; one event may have `limit` bytes."""
        self._limit = limit
        self._buffer = bytearray()
        self._at_start = True
        self._skip_newline = False
        self._type = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that this chunk completes; raise if one is too large."""
        self._buffer += chunk
        if self._at_start:
            if _BOM.startswith(bytes(self._buffer)):
                return
            self._at_start = False
            if self._buffer.startswith(_BOM):
                del self._buffer[: len(_BOM)]
        if self._skip_newline and self._buffer:
            # The previous chunk ended in CR: this LF belongs to the same line end.
            if self._buffer.startswith(b"\n"):
                del self._buffer[:1]
            self._skip_newline = False
        if b"\n" in chunk or b"\r" in chunk:
            self._skip_newline = self._buffer.endswith(b"\r")
            # Of bytes, these are all ends of lines that Python knows.
            lines = bytes(self._buffer).splitlines()
            is_whole = self._buffer.endswith(_LINE_ENDS)
            self._buffer = bytearray(b"" if is_whole or not lines else lines.pop())
            for line in lines:
                if event := self._take(line):
                    yield event
        self._check_size(len(self._buffer))

    def _check_size(self, line: int) -> None:
        """Raise if a line of this many bytes makes the event too large."""
        if self._size + line > self._limit:
            raise BridgeResponseError("An event of the stream is too large")

    def _take(self, line: bytes) -> Event | None:
        """Take one line; a blank one ends the event and returns it."""
        if not line:
            event = None
            if self._data:
                event = Event(type=self._type or "message", data="\n".join(self._data))
                self._data, self._size = [], 0
            self._type = ""
            return event
        self._check_size(len(line))
        if not line.startswith(_FIELDS):
            return None
        field, _, value = line.decode(errors="replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._size += len(line)
        elif field == "event":
            self._type = value
        return None


async def receive_events(
    response: ClientResponse,
    limit: asyncio.Timeout,
    idle: float,
    take: Callable[[Event], None],
    record: Callable[[str], None],
) -> None:
    """Hand over the events of an answer until the bridge ends it.

    `limit` is pushed back to `idle` seconds after each chunk. `record` gets the data of
    each event first. The time limit is ours: after a chunk that is framed wrongly
    aiohttp (3.14.5) closes the connection but neither wakes its reader nor keeps its
    own time limit. However many events come at once, other tasks run between them; a
    stream that sends more than any meter counts as broken.
    """
    if response.content_type != "text/event-stream":
        raise BridgeResponseError("The answer is not an event stream")
    if response.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise BridgeResponseError("The stream is packed, which nobody asked for")
    decoder, closed, fluency = EventDecoder(), _closed(response), Fluency()
    extend(limit, idle)
    while chunk := await response.content.read(_PORTION):
        extend(limit, idle)
        fluency.hear(len(chunk))
        for earlier, event in enumerate(decoder.feed(chunk)):
            if earlier:
                await asyncio.sleep(0)
            fluency.count_message()
            record(event.data)
            take(event)
        if len(chunk) == _PORTION:
            # More may be there already: then reading on gives nobody a turn.
            await asyncio.sleep(0)
    if closed is not None and closed.done() and closed.exception():
        raise BridgeConnectionError("The connection to the bridge was lost")


def _closed(response: ClientResponse) -> asyncio.Future[None] | None:
    """Return the future that ends, maybe with an error, when the connection closes.

    For an answer without length and chunks aiohttp (3.14.5) reports a reset as its end.
    """
    connection = response.connection
    if connection is None or connection.protocol is None:
        return None
    if (closed := connection.protocol.closed) is not None:
        # Retrieve its exception: asyncio logs one that nobody has asked for.
        closed.add_done_callback(lambda it: it.cancelled() or it.exception())
    return closed
