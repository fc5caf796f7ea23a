"""Many IOmeters that cost next to nothing, all of them on the meter of one house.

One simulator phrases what they say, once for all of them: a reading does not tell whose
it is, and a status does by its id alone.
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
class Lived:
    """What went on in a street for some seconds.

    `late` is by how many seconds a reading was sent after it was due at worst, `busy`
    the processor seconds of this process, `read_at` the meter's time of the last one.
    """

    sent: int
    late: float
    busy: float
    requests: int
    read_at: datetime


class Neighbour:
    """One bridge: an id, a port, and whoever follows its streams."""

    def __init__(self, street: Street, number: int) -> None:
        """Have an id of its own."""
        self.street = street
        self.device_id = f"{number:08x}-3f61-4b8e-9a47-1c2e6f80b3d9"
        self.port = 0
        self._server: asyncio.Server | None = None
        self.followers: list[tuple[str, asyncio.Transport]] = []

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Visit(self), "127.0.0.1"
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Be gone, and every connection with it."""
        if self._server:
            self._server.close()
            self._server.abort_clients()

    def event(self, path: str) -> bytes:
        """Return the latest of a stream as it is sent, in a chunk."""
        if path == READING:
            return self.street.reading
        return self.street.status.replace(
            self.street.device_id, self.device_id.encode()
        )

    def publish(self) -> None:
        """Tell everybody the latest reading and, beside it, the status."""
        for path, transport in self.followers:
            transport.write(self.event(path))


class _Visit(asyncio.Protocol):
    """A connection to one bridge."""

    def __init__(self, neighbour: Neighbour) -> None:
        """Have heard nothing yet."""
        self._neighbour = neighbour
        self._heard = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Know whom to answer."""
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        """Answer each request once its head has come; none has a body."""
        *heads, self._heard = (self._heard + data).split(b"\r\n\r\n")
        for head in heads:
            self._answer(head.split(b" ", 2)[1].decode(), b"text/event-stream" in head)

    def _answer(self, path: str, is_streamed: bool) -> None:  # noqa: FBT001 (of two)
        """Answer as the simulator would: one object, or a stream of them."""
        neighbour = self._neighbour
        neighbour.street.requests += 1
        if path not in (READING, STATUS):
            self._transport.write(_UNKNOWN)
        elif is_streamed:
            self._transport.write(_EVENTS + neighbour.event(path))
            neighbour.followers.append((path, self._transport))
        else:
            body = _data(neighbour.event(path))
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self._transport.write(head.encode() + body)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget who is gone."""
        followers = self._neighbour.followers
        followers[:] = [each for each in followers if each[1] is not self._transport]


class Street:
    """The bridges, and what all of them say."""

    def __init__(self) -> None:
        """Read the meter, with nobody there to tell."""
        self._simulator = IometerSimulator(House())
        self._neighbours: list[Neighbour] = []
        self.device_id = self._simulator.device_id.encode()
        self.reading = self.status = b""
        self.requests = 0
        self._read()

    async def grow(self, count: int) -> list[Neighbour]:
        """Return so many bridges; those that there were are among them."""
        for number in range(len(self._neighbours), count):
            neighbour = Neighbour(self, number)
            await neighbour.start()
            self._neighbours.append(neighbour)
        return self._neighbours[:count]

    async def live(self, seconds: int, *, spread: bool = True) -> Lived:
        """Publish a reading of every bridge each second: one after the other, or all.

        Readings are spread evenly over the second, as they are in real life.
        """
        loop, requests = asyncio.get_running_loop(), self.requests
        busy, begin, late = time.process_time(), loop.time(), 0.0
        step = 1 / len(self._neighbours) if spread else 0.0
        for second in range(seconds):
            self._read()
            for number, neighbour in enumerate(self._neighbours):
                due = begin + second + number * step
                if (early := due - loop.time()) > 0:
                    await asyncio.sleep(early)
                late = max(late, loop.time() - due)
                neighbour.publish()
            await asyncio.sleep(max(begin + second + 1 - loop.time(), 0))
        return Lived(
            sent=seconds * len(self._neighbours),
            late=late,
            busy=time.process_time() - busy,
            requests=self.requests - requests,
            read_at=self._simulator.read_at,
        )

    def close(self) -> None:
        """Be gone."""
        for neighbour in self._neighbours:
            neighbour.stop()

    def _read(self) -> None:
        """Read the meter a second later, and phrase what it says.

        All powers have changed then, and so has what counts them.
        """
        house = self._simulator.house
        house.draw(3600 + 30 * house.now.second)
        house.advance(1)
        self._simulator.tick()
        self.reading, self.status = map(self._phrase, (READING, STATUS))

    def _phrase(self, path: str) -> bytes:
        """Return the chunk of an event."""
        event = self._simulator.message(path) or b""
        return b"%x\r\n%b\r\n" % (len(event), event)


def _data(chunk: bytes) -> bytes:
    """Return the JSON of the event that a chunk is."""
    return chunk.partition(b"data: ")[2].rstrip()
