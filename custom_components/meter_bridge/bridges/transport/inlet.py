"""Let the bytes of a bridge in by portions, and no faster than a budget allows."""

import asyncio
from typing import override

from ..budget import Budget

# What aiohttp makes of a portion takes a few milliseconds at most.
_PORTION = 1 << 13
# Enough for a whole answer at once, and far more than any stream.
_BURST, _PER_SECOND = 2 << 20, 1 << 18


class Inlet(asyncio.Protocol):
    """Stand between a connection and its protocol.

    Some bytes cost much and show nothing to whoever reads the answer: `100 Continue`
    again and again, extensions of chunks, empty frames. asyncio hands over 256 KiB at
    once, so they are passed on by portions, and everybody has a turn between two of
    them. Beyond the budget the connection is not read for a while.
    """

    def __init__(
        self, transport: asyncio.Transport, protocol: asyncio.Protocol
    ) -> None:
        """Stand in the way of a connection that is open."""
        self._transport = transport
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._budget = Budget(burst=_BURST, per_second=_PER_SECOND)
        self._waiting = bytearray()
        self._next: asyncio.Handle | None = None

    @override
    def data_received(self, data: bytes) -> None:
        """Pass on what is allowed now."""
        if self._next is None and len(data) <= _PORTION:
            self._protocol.data_received(data)
            self._rest(self._budget.spend(len(data), self._loop.time()))
            return
        self._waiting += data
        self._transport.pause_reading()
        if self._next is None:
            self._pass_on()

    def _pass_on(self) -> None:
        """Pass on one portion of what is waiting."""
        self._next = None
        if self._transport.is_closing():
            self._waiting.clear()
            return
        portion = bytes(self._waiting[:_PORTION])
        del self._waiting[:_PORTION]
        if portion:
            self._protocol.data_received(portion)
        seconds = self._budget.spend(len(portion), self._loop.time())
        if not self._rest(seconds):
            self._transport.resume_reading()

    def _rest(self, seconds: float) -> bool:
        """Read nothing for so long, then go on; tell whether there is a reason to."""
        if not (seconds or self._waiting):
            return False
        self._transport.pause_reading()
        self._next = self._loop.call_later(seconds, self._pass_on)
        return True

    @override
    def eof_received(self) -> bool | None:
        """Pass on that nothing more comes, after what is waiting."""
        rest, self._waiting = bytes(self._waiting), bytearray()
        if rest:
            self._protocol.data_received(rest)
        return self._protocol.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on that the connection is gone; what is waiting went with it."""
        if self._next is not None:
            self._next.cancel()
        self._waiting.clear()
        self._protocol.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        """Pass on that the bridge does not read."""
        self._protocol.pause_writing()

    @override
    def resume_writing(self) -> None:
        """Pass on that the bridge reads again."""
        self._protocol.resume_writing()


def let_in_slowly(transport: asyncio.Transport) -> None:
    """Put an inlet before a connection that has none."""
    protocol = transport.get_protocol()
    if isinstance(protocol, asyncio.Protocol) and not isinstance(protocol, Inlet):
        transport.set_protocol(Inlet(transport, protocol))
