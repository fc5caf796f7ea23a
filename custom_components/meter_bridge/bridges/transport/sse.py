"""Server-sent events: the WHATWG event-stream rules, bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
import re

import orjson

from ..errors import BridgeResponseError

EVENT_LIMIT = 1 << 20
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"data", b"event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its type (`message` where none was given) and its data."""

    type: str
    data: str

    def json(self) -> object:
        """Decode the data."""
        try:
            return orjson.loads(self.data)
        except orjson.JSONDecodeError as error:
            raise BridgeResponseError("An event is not JSON") from error


class EventDecoder:
    """Turn chunks of bytes, split anywhere, into events."""

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        """Start before the first byte; one event may take `limit` bytes."""
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._at_start = True
        self._skip_newline = False
        self._type = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that this chunk completes; raise on one too large."""
        self._buffer += chunk
        if self._at_start:
            if _BOM.startswith(bytes(self._buffer)):
                return
            self._at_start = False
            if self._buffer.startswith(_BOM):
                del self._buffer[: len(_BOM)]
        if self._skip_newline and self._buffer:
            # The chunk before ended in CR, which ended its line already.
            if self._buffer.startswith(b"\n"):
                del self._buffer[:1]
            self._skip_newline = False
        if _LINE_END.search(self._buffer, self._searched):
            self._skip_newline = self._buffer.endswith(b"\r")
            *lines, rest = _LINE_END.split(self._buffer)
            self._buffer = bytearray(rest)
            for line in lines:
                if event := self._take(line):
                    yield event
        self._searched = len(self._buffer)
        self._check_size(len(self._buffer))

    def _check_size(self, line: int) -> None:
        """Raise where a line of so many bytes makes the event too large."""
        if self._size + line > self._limit:
            raise BridgeResponseError("An event of the stream is too large")

    def _take(self, line: bytes) -> Event | None:
        """Take one line; return the event that a blank one ends."""
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
