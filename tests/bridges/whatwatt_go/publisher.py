"""The MQTT client of a simulated whatwatt Go: just enough of MQTT 3.1.1 to send."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from yarl import URL

_CONNECT, _CONNACK, _PUBLISH, _DISCONNECT = 0x10, 0x20, 0x30, 0xE0
_CLEAN, _WITH_PASSWORD, _WITH_NAME = 0x02, 0x40, 0x80
_KEEP_ALIVE_SECONDS, _PORT = 60, 1883


class Publisher:
    """One connection to a broker, which goes on until `stop`."""

    def __init__(self) -> None:
        """Be connected to nothing."""
        self.is_connected = False
        self._messages: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self, chosen: Mapping[str, Any]) -> None:
        """Connect with these settings, in place of an earlier connection."""
        self.cancel()
        self._task = asyncio.create_task(self._run(dict(chosen)))

    def send(self, topic: str, message: str) -> None:
        """Send a message, as soon as there is a connection."""
        self._messages.put_nowait((topic, message))

    def cancel(self) -> None:
        """Let the connection be over soon."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """End the connection."""
        self.cancel()
        if self._task is not None:
            with suppress(asyncio.CancelledError, OSError):
                await self._task

    async def _run(self, chosen: Mapping[str, Any]) -> None:
        """Log in, and send what there is to send."""
        url = URL(chosen["url"])
        reader, writer = await asyncio.open_connection(
            url.host, url.explicit_port or _PORT
        )
        try:
            writer.write(_connect(chosen))
            answer = await reader.readexactly(4)
            self.is_connected = answer[0] == _CONNACK and answer[3] == 0
            while self.is_connected:
                topic, message = await self._messages.get()
                writer.write(_packet(_PUBLISH, _text(topic) + message.encode()))
                await writer.drain()
        finally:
            self.is_connected = False
            writer.write(_packet(_DISCONNECT, b""))
            writer.close()


def _connect(chosen: Mapping[str, Any]) -> bytes:
    """Return the packet that logs in."""
    flags = _CLEAN
    login = b""
    if chosen["username"]:
        flags |= _WITH_NAME | _WITH_PASSWORD
        login = _text(chosen["username"]) + _text(chosen["password"])
    head = _text("MQTT") + bytes((4, flags)) + _KEEP_ALIVE_SECONDS.to_bytes(2)
    return _packet(_CONNECT, head + _text(chosen["client_id"]) + login)


def _text(words: str) -> bytes:
    """Return a text with its length before it."""
    encoded = words.encode()
    return len(encoded).to_bytes(2) + encoded


def _packet(kind: int, body: bytes) -> bytes:
    """Return a packet; its length has seven bits in each byte."""
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes((kind,)) + bytes(length) + body
