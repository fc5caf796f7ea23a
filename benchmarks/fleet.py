"""A fleet of many cheap IOmeter simulators, all on the meter of one house.

A real simulator creates each message once for all of them: a reading does not contain
the id of its bridge, and in a status the id is replaced.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
import time
from typing import cast, override

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.house import House

READING, STATUS = "/v1/reading", "/v1/status"
_EVENTS = (
    b"HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\n"
    b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_UNKNOWN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRun:
    """The result of running a fleet for some seconds.

    `late` is the longest delay of a reading (s), `busy` the processor time of this
    process (s), and `read_at` the meter's time of the last reading.
    """

    sent: int
    late: float
    busy: float
    requests: int
    read_at: datetime


class FleetBridge:
    """One bridge: its id, its port, and the connections that follow its streams."""

    def __init__(self, fleet: Fleet, number: int) -> None:
        """Create a bridge with an id of its own."""
        self.fleet = fleet
        self.device_id = f"{number:08x}-3f61-4b8e-9a47-1c2e6f80b3d9"
        self.port = 0
        self._server: asyncio.Server | None = None
        self.followers: list[tuple[str, asyncio.Transport]] = []

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), "127.0.0.1"
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Close the server and all its connections."""
        if self._server:
            self._server.close()
            self._server.abort_clients()

    def event(self, path: str) -> bytes:
        """Return the latest event of a stream, as an HTTP chunk."""
        if path == READING:
            return self.fleet.reading
        return self.fleet.status.replace(self.fleet.device_id, self.device_id.encode())

    def publish(self) -> None:
        """Send the latest events to all connections that follow a stream."""
        for path, transport in self.followers:
            transport.write(self.event(path))


class _Connection(asyncio.Protocol):
    """A connection to one bridge."""

    def __init__(self, bridge: FleetBridge) -> None:
        """Start with an empty buffer."""
        self._bridge = bridge
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for answers."""
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        """Answer each request once its head is complete; requests have no body."""
        *heads, self._buffer = (self._buffer + data).split(b"\r\n\r\n")
        for head in heads:
            self._answer(head.split(b" ", 2)[1].decode(), b"text/event-stream" in head)

    def _answer(self, path: str, is_streamed: bool) -> None:  # noqa: FBT001 (of two)
        """Answer as the simulator would: one object, or a stream of them."""
        bridge = self._bridge
        bridge.fleet.requests += 1
        if path not in (READING, STATUS):
            self._transport.write(_UNKNOWN)
        elif is_streamed:
            self._transport.write(_EVENTS + bridge.event(path))
            bridge.followers.append((path, self._transport))
        else:
            body = _data(bridge.event(path))
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self._transport.write(head.encode() + body)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection that was closed."""
        followers = self._bridge.followers
        followers[:] = [each for each in followers if each[1] is not self._transport]


class Fleet:
    """The bridges, and the messages that all of them send."""

    def __init__(self) -> None:
        """Start without bridges."""
        self._simulator = IometerSimulator(House())
        self._bridges: list[FleetBridge] = []
        self.device_id = self._simulator.device_id.encode()
        self.reading = self.status = b""
        self.requests = 0
        self._read()

    async def grow(self, count: int) -> list[FleetBridge]:
        """Return `count` bridges, starting those that are missing."""
        for number in range(len(self._bridges), count):
            bridge = FleetBridge(self, number)
            await bridge.start()
            self._bridges.append(bridge)
        return self._bridges[:count]

    async def run(self, seconds: int, *, spread: bool = True) -> FleetRun:
        """Publish a reading of every bridge each second, evenly or all at once."""
        loop, requests = asyncio.get_running_loop(), self.requests
        busy, begin, late = time.process_time(), loop.time(), 0.0
        step = 1 / len(self._bridges) if spread else 0.0
        for second in range(seconds):
            self._read()
            for number, bridge in enumerate(self._bridges):
                due = begin + second + number * step
                if (early := due - loop.time()) > 0:
                    await asyncio.sleep(early)
                late = max(late, loop.time() - due)
                bridge.publish()
            await asyncio.sleep(max(begin + second + 1 - loop.time(), 0))
        return FleetRun(
            sent=seconds * len(self._bridges),
            late=late,
            busy=time.process_time() - busy,
            requests=self.requests - requests,
            read_at=self._simulator.read_at,
        )

    def close(self) -> None:
        """Stop all bridges."""
        for bridge in self._bridges:
            bridge.stop()

    def _read(self) -> None:
        """Read the meter a second later, and create the messages.

        All powers and their counters have changed.
        """
        house = self._simulator.house
        house.draw(3600 + 30 * house.now.second)
        house.advance(1)
        self._simulator.tick()
        self.reading, self.status = map(self._phrase, (READING, STATUS))

    def _phrase(self, path: str) -> bytes:
        """Return an event as an HTTP chunk."""
        event = self._simulator.message(path) or b""
        return b"%x\r\n%b\r\n" % (len(event), event)


def _data(chunk: bytes) -> bytes:
    """Return the JSON of an event in a chunk."""
    return chunk.partition(b"data: ")[2].rstrip()
