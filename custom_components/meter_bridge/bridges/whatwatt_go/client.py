"""Requests and the live stream of the whatwatt Go (HTTP on port 80)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import (
    BridgeConnectionError,
    BridgeLicenseError,
    BridgeResponseError,
    StreamClosedError,
)
from ..snapshot import Meter, Reading, Snapshot
from ..transport.sse import Event
from ..transport.tasks import race
from ..uptime import Restarts
from ..wire import number, section, text
from .live import Proof, parse_live
from .report import parse_meter, parse_report
from .system import (
    METER_OK,
    Details,
    parse_system,
    with_live,
    with_report,
)
from .web import WhatwattWeb

_SYSTEM, _REPORT, _LIVE = "/api/v1/system", "/api/v1/report", "/api/v1/live"
_REBOOT, _WPS = "/api/v1/reboot", "/api/v1/wifi/wps"
# The system says seldom anything new, and asking costs a meter-powered device charge.
_SYSTEM_SECONDS = 60.0
# What the stream leaves out comes as seldom; a value older than this is none.
_REPORT_HOLDS_SECONDS = 180.0
# A licence may be bought at any time; ask again for the report so often.
_LICENSE_SECONDS = 3600.0
# The device has room for one listener. Pushed out, we leave it to the other so long.
_REST_SECONDS = 300.0
_REST_SECONDS_WITHOUT_LICENSE = 60.0
# Without a licence and without the stream, the last reading stands so long.
_FRESH_SECONDS = 300.0
# Meters report every 1 to 10 s, some more seldom: wait for some intervals.
_IDLE_SECONDS, _IDLE_SECONDS_AT_MOST, _IDLE_INTERVALS = 60.0, 300.0, 3
_ONE_EVENT_SECONDS = 15.0


class WhatwattClient(Client[Details]):
    """One whatwatt Go."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self._web = WhatwattWeb(access, session)
        self.heard = self._web.heard
        self._serial: str | None = None
        self._firmware: str | None = None
        self._details = Details()
        self._restarts = Restarts()
        self._meter = Meter()
        self._readings: tuple[Reading, ...] = ()
        self._report: tuple[Reading, ...] = ()
        self._proof = Proof()
        self._stream_lacks_some = False
        self._events = count()
        self._listening = asyncio.Lock()
        self._system_until = -inf
        self._report_at = -inf
        self._heard_at = -inf
        self._unlicensed_until = -inf
        self._rest_until = -inf

    @override
    async def identify(self) -> Identity:
        """Ask for the system; log in first where that is protected."""
        system = await self._read_system()
        device = section(system, "device")
        return Identity(
            serial=self._serial or "",
            name=text(device.get("name")),
            model=(text(device.get("model")) or "").replace("_", " ") or None,
            firmware=self._firmware,
            mac=text(section(system, "wifi").get("mac")),
            pinned=self._web.pinned,
        )

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Ask for the report; without a licence for one event of the stream."""
        if time.monotonic() >= self._system_until:
            await self._read_system()
        if not await self._read_report():
            await self._read_one_event()
        return self._snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Follow the live stream until another listener takes it from us.

        What it leaves out is asked for beside it; that this may fail at times does not
        break the stream.
        """

        def take(event: Event) -> None:
            if self._take_live(event):
                publish(self._snapshot())

        async with self._listening:
            if (rest := self._rest_until - time.monotonic()) > 0:
                raise BridgeConnectionError(
                    "The stream is left to another listener", retry_after=rest
                )
            await self._read_system()
            try:
                await race(
                    self._web.follow(_LIVE, take, idle=self._idle_seconds),
                    self._ask_beside(),
                )
            except StreamClosedError as error:
                error.retry_after = self._rest()
                raise

    async def reboot(self) -> None:
        """Restart the device; it is away for 30 to 60 s."""
        await self._web.request("POST", _REBOOT)

    async def start_wps(self) -> None:
        """Open Wi-Fi pairing by WPS for two minutes."""
        await self._web.request("POST", _WPS)

    @property
    def _idle_seconds(self) -> float:
        """Return for how long the stream may be silent before it counts as dead."""
        interval = self._details.report_interval or 0.0
        return min(
            max(_IDLE_SECONDS, _IDLE_INTERVALS * interval), _IDLE_SECONDS_AT_MOST
        )

    async def _ask_beside(self) -> None:
        """Keep up to date what the stream does not say."""
        while True:
            await asyncio.sleep(_SYSTEM_SECONDS)
            with suppress(BridgeConnectionError, BridgeResponseError):
                await self._read_system()
                if self._stream_lacks_some or not self._proof.is_complete:
                    await self._read_report()

    def _rest(self) -> float:
        """Leave the stream to another listener; return for how long."""
        now = time.monotonic()
        seconds = (
            _REST_SECONDS_WITHOUT_LICENSE
            if now < self._unlicensed_until
            else _REST_SECONDS
        )
        self._rest_until = now + seconds
        return seconds

    async def _read_system(self) -> object:
        """Ask for the system, which proves that this is a whatwatt Go."""
        answer = (await self._web.request("GET", _SYSTEM)).json()
        device = section(answer, "device")
        serial = text(device.get("id"))
        if serial is None:
            raise BridgeResponseError("The answer is not a whatwatt Go's")
        self._serial, self._firmware = serial, text(device.get("firmware"))
        self._system_until = time.monotonic() + _SYSTEM_SECONDS
        uptime = number(device.get("time_since_boot"))
        details = parse_system(answer, self._restarts.take(uptime, datetime.now(UTC)))
        if details.license != self._details.license:
            self._unlicensed_until = -inf
        self._meter = parse_meter(section(answer, "meter"))
        self._take_details(replace(details, conv_factor=self._details.conv_factor))
        return answer

    def _take_details(self, details: Details) -> None:
        """Keep what the device says of itself; no meter, no readings."""
        self._details = details
        if details.meter_status != METER_OK:
            # The next meter may be another one.
            self._readings, self._report, self._proof = (), (), Proof()
            self._stream_lacks_some = False

    async def _read_report(self) -> bool:
        """Ask for the report; tell whether the licence allows it."""
        now = time.monotonic()
        if now < self._unlicensed_until:
            return False
        try:
            answer = (await self._web.request("GET", _REPORT)).json()
        except BridgeLicenseError:
            self._unlicensed_until = now + _LICENSE_SECONDS
            return False
        if not section(answer, "report") and not section(answer, "meter"):
            raise BridgeResponseError("The answer is not a report")
        serial = text(section(answer, "system").get("id")) or self._serial
        if serial != self._serial:
            # Another device has the address since: what was said is not its own.
            self._restarts = Restarts()
            await self._read_system()
        self._take_details(with_report(self._details, answer))
        self._readings = self._report = parse_report(answer)
        self._report_at = now
        self._proof.take_report(self._report)
        return True

    async def _read_one_event(self) -> None:
        """Wait for one event, unless the stream is ours already or another's."""
        if self._listening.locked() or self._details.meter_status != METER_OK:
            return
        got_one = asyncio.Event()

        def take(event: Event) -> None:
            if self._take_live(event):
                got_one.set()

        if time.monotonic() >= self._rest_until:
            try:
                async with self._listening, asyncio.timeout(_ONE_EVENT_SECONDS):
                    await race(
                        self._web.follow(_LIVE, take, idle=_IDLE_SECONDS),
                        got_one.wait(),
                    )
            except TimeoutError:
                return
            except BridgeConnectionError as error:
                if error.status is None and not isinstance(error, StreamClosedError):
                    raise
                self._rest()
        if time.monotonic() > self._heard_at + _FRESH_SECONDS:
            raise BridgeLicenseError(
                "The stream is not to be had, and the report needs a licence"
            )

    def _take_live(self, event: Event) -> bool:
        """Keep what an event says; tell whether it is a reading."""
        if event.type != "live":
            return False
        sent = event.json()
        live = parse_live(sent, self._meter, next(self._events))
        if live is None:
            return False
        if self._details.meter_status != METER_OK:
            # It can be read again, it seems: let the next poll ask.
            self._system_until = -inf
            return False
        missing = live.missing(self._report)
        self._stream_lacks_some = bool(missing)
        now = time.monotonic()
        if now > self._report_at + _REPORT_HOLDS_SECONDS:
            missing = ()
        if not (readings := live.readings(self._proof, missing)):
            return False
        self._readings, self._heard_at = readings, now
        self._details = with_live(self._details, sent)
        return True

    def _snapshot(self) -> Snapshot[Details]:
        """Return everything known now."""
        return Snapshot(
            readings=self._readings,
            details=self._details,
            serial=self._serial,
            firmware=self._firmware,
        )
