"""Requests of the eGauge (WebAPI of firmware 4.2 and later, HTTPS or HTTP)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity, Progress
from ..errors import (
    BridgeConnectionError,
    BridgePermissionError,
    BridgeRefusedError,
    BridgeResponseError,
)
from ..snapshot import Snapshot
from ..uptime import Restarts
from ..wire import section, text
from .commands import install_firmware, latest_firmware, run
from .models import (
    Details,
    System,
    parse_alerts,
    parse_system,
    reading_of,
    values_of,
)
from .registers import Listing, mean_rate, parse_listing
from .totals import Totals
from .web import EgaugeWeb

# Raw counters stand still when the owner moves the epoch that others count from.
_REGISTERS = "/api/register?raw&rate&time=now&virtual=value"
_SYSTEM = "/api/sys?filter=%7Bsn,model,version,uptime,boot,time%7D"
_ALERTS = "/api/log/alert?acked=false"
_HOST_NAME = "/api/config/net/hostname"
_SYSTEM_SECONDS = 60.0
STALE_SECONDS = 60.0
# Nothing is wrong where an older firmware, or the user's rights, keep this from us.
_NOT_TO_BE_HAD = (BridgePermissionError, BridgeRefusedError, BridgeResponseError)


class EgaugeClient(Client[Details]):
    """One eGauge."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self._web = EgaugeWeb(access, session)
        self.heard = self._web.heard
        self._system = System()
        self._restarts = Restarts()
        self._system_until = -inf
        self._expected: str | None = None
        self._totals = Totals()
        self._listing = Listing()
        self._listing_at = -inf

    @override
    async def identify(self) -> Identity:
        """Log in, and ask for the system."""
        await self._read_system()
        system = self._system
        self._expected = system.serial
        name = None
        with suppress(*_NOT_TO_BE_HAD):
            name = text(
                section(await self._web.request("GET", _HOST_NAME)).get("result")
            )
        return Identity(
            serial=system.serial or "",
            name=name,
            model=system.model,
            firmware=system.firmware,
            hardware=system.hardware,
            pinned=self._web.pinned,
        )

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Ask for the registers, and now and then for the system."""
        try:
            if time.monotonic() >= self._system_until:
                await self._read_system()
            listing = parse_listing(await self._web.request("GET", _REGISTERS))
        except BridgeConnectionError:
            # Another device may answer next, or this one after a restart.
            self._system_until = -inf
            raise
        listing = self._with_rates(listing)
        values = values_of(listing, self._totals, time.time())
        now = time.monotonic()
        if listing.time != self._listing.time:
            self._listing, self._listing_at = listing, now
        is_fresh = now - self._listing_at <= STALE_SECONDS
        return Snapshot(
            readings=(reading_of(listing, values),),
            details=Details(
                registers=listing.registers,
                values=values if is_fresh else {},
                system=self._system,
            ),
            serial=self._system.serial,
            firmware=self._system.firmware,
        )

    @override
    def memory(self) -> Mapping[str, list[float]]:
        """Return the totals."""
        return self._totals.as_stored()

    @override
    def recall(self, memory: Mapping[str, list[float]]) -> None:
        """Go on from these totals."""
        self._totals.restore(memory)

    async def command(self, name: str, body: object = None) -> Mapping[str, object]:
        """Carry out a command to its end and return what came of it."""
        return await run(self._web, name, body)

    async def set_clock(self) -> None:
        """Give the device our time, and let it ask its time servers again."""
        await self.command("set-time", f"{time.time():.3f}")
        self._system_until = -inf

    async def latest_firmware(self) -> str | None:
        """Return the newest firmware; None for users who may not ask."""
        return await latest_firmware(self._web)

    async def install_firmware(self, progress: Progress) -> None:
        """Install the newest firmware; returns when the device runs it."""
        try:
            await install_firmware(self._web, progress)
        finally:
            self._system_until = -inf

    async def _read_system(self) -> None:
        """Ask for what the device is and how it does; its number proves that it is one.

        Its alerts are for users who may change something.
        """
        answer = await self._web.request("GET", _SYSTEM)
        now = datetime.now(UTC)
        alerts = None
        if await self._web.may_save():
            with suppress(*_NOT_TO_BE_HAD):
                alerts = parse_alerts(await self._web.request("GET", _ALERTS))
        system = parse_system(answer, self._system, now, alerts, self._restarts)
        if system.serial is None:
            raise BridgeResponseError("The answer is not an eGauge's")
        self._system = system
        # While another device answers here, look each time whether ours is back.
        is_ours = self._expected in (None, system.serial)
        self._system_until = time.monotonic() + _SYSTEM_SECONDS if is_ours else -inf

    def _with_rates(self, listing: Listing) -> Listing:
        """Work out the rates that were not sent from the last answer's counters."""
        if not self._listing.rows or len(listing.rates) == len(listing.registers):
            return listing
        rows = (*listing.rows[:1], self._listing.rows[0])
        mean = {
            register.key: rate
            for register in listing.registers
            if (rate := mean_rate(register, rows)) is not None
        }
        return replace(listing, rates={**mean, **listing.rates})
