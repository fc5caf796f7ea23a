"""The base of all simulators: serves readings of a house over real sockets."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from functools import partial
import json
from ssl import SSLContext
import time
from typing import ClassVar, override

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDictProxy

from tests.support.house import House
from tests.support.mishaps import Change, Mishaps, cut

type Json = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

compact = partial(json.dumps, separators=(",", ":"))


def number(value: Decimal, digits: int = 0) -> int | float:
    """Return a value as the shortest JSON number, cut after some decimals."""
    shown = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN)
    return int(shown) if shown == shown.to_integral_value() else float(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The mDNS announcement of a bridge."""

    service: str
    name: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of a client, and its time (monotonic seconds)."""

    method: str
    path: str
    headers: CIMultiDictProxy[str]
    time: float


class Stream:
    """The messages for one connected client."""

    def __init__(self, channel: str, twist: Change = bytes) -> None:
        """Start with an empty queue; `twist` changes every message."""
        self.channel = channel
        self._twist = twist
        self._messages: asyncio.Queue[bytes | None] = asyncio.Queue()

    def push(self, message: bytes | None) -> None:
        """Send a message; None ends the stream."""
        self._messages.put_nowait(None if message is None else self._twist(message))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield messages until the stream ends."""
        while (message := await self._messages.get()) is not None:
            yield message


class Simulator(Mishaps, ABC):
    """A simulated bridge; subclasses add its state, paths and messages."""

    key: ClassVar[str]
    # The device measures by itself: there is no clock of another meter.
    counts_by_itself: ClassVar[bool] = False

    def __init__(self, house: House) -> None:
        """Create a bridge at the meter of a house; it is not started yet."""
        super().__init__()
        self.house = house
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.read_at = house.now - timedelta(days=1)
        self.ahead = timedelta()
        self.clock_stands = False
        self.silent = False
        self.tls: SSLContext | None = None
        self._host = "127.0.0.1"
        self._port = 0
        self._open: list[web.Request] = []
        self._forced: dict[str, Decimal | None] = {}
        self._streams: list[Stream] = []
        self._runner: web.AppRunner | None = None
        self._blackout: asyncio.Task[None] | None = None

    @abstractmethod
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the paths that the bridge serves."""

    @abstractmethod
    def read_meter(self) -> None:
        """Take a new reading of the meter, from `read_at` and `values()`."""

    def send_everything(self) -> None:
        """Become the device, on the meter, that sends the most."""
        self.house.export(2500)

    def message(self, channel: str) -> bytes | None:  # noqa: ARG002
        """Return the message with the latest reading for a channel, None for none."""
        return None

    async def admit(self, request: web.Request) -> web.StreamResponse | None:  # noqa: ARG002
        """Return an answer that refuses a request; None to accept it."""
        return None

    async def dress(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Add what a device of this kind adds to the head of each answer."""

    @property
    def credentials(self) -> Mapping[str, str]:
        """The login that the owner has to enter."""
        return {}

    @property
    def announcement(self) -> Announcement | None:
        """The mDNS announcement, None if the bridge does not announce itself."""
        return None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen and read the meter; port 0 is the port used before, or any."""
        self._host, self._port = host, port or self._port
        self.tick()
        await self.plug_in()

    async def stop(self) -> None:
        """End open streams and stop listening."""
        if self._blackout is not None:
            self._blackout.cancel()
            with suppress(asyncio.CancelledError):
                await self._blackout
            self._blackout = None
        await self._close()

    async def plug_in(self) -> None:
        """Listen on the port used before."""
        if self._runner is not None:
            return
        app = web.Application(middlewares=[self._serve])
        app.add_routes(self.routes())
        app.on_shutdown.append(self._end)
        app.on_response_prepare.append(self.dress)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1
        )
        await self._runner.setup()
        await web.TCPSite(
            self._runner, self._host, self._port, ssl_context=self.tls
        ).start()
        self._port = int(self._runner.addresses[0][1])

    async def unplug(self) -> None:
        """Disappear at once: reset connections and close the listening socket."""
        for request in self._open:
            cut(request)
        await self._close()

    async def move(self) -> None:
        """Get a new address (a new port)."""
        await self.unplug()
        self._port = 0
        await self.plug_in()

    def black_out(self, seconds: float, host: str | None = None) -> asyncio.Task[None]:
        """Disappear right after the present answer, and return after some seconds.

        It returns at the address `host`, by default at the one that it had.
        """

        async def black_out() -> None:
            await asyncio.sleep(0.01)
            await self.unplug()
            await asyncio.sleep(seconds)
            self._host = host or self._host
            await self.plug_in()

        if self._blackout is not None:
            self._blackout.cancel()
        self._blackout = asyncio.create_task(black_out())
        return self._blackout

    @property
    def is_plugged_in(self) -> bool:
        """Whether it listens."""
        return self._runner is not None

    @property
    def port(self) -> int:
        """The port that it listens on, or did before it was unplugged."""
        return self._port

    @property
    def address(self) -> str:
        """The address that the owner enters: host and port."""
        return f"{self._host}:{self._port}"

    def tick(self) -> None:
        """Read the meter now, and publish the reading."""
        now = (self.house.now + self.ahead).replace(microsecond=0)
        if not self.clock_stands:
            self.read_at = max(now, self.read_at + timedelta(seconds=1))
        self.read_meter()
        self.publish()

    def publish(self) -> None:
        """Send the latest reading to all open streams."""
        for stream in self._streams:
            if not self.silent and (message := self.message(stream.channel)):
                stream.push(message)

    def set_clock(self, ahead: timedelta) -> None:
        """Set the meter's clock ahead or back of the house's."""
        self.ahead = ahead
        self.read_at = self.house.now + ahead - timedelta(days=1)

    def values(self) -> dict[str, Decimal]:
        """Return the meter's values, OBIS code to W, Wh, V, A, Hz, with forced ones."""
        forced = self.house.obis() | self._forced
        return {code: value for code, value in forced.items() if value is not None}

    def force(self, code: str, value: Decimal | None) -> None:
        """Force the value of a register from now on; None leaves the register out."""
        self._forced[code] = value

    def lose_scale(self) -> bool:
        """Send raw counts without their factors; False where values have units."""
        return False

    def exchange_meter(self, turn: int = 0) -> bool:  # noqa: ARG002
        """Read a meter with another number; False where no number is sent.

        Each `turn` (four digits) is another meter.
        """
        return False

    def zero_counter(self, code: str) -> None:
        """Let a counter read zero from now on."""
        self.force(code, Decimal(0))

    @override
    def heal(self) -> None:
        """End every mishap."""
        self.silent = self.clock_stands = False
        self._forced.clear()
        super().heal()

    @property
    def open_streams(self) -> int:
        """The number of streams with a client."""
        return len(self._streams)

    def push_raw(self, data: bytes) -> None:
        """Send these bytes to all open streams."""
        for stream in self._streams:
            stream.push(data)

    def end_streams(self) -> None:
        """Close all open streams normally."""
        for stream in self._streams:
            stream.push(None)

    def cut_streams(self) -> None:
        """Reset the connections of all open streams."""
        for request in self._open:
            if request.path.endswith(tuple(each.channel for each in self._streams)):
                cut(request)

    @contextmanager
    def streaming(self, channel: str) -> Iterator[Stream]:
        """Register a stream until its client disconnects."""
        stream = Stream(channel, lambda sent: self.twist(sent) if self.twist else sent)
        if not self.is_plugged_in:
            # It was asked for before, but all streams have been ended since.
            stream.push(None)
        self._streams.append(stream)
        try:
            yield stream
        finally:
            self._streams.remove(stream)

    async def send_events(
        self, request: web.Request, channel: str, first: bytes | None = None
    ) -> web.StreamResponse:
        """Serve a stream of server-sent events."""
        response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
        response.content_type = "text/event-stream"
        with self.streaming(channel) as stream:
            if first is not None and not self.silent:
                stream.push(first)
            await response.prepare(request)
            # The client may disconnect at any time, also between two messages.
            with suppress(ConnectionResetError):
                async for message in stream:
                    await response.write(message)
        return response

    def forget_past(self) -> None:
        """Keep no requests: a day of them would fill the memory."""
        self.requests.clear()

    @web.middleware
    async def _serve(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Record a request, then answer it with a mishap, a refusal, or normally."""
        self.requests.append(
            Request(
                method=request.method,
                path=request.path,
                headers=request.headers,
                time=time.monotonic(),
            )
        )

        async def answer() -> web.StreamResponse:
            return await self.admit(request) or await handler(request)

        self._open.append(request)
        self.most_at_once = max(self.most_at_once, len(self._open) - len(self._streams))
        try:
            if mishap := self._mishap(request.path):
                return await mishap(request, answer)
            return await answer()
        finally:
            self._open.remove(request)

    async def _end(self, _app: web.Application) -> None:
        """End open streams and stalled requests."""
        self.end_streams()
        self._release()

    async def _close(self) -> None:
        """Stop listening, and close all connections."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            try:
                await _stop_accepting(runner)
                await runner.cleanup()
            except asyncio.CancelledError:
                # A blackout was cancelled while closing: the next call closes the rest.
                self._runner = runner
                raise


async def _stop_accepting(runner: web.AppRunner) -> None:
    """Let asyncio finish accepting connections: closing in between raises errors."""
    loop = asyncio.get_running_loop()
    for site in runner.sites:
        server = getattr(site, "_server", None)
        for listening in server.sockets if server else ():
            loop.remove_reader(listening.fileno())
    for _ in range(3):
        await asyncio.sleep(0)


def event(name: str, data: Json) -> bytes:
    """Return a server-sent event."""
    return f"event: {name}\ndata: {compact(data)}\n\n".encode()
