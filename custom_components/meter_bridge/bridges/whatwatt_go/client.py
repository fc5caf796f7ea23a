"""Requests and the live stream of the whatwatt Go (HTTP on port 80)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import time
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import (
    BridgeAuthError,
    BridgeLicenseError,
    BridgeResponseError,
    StreamClosedError,
)
from ..http import Answer, BridgeHttp
from ..race import race
from ..snapshot import Meter, Reading, Snapshot
from ..sse import Event
from ..wire import number, section, text
from .login import login, read_challenges
from .models import (
    METER_OK,
    Details,
    parse_live,
    parse_report,
    parse_system,
    parse_system_meter,
    with_live,
    with_report,
)

_SYSTEM, _REPORT, _LIVE = "/api/v1/system", "/api/v1/report", "/api/v1/live"
_REBOOT, _WPS = "/api/v1/reboot", "/api/v1/wifi/wps"
_NOT_FOUND = 404
_NO_LICENSE = "License required"
# The system says seldom anything new, and asking costs a meter-powered device charge.
_SYSTEM_SECONDS = 60.0
# A licence may be bought at any time; ask again for the report so often.
_LICENSE_SECONDS = 3600.0
# The device has room for one listener. Pushed out, we leave it to the other so long.
_REST_SECONDS = 300.0
_REST_SECONDS_WITHOUT_LICENSE = 60.0
# Meters report every 1 to 10 s.
_IDLE_SECONDS = 60.0
_ONE_EVENT_SECONDS = 15.0
# Uptime wobbles by its rounding and the way here; a restart is more than that.
_RESTART_WOBBLE = timedelta(seconds=60)


class WhatwattClient(Client[Details]):
    """One whatwatt Go."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self._access = access
        self._http = BridgeHttp(
            session=session, url=access.address.url(), has_login=True
        )
        self._pinned = dict(access.pinned)
        self._serial = ""
        self._system: object = None
        self._system_until = 0.0
        self._unlicensed_until = 0.0
        self._rest_until = 0.0
        self._following = False
        self._details = Details()
        self._meter = Meter()
        self._readings: tuple[Reading, ...] = ()
        self._proven: set[str] = set()

    @override
    async def identify(self) -> Identity:
        """Ask for the system; log in first where that is protected."""
        await self._read_system()
        device = section(self._system, "device")
        return Identity(
            serial=self._serial,
            name=text(device.get("name")),
            model=(text(device.get("model")) or "").replace("_", " ") or None,
            firmware=text(device.get("firmware")),
            mac=text(section(self._system, "wifi").get("mac")),
            pinned=self._pinned,
        )

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Ask for the report; without a licence for one event of the stream."""
        now = time.monotonic()
        if now >= self._system_until:
            await self._read_system()
        if now < self._unlicensed_until or not await self._read_report():
            await self._read_one_event()
        return self._snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Follow the live stream until another listener takes it from us."""
        await self._read_system()
        taken = False

        def take(event: Event) -> None:
            nonlocal taken
            taken = True
            self._take_live(event)
            publish(self._snapshot())

        self._following = True
        try:
            await race(
                self._http.follow(_LIVE, take, idle=_IDLE_SECONDS),
                self._refresh_system(),
            )
        except StreamClosedError as error:
            if taken:
                error.retry_after = self._rest()
            raise
        finally:
            self._following = False

    async def reboot(self) -> None:
        """Restart the device; it is away for 30 to 60 s."""
        await self._request("POST", _REBOOT)

    async def start_wps(self) -> None:
        """Open Wi-Fi pairing by WPS for two minutes."""
        await self._request("POST", _WPS)

    async def _refresh_system(self) -> None:
        """Keep what stands beside the stream up to date."""
        while True:
            await asyncio.sleep(_SYSTEM_SECONDS)
            await self._read_system()

    def _rest(self) -> float:
        """Leave the stream to another listener; return for how long."""
        unlicensed = time.monotonic() < self._unlicensed_until
        seconds = _REST_SECONDS_WITHOUT_LICENSE if unlicensed else _REST_SECONDS
        self._rest_until = time.monotonic() + seconds
        return seconds

    async def _read_system(self) -> None:
        """Ask for the system, which proves that this is a whatwatt Go."""
        answer = (await self._request("GET", _SYSTEM)).json()
        serial = text(section(answer, "device").get("id"))
        if serial is None:
            raise BridgeResponseError("The answer is not a whatwatt Go's")
        self._serial, self._system = serial, answer
        self._system_until = time.monotonic() + _SYSTEM_SECONDS
        uptime = number(section(answer, "device").get("time_since_boot"))
        details = parse_system(answer, self._restarted(uptime))
        self._details = replace(details, conv_factor=self._details.conv_factor)
        self._meter = parse_system_meter(answer)
        if details.meter_status != METER_OK:
            self._readings = ()

    def _restarted(self, uptime: float | None) -> datetime | None:
        """Return when the device started; the same time as long as it runs."""
        if uptime is None:
            return None
        started = datetime.now(UTC) - timedelta(seconds=uptime)
        known = self._details.last_restart
        return (
            known
            if known and abs(started - known) < _RESTART_WOBBLE
            else started.replace(microsecond=0)
        )

    async def _read_report(self) -> bool:
        """Ask for the report; tell whether the licence allows it."""
        try:
            answer = (await self._request("GET", _REPORT)).json()
        except BridgeResponseError as error:
            if error.status == _NOT_FOUND and _NO_LICENSE in error.body:
                self._unlicensed_until = time.monotonic() + _LICENSE_SECONDS
                return False
            raise
        if not section(answer, "report") and not section(answer, "meter"):
            raise BridgeResponseError("The answer is not a report")
        self._readings = parse_report(answer)
        for reading in self._readings:
            self._proven |= reading.values.keys()
        self._details = with_report(self._details, answer)
        return True

    async def _read_one_event(self) -> None:
        """Wait for one event, unless the stream is ours already or another's."""
        if self._following or self._details.meter_status != METER_OK:
            return
        if time.monotonic() < self._rest_until:
            raise BridgeLicenseError(
                "Another listener has the stream, and the report needs a licence"
            )
        got_one = asyncio.Event()

        def take(event: Event) -> None:
            self._take_live(event)
            got_one.set()

        with suppress(TimeoutError):
            async with asyncio.timeout(_ONE_EVENT_SECONDS):
                await race(self._http.follow(_LIVE, take), got_one.wait())

    def _take_live(self, event: Event) -> None:
        """Keep what one event of the stream says."""
        if event.type != "live":
            return
        sent = event.json()
        if self._details.meter_status == METER_OK:
            self._readings = parse_live(sent, self._proven, self._meter)
        self._details = with_live(self._details, sent)

    async def _request(self, method: str, path: str) -> Answer:
        """Make a request; log in once where the bridge asks for it."""
        try:
            return await self._http.request(method, path)
        except BridgeAuthError as error:
            if self._http.middlewares:
                raise
            self._pinned = read_challenges(error.challenges)
            self._http.middlewares = (login(self._pinned, self._access),)
        return await self._http.request(method, path)

    def _snapshot(self) -> Snapshot[Details]:
        """Return everything known now."""
        return Snapshot(
            readings=self._readings,
            details=self._details,
            serial=self._serial,
            firmware=text(section(self._system, "device").get("firmware")),
        )
