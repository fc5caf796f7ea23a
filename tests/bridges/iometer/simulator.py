"""A simulated IOmeter bridge, with its core on a meter."""

from collections import deque
from decimal import Decimal
from typing import Literal, override

from aiohttp import web

from tests.support.house import House
from tests.support.simulator import (
    Announcement,
    Json,
    Simulator,
    compact,
    event,
    number,
)

# OBIS code to the device's code, in hexadecimal digits, and number of decimals.
_ENERGIES = {"1.8.0": "01.08.00", "2.8.0": "02.08.00"}
_TARIFFS = {"1.8.1": "01.08.01", "1.8.2": "01.08.02"}
_TOTAL = {"16.7.0": "10.07.00"}
_PHASES = {"36.7.0": "24.07.00", "56.7.0": "38.07.00", "76.7.0": "4c.07.00"}
_EVENTS = {"/v1/reading": "readingEvent", "/v1/status": "statusEvent"}


class IometerSimulator(Simulator):
    """Serves `/v1`; a test can change core, meter and firmware by the attributes."""

    key = "iometer"

    def __init__(self, house: House) -> None:
        """Start as a wired bridge with present firmware; the meter's PIN is entered."""
        super().__init__(house)
        self.device_id = "5d0c7a52-3f61-4b8e-9a47-1c2e6f80b3d9"
        self.installation_id: str | None = "c81f4e06-92b7-4d35-8e1a-70b5d3c6a2f4"
        self.meter_number = "1TST0012345678"
        self.meter: Literal["known", "null", "absent"] = "known"
        self.bridge_version: str | None = "build-69"
        self.core_version = "build-62"
        self.bridge_rssi: int | None = -48
        self.core_rssi = -61
        self.connection: Literal["connected", "disconnected"] = "connected"
        self.power_status: Literal["wired", "battery"] = "wired"
        self.battery_level: int | None = 87
        self.attachment: Literal["attached", "detached"] = "attached"
        self.pin: Literal["entered", "pending", "missing"] = "entered"
        self.has_tariffs = True
        self.has_phases = True
        self.total_as_phase_1 = False
        self.upper_case = False
        self.has_status = True
        self.streams_status = True
        self._reading: Json = None
        self._is_news = False
        self._short: Json = None
        self._past: deque[Json] = deque(maxlen=100)

    @property
    @override
    def announcement(self) -> Announcement:
        """The bridge's own service; clients use none of its TXT properties."""
        return Announcement(
            service="_iometer._tcp.local.", name=f"IOmeter-{self.device_id[:8]}"
        )

    @override
    def send_everything(self) -> None:
        """Use a core on batteries."""
        super().send_everything()
        self.power_status = "battery"

    @override
    def exchange_meter(self, turn: int = 0) -> bool:
        """Have the core moved to another meter."""
        self.meter_number = f"1TST{87654321 + turn:010}"
        return True

    @override
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the three known paths."""
        return [
            web.get("/v1/reading", self._get),
            web.get("/v1/status", self._get),
            web.get("/v1/json", self._get_short),
        ]

    @override
    def read_meter(self) -> None:
        """Read the meter, if the core sees it and the bridge receives the core."""
        self._is_news = False
        if (self.connection, self.attachment, self.meter) != (
            "connected",
            "attached",
            "known",
        ):
            return
        registers = self._registers()
        reading: dict[str, Json] = {"__typename": "iometer.reading.v1"}
        if self.installation_id is not None:
            reading["installationId"] = self.installation_id
        reading["meter"] = {
            "number": self.meter_number,
            "reading": {
                "time": f"{self.read_at:%Y-%m-%dT%H:%M:%SZ}",
                "registers": registers,
            },
        }
        self._reading = reading
        self._short = self._short_form()
        self._is_news = True
        self._past.append(reading)

    @override
    def message(self, channel: str) -> bytes | None:
        """Return the message with a status, or with a reading that is new."""
        if channel == "/v1/reading" and not self._is_news:
            return None
        data = self._page(channel)
        return None if data is None else event(_EVENTS[channel], data)

    def forget(self) -> None:
        """Forget the reading, as before the first one: readings are 404."""
        self._reading = self._short = None
        self._past.clear()

    def replay(self, back: int = 1) -> None:
        """Publish an older reading again, as firmware of 2025 did."""
        self._reading = self._past[-1 - back]
        self._is_news = True
        self.publish()

    def _registers(self) -> list[Json]:
        """Return the registers of the meter; without its PIN, only whole kWh."""
        values = self.values()
        if self.pin != "entered":
            if "1.8.0" not in values:
                return []
            whole = number(values["1.8.0"].scaleb(-3)) * 1000
            return [self._register("01.08.00", whole, "Wh")]
        energies = _ENERGIES | (_TARIFFS if self.has_tariffs else {})
        powers = _TOTAL | (_PHASES if self.has_phases else {})
        if self.total_as_phase_1:
            powers = {"16.7.0": "24.07.00"}
        return [
            self._register(spelling, number(values[code], digits), unit)
            for codes, digits, unit in ((energies, 1, "Wh"), (powers, 0, "W"))
            for code, spelling in codes.items()
            if code in values
        ]

    def _register(self, spelling: str, value: float, unit: str) -> Json:
        """Return a register as JSON."""
        obis = f"01-00:{spelling.upper() if self.upper_case else spelling}*ff"
        return {"obis": obis, "value": value, "unit": unit}

    def _short_form(self) -> Json:
        """Return a reading in the format of an everHome EcoTracker."""
        values = self.values()
        short: dict[str, Json] = {}
        if self.pin == "entered" and "16.7.0" in values:
            power = number(values["16.7.0"])
            short = {"power": power, "powerAvg": power, "agePower": 0}
        for name, code in (("energyCounterIn", "1.8.0"), ("energyCounterOut", "2.8.0")):
            short[name] = number(values.get(code, Decimal(0)), 1)
        return short

    def _status(self) -> Json:
        """Return the status of bridge, core and meter; None if there is none."""
        if not self.has_status:
            return None
        status: dict[str, Json] = {"__typename": "iometer.status.v1"}
        if self.installation_id is not None:
            status["installationId"] = self.installation_id
        if self.meter != "absent":
            known = self.meter == "known"
            status["meter"] = {"number": self.meter_number} if known else None
        bridge = {"rssi": self.bridge_rssi, "version": self.bridge_version}
        return status | {
            "device": {
                "bridge": {key: it for key, it in bridge.items() if it is not None},
                "id": self.device_id,
                "core": self._core(),
            }
        }

    def _core(self) -> dict[str, Json]:
        """Return what the bridge knows of the core."""
        if self.connection == "disconnected":
            return {"connectionStatus": "disconnected"}
        core: dict[str, Json] = {
            "connectionStatus": "connected",
            "rssi": self.core_rssi,
            "version": self.core_version,
            "powerStatus": self.power_status,
        }
        if self.power_status == "battery" and self.battery_level is not None:
            core["batteryLevel"] = self.battery_level
        core["attachmentStatus"] = self.attachment
        if self.attachment == "attached":
            core["pinStatus"] = self.pin
        return core

    def _page(self, path: str) -> Json:
        """Return the present answer of a path."""
        return self._reading if path == "/v1/reading" else self._status()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        """Answer with one object, or with a stream if the Accept header asks for it."""
        path = request.path
        page = self._page(path)
        if page is None:
            return web.Response(status=404)
        if self._is_streamed(request):
            return await self.send_events(request, path, event(_EVENTS[path], page))
        return web.json_response(page, dumps=compact)

    def _is_streamed(self, request: web.Request) -> bool:
        """Tell whether a request gets a stream rather than one object."""
        wanted = "text/event-stream" in request.headers.get("Accept", "")
        return wanted and (self.streams_status or request.path != "/v1/status")

    async def _get_short(self, _request: web.Request) -> web.Response:
        """Answer with the short form."""
        if self._short is None:
            return web.Response(status=404)
        return web.json_response(self._short, dumps=compact)
