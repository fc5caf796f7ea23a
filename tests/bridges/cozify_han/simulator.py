"""A simulated Cozify HAN reader on the H1 port of a meter."""

from asyncio import FIRST_COMPLETED, create_task, gather, wait
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
import struct
from typing import override

from aiohttp import WSMsgType, web

from tests.bridges.cozify_han.changes import Changes
from tests.bridges.cozify_han.profile import Profile
from tests.support.house import House
from tests.support.mishaps import cut
from tests.support.simulator import Json, Simulator, Stream, compact, event, number

_STREAMS = ("/ws", "/sse", "/events")
_ENERGIES = {"ic": "1.8.0", "ec": "2.8.0", "ric": "3.8.0", "rec": "4.8.0"}
# The total, then each phase.
_POWERS = {"pi": 1, "pe": 2, "ri": 3, "re": 4}
_NET_POWERS = {"p": ("pi", "pe"), "r": ("ri", "re")}
_PHASE_STEP = 20
_UNKNOWN = "HAN_SOMETHING_MESSAGE"


class CozifyHanSimulator(Simulator):
    """Serves meter, state and settings; `profile` has the make of all of them."""

    key = "cozify_han"

    def __init__(self, house: House) -> None:
        """Start as a reader of early 2026 on a three-phase meter, with Ethernet."""
        super().__init__(house)
        self.profile = Profile()
        self.changes = Changes(self.profile, self._apply, self.black_out)
        self.chatter = False
        self._meter: dict[str, Json] | None = None
        self._energies: dict[str, Json] = {}
        self._energies_at = self.read_at
        self._ts: int | None = None
        self._begun_at = house.now

    @override
    def send_everything(self) -> None:
        """Use the newest firmware."""
        super().send_everything()
        self.profile.is_new = True

    @override
    def exchange_meter(self, turn: int = 0) -> bool:
        """Be plugged into another meter of the same make."""
        self.profile.meter_id = f"T{7002 + turn:015}"
        return True

    @override
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the paths of all firmware versions; `profile.absent` removes some."""
        return [
            web.get("/han", self._get),
            web.get("/meter", self._get),
            web.get("/meter/data", self._get),
            web.get("/meter/id", self._get),
            web.get("/configuration", self._get),
            web.get("/health", self._get),
            web.get("/ws", self._get_socket),
            web.get("/sse", self._get_events),
            web.get("/events", self._get_events),
            *self.changes.routes(),
        ]

    @override
    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Answer 404 for a path that this firmware does not have."""
        if request.path in self.profile.absent:
            return web.Response(status=404)
        return None

    @override
    def read_meter(self) -> None:
        """Take a telegram of the meter, if it sends any."""
        profile = self.profile
        if not profile.has_meter:
            self._meter = None
            return
        if self._ts is None or not profile.clock_stands_still:
            seconds = int(self.read_at.timestamp())
            self._ts = seconds * 1000 if profile.milliseconds else seconds
        age = (self.read_at - self._energies_at).total_seconds()
        if not self._energies or not 0 <= age < profile.energy_seconds:
            self._energies, self._energies_at = self._read_energies(), self.read_at
        message = {
            "type": "HAN_METER_MESSAGE",
            "ts": self._ts,
            **self._energies,
            **self._read_powers(),
            **self._read_phases(),
        }
        self._meter = {
            key: value for key, value in message.items() if key not in profile.left_out
        }

    def _read_energies(self) -> dict[str, Json]:
        """Return the counters in kWh and kvarh."""
        values, profile = self.values(), self.profile
        energies: dict[str, Json] = {}
        for key, code in _ENERGIES.items():
            energy = number(values[code].scaleb(-3), 3) if code in values else None
            as_text = profile.energies_as_text and energy is not None
            energies[key] = str(energy) if as_text else energy
        return energies

    def _read_powers(self) -> dict[str, Json]:
        """Return powers in W and var: each direction, and net."""
        values, phases = self.values(), self.profile.phases
        starts = (0, *(_PHASE_STEP * phase for phase in phases))
        arrays = {
            key: [values.get(f"{start + group}.7.0", Decimal(0)) for start in starts]
            for key, group in _POWERS.items()
        }
        for key, (imported, exported) in _NET_POWERS.items():
            pairs = zip(arrays[imported], arrays[exported], strict=True)
            arrays[key] = [more - less for more, less in pairs]
        return {
            key: self._shaped(key, [number(value) for value in array])
            for key, array in arrays.items()
        }

    def _read_phases(self) -> dict[str, Json]:
        """Return voltages in V and currents in A, which have no total."""
        values = self.values()
        volts = [values[f"{_PHASE_STEP * it + 12}.7.0"] for it in self.profile.phases]
        amperes = [values[f"{_PHASE_STEP * it + 11}.7.0"] for it in self.profile.phases]
        if self.profile.truncates_current:
            amperes = [_through_float32(current) for current in amperes]
        return {
            "u": self._shaped("u", [number(value, 1) for value in volts]),
            "i": self._shaped("i", [number(value, 2) for value in amperes]),
        }

    def _shaped(self, key: str, array: list[float]) -> Json:
        """Return an array of the length that this firmware sends; None is null."""
        length = self.profile.lengths.get(key, len(array))
        return None if length is None else array[:length]

    @override
    def message(self, channel: str) -> bytes | None:
        """Return the message with the last telegram."""
        if self.chatter:
            self.push({"type": _UNKNOWN, "ts": [], "p": "?"})
        return None if self._meter is None else self._phrase(channel, self._meter)

    def push(self, message: Mapping[str, Json]) -> None:
        """Send a message to all open streams."""
        for stream in self._streams:
            stream.push(self._phrase(stream.channel, message))

    def push_state(self) -> None:
        """Send the message `state` to all open streams."""
        self.push(self.profile.state())

    def push_configuration(self) -> None:
        """Send the settings to all open streams, with the newer name of their type."""
        self.push({**self.profile.configuration(), "type": "HAN_CONFIGURATION_MESSAGE"})

    def _apply(self) -> None:
        """Tell the new settings, and leave an interface that was turned off."""
        self.push_configuration()
        profile = self.profile
        links = (
            (profile.ethernet_ip, profile.ethernet_enabled),
            (profile.wifi_ip, profile.wifi_enabled),
        )
        if (self._host, False) in links:
            self.black_out(0.05, next(ip for ip, is_on in links if is_on))

    @property
    def ways(self) -> list[str]:
        """Return the path that each client is listening to."""
        return [stream.channel for stream in self._streams]

    def drop_streams(self) -> None:
        """Reset the connection of every open stream."""
        for request in self._open:
            if request.path in _STREAMS:
                cut(request)

    def restart(self, **changes: object) -> None:
        """Restart with another firmware or other settings, which ends all streams."""
        for name, value in changes.items():
            assert hasattr(self.profile, name), name
            setattr(self.profile, name, value)
        self.profile.uptime_ms, self._begun_at = 5_000, self.house.now
        self.end_streams()
        self.tick()

    @staticmethod
    def _phrase(channel: str, message: Mapping[str, Json]) -> bytes:
        """Return a message in the form of a stream."""
        if channel == "/ws":
            return compact(message).encode()
        return event(str(message["type"]), message)

    def _page(self, path: str) -> Mapping[str, Json] | None:
        """Return the present answer of a path."""
        if path.startswith("/meter") and path != "/meter/id":
            return self._meter
        return {
            "/han": self.profile.state,
            "/meter/id": self.profile.meter_identity,
            "/configuration": self.profile.configuration,
            "/health": self._health,
        }[path]()

    def _health(self) -> Mapping[str, Json]:
        """Return the health, with an uptime that grows as time passes."""
        running = (self.house.now - self._begun_at) // timedelta(milliseconds=1)
        return {
            **self.profile.health(),
            "uptime_ms": self.profile.uptime_ms + running,
        }

    async def _get(self, request: web.Request) -> web.Response:
        """Answer with one object."""
        page = self._page(request.path)
        if page is None:
            return web.Response(status=503)
        return web.json_response(
            page, dumps=compact, content_type=self.profile.content_type
        )

    async def _get_events(self, request: web.Request) -> web.StreamResponse:
        """Answer with server-sent events, beginning with the state."""
        first = self._phrase(request.path, self.profile.state())
        return await self.send_events(request, request.path, first)

    async def _get_socket(self, request: web.Request) -> web.StreamResponse:
        """Answer with a WebSocket, beginning with the state."""
        socket = web.WebSocketResponse(autoping=self.profile.answers_pings)
        await socket.prepare(request)
        with self.streaming(request.path) as stream:
            if not self.silent:
                stream.push(self._phrase(request.path, self.profile.state()))
            halves = create_task(_send(socket, stream)), create_task(_drain(socket))
            try:
                await wait(halves, return_when=FIRST_COMPLETED)
            finally:
                for half in halves:
                    half.cancel()
                await gather(*halves, return_exceptions=True)
        await socket.close()
        return socket


async def _send(socket: web.WebSocketResponse, stream: Stream) -> None:
    """Send the messages of a stream unchanged, even if they are not text."""
    async for message in stream:
        await socket.send_frame(message, WSMsgType.TEXT)


async def _drain(socket: web.WebSocketResponse) -> None:
    """Answer pings until the client disconnects; ignore its messages."""
    async for _ in socket:
        pass


def _through_float32(current: Decimal) -> Decimal:
    """Convert a current as the firmware does: 18.4 A become 18.39 A.

    It stores a 32-bit float, and cuts it after two decimals.
    """
    packed = struct.pack("f", round(float(current), 1))
    return Decimal(struct.unpack("f", packed)[0])
