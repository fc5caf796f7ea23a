"""Requests and the live stream of the whatwatt Go (HTTP on port 80)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..client import Access, Client, HourlyPower, Identity
from ..errors import (
    BridgeConnectionError,
    BridgeLicenseError,
    BridgeResponseError,
    StreamClosedError,
)
from ..snapshot import Snapshot
from ..transport.sse import Event
from ..transport.tasks import race
from .decoder import LIVE, REPORT, SYSTEM, WhatwattDecoder
from .sd_card import SdCard
from .seldom import SeldomRequests
from .settings import METER_SETTINGS, Place, change
from .supply import watch_supply
from .system import Details
from .web import WhatwattWeb

_REBOOT, _WPS = "/api/v1/reboot", "/api/v1/wifi/wps"
_RESTORE = "/api/v1/restore"
# The system changes seldom, and a request drains a device that the meter powers.
_SYSTEM_SECONDS = 60.0
# While the stream has all registers, the report is requested this often.
_REPORT_SECONDS = 600.0
# A licence may be bought at any time: the report is tried again this often.
_LICENSE_SECONDS = 3600.0
# The device serves one listener. If another one replaces us, it keeps the stream for
# this long before we connect again.
_YIELD_SECONDS = 300.0
_YIELD_SECONDS_WITHOUT_LICENSE = 60.0
# Without a licence and without the stream, the last reading is shown for this long.
_FRESH_SECONDS = 300.0
# Meters report every 1 to 10 s, some less often: wait for several intervals.
_IDLE_SECONDS, _IDLE_SECONDS_AT_MOST, _IDLE_INTERVALS = 60.0, 300.0, 3
_ONE_EVENT_SECONDS = 15.0
# Meters send within 10 s, most sooner; the owner waits meanwhile.
_UNLOCK_SECONDS, _UNLOCK_PAUSE = 40.0, 2.0


class WhatwattClient(Client[Details]):
    """One whatwatt Go; `web` and `card` are for requests that only actions make."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        self.web = WhatwattWeb(access, session)
        super().__init__(self.web.http)
        self._decoder = WhatwattDecoder()
        self.card = SdCard(self.web)
        self._seldom = SeldomRequests(self.web, self._decoder)
        self._listening = asyncio.Lock()
        self._system_until = -inf
        self._report_until = -inf
        self._event_at = -inf
        self._unlicensed_until = -inf
        self._yields_until = -inf

    @override
    async def identify(self) -> Identity:
        """Request the system; log in first if it is protected."""
        await self._read_system()
        decoder = self._decoder
        return Identity(
            serial=decoder.serial or "",
            name=decoder.name,
            model=decoder.model,
            firmware=decoder.firmware,
            mac=decoder.mac,
            pinned=self.web.pinned,
            is_open=self.web.is_open,
        )

    @override
    def memory(self) -> Mapping[str, list[float]]:
        """Return which meters there are on the meter bus."""
        return self._decoder.bus_meters.memory()

    @override
    def recall(self, memory: Mapping[str, list[float]]) -> None:
        """Restore which meters there are on the meter bus."""
        self._decoder.bus_meters.recall(memory)

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Request the report; without a licence wait for one event of the stream."""
        if self._decoder.needs_system or time.monotonic() >= self._system_until:
            await self._read_system()
        if not await self._read_report():
            await self._read_one_event()
        await self._seldom.read_if_due()
        return self._decoder.snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Follow the live stream until another listener takes it from us.

        What it leaves out is requested now and then; a failure of that does not end the
        stream.
        """

        def take(event: Event) -> None:
            if self._take_live(event):
                publish(self._decoder.snapshot())

        async with self._listening:
            if (rest := self._yields_until - time.monotonic()) > 0:
                raise BridgeConnectionError(
                    "The stream is left to another listener", retry_after=rest
                )
            await self._read_system()
            try:
                await race(
                    self.web.follow(LIVE, take, idle=self._idle_seconds),
                    self._request_regularly(),
                )
            except StreamClosedError as error:
                error.retry_after = self._yield_stream()
                raise

    @override
    async def counters_at(
        self, keys: frozenset[str], instants: Sequence[int]
    ) -> Mapping[str, Mapping[int, float]]:
        """Read the logs of these days from the memory card, minutes for each day.

        BridgeConnectionError: the device lacks the charge, or is too busy.
        """
        hours = await self.card.hours(instants, self.watch_supply)
        return {
            key: {
                at: counters[key]
                for at in instants
                if key in (counters := hours.get(at, {}))
            }
            for key in keys
        }

    async def watch_supply(self) -> None:
        """Raise once a download drains the device, or makes any of its answers late."""

        async def voltages() -> Mapping[str, float]:
            await self._read_system()
            return self._decoder.details.voltages

        await watch_supply(voltages, self.web.is_late)

    @override
    async def powers_in(
        self, keys: frozenset[str], hours: Sequence[int]
    ) -> Mapping[str, Mapping[int, HourlyPower]]:
        """Read powers from the same logs; a log is read only once."""
        found = await self.card.powers(hours, self.watch_supply)
        return {
            key: {hour: by[hour] for hour in hours if hour in by}
            for key, by in found.items()
            if key in keys
        }

    async def reboot(self) -> None:
        """Restart the device; it is away for 30 to 60 s."""
        await self.web.request("POST", _REBOOT)

    async def restore(self) -> None:
        """Erase all settings, and restart the device."""
        await self.web.request("POST", _RESTORE)

    async def choose(self, place: Place, value: object) -> None:
        """Change one setting; all others stay as they are."""
        path, body = change(place, value)
        await self.web.change(path, body)
        self.look_again()

    async def unlock_meter(self, keys: Mapping[str, str]) -> None:
        """Send the keys of the meter to the device; wait until it can read the meter.

        It waits for a limited time. The device can try a key only when the meter sends
        something, which is every few seconds.
        """
        await self.web.change(METER_SETTINGS, {"encryption": True, **keys})
        self.look_again()
        deadline = time.monotonic() + _UNLOCK_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(_UNLOCK_PAUSE)
            await self._read_system()
            if self._decoder.has_meter:
                return

    def look_again(self) -> None:
        """Request system and settings with the next poll: something has changed."""
        self._system_until = -inf
        self._seldom.look_again()

    async def start_wps(self) -> None:
        """Open Wi-Fi pairing by WPS for two minutes."""
        await self.web.request("POST", _WPS)

    @property
    def _idle_seconds(self) -> float:
        """Return for how long the stream may be silent before it counts as broken."""
        interval = self._decoder.details.report_interval or 0.0
        return min(
            max(_IDLE_SECONDS, _IDLE_INTERVALS * interval), _IDLE_SECONDS_AT_MOST
        )

    async def _request_regularly(self) -> None:
        """Request what the stream leaves out."""
        while True:
            await asyncio.sleep(_SYSTEM_SECONDS)
            with suppress(BridgeConnectionError, BridgeResponseError):
                await self._read_system()
                if self._decoder.needs_report or time.monotonic() >= self._report_until:
                    await self._read_report()
                await self._seldom.read_if_due()

    def _yield_stream(self) -> float:
        """Leave the stream to another listener; return for how many seconds."""
        now = time.monotonic()
        seconds = (
            _YIELD_SECONDS_WITHOUT_LICENSE
            if now < self._unlicensed_until
            else _YIELD_SECONDS
        )
        self._yields_until = now + seconds
        return seconds

    async def _read_system(self) -> None:
        """Request the system, which proves that this is a whatwatt Go."""
        answer = await self.web.request("GET", SYSTEM)
        before = self._decoder.details.license
        self._decoder.take(SYSTEM, answer.body)
        self._system_until = time.monotonic() + _SYSTEM_SECONDS
        if self._decoder.details.license != before:
            self._unlicensed_until = -inf

    async def _read_report(self) -> bool:
        """Request the report; return whether the licence allows it."""
        now = time.monotonic()
        if now < self._unlicensed_until:
            return False
        try:
            answer = await self.web.request("GET", REPORT)
        except BridgeLicenseError:
            self._unlicensed_until = now + _LICENSE_SECONDS
            return False
        self._decoder.take(REPORT, answer.body)
        self._report_until = now + _REPORT_SECONDS
        if self._decoder.needs_system:
            await self._read_system()
        return True

    async def _read_one_event(self) -> None:
        """Wait for one event, unless the stream is in use, by us or by another.

        BridgeLicenseError: there was no event for too long, and the report needs a
        licence.
        """
        if self._listening.locked() or not self._decoder.has_meter:
            return
        got_one = asyncio.Event()

        def take(event: Event) -> None:
            if self._take_live(event):
                got_one.set()

        if time.monotonic() >= self._yields_until:
            try:
                async with self._listening, asyncio.timeout(_ONE_EVENT_SECONDS):
                    await race(
                        self.web.follow(LIVE, take, idle=_IDLE_SECONDS),
                        got_one.wait(),
                    )
            except TimeoutError:
                return
            except BridgeConnectionError as error:
                if error.status is None and not isinstance(error, StreamClosedError):
                    raise
                self._yield_stream()
        if time.monotonic() > self._event_at + _FRESH_SECONDS:
            raise BridgeLicenseError(
                "The stream is not to be had, and the report needs a licence"
            )

    def _take_live(self, event: Event) -> bool:
        """Keep an event; return whether a reading came out of it."""
        if event.type != "live" or not self._decoder.take(LIVE, event.data):
            return False
        self._event_at = time.monotonic()
        return True
