"""Requests of the eGauge (WebAPI of firmware 4.2 and later, HTTPS or HTTP)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..client import Access, Client, HourlyPower, Identity, Progress
from ..errors import (
    BridgeConnectionError,
    BridgePermissionError,
    BridgeRefusedError,
    BridgeResponseError,
)
from ..questions import Survey
from ..snapshot import Snapshot
from ..wire import section, text
from .commands import install_firmware, latest_firmware, run
from .decoder import ALERTS, REGISTERS, SYSTEM, SYSTEM_PARTS, EgaugeDecoder
from .evidence import SECONDS, STEP
from .history import EgaugeHistory
from .minutes import EgaugeMinutes
from .models import Details
from .presets import candidates, difference, presets
from .registers import Row
from .web import EgaugeWeb

_HOST_NAME, _PART = "/api/config/net/hostname", "/api/sys"
_SYSTEM_SECONDS = 60.0
_MINUTE = 60
# After a gap longer than this, the device's minutes tell what was counted each way.
# Reading more than three days of them would take too long.
_GAP_SECONDS, _MOST_GAP_SECONDS = 90.0, 3 * 86_400.0
# An older firmware, or a user with fewer rights, does not get this: that is no failure.
_NOT_AVAILABLE = (BridgePermissionError, BridgeRefusedError, BridgeResponseError)


class EgaugeClient(Client[Details]):
    """One eGauge."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        self._web = EgaugeWeb(access, session)
        super().__init__(self._web.http)
        self._decoder = EgaugeDecoder(access.answers)
        self._answers = access.answers
        self._history = EgaugeHistory(self._web)
        self._minutes = EgaugeMinutes(self._history)
        self._system_until = -inf
        self._can_filter = True
        self._expected: str | None = None

    @override
    async def identify(self) -> Identity:
        """Log in, and request the system."""
        await self._read_system()
        system = self._decoder.system
        # A later answer may be another device's.
        self._expected = self._expected or system.serial
        name = None
        with suppress(*_NOT_AVAILABLE):
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
        """Request the registers, and now and then the system."""
        try:
            if time.monotonic() >= self._system_until:
                await self._read_system()
            await self._read(REGISTERS)
            await self._count_apart()
        except BridgeConnectionError:
            # Another device may answer next, or this one after a restart.
            self._system_until, self._can_filter = -inf, True
            raise
        return self._decoder.snapshot()

    async def _count_apart(self) -> None:
        """Count both directions apart; after a gap, by the minutes of the device.

        A device without minutes is no failure: only the difference over the gap is
        counted.
        """
        decoder, rows = self._decoder, list[Row]()
        if self._expected not in (None, decoder.system.serial):
            # Another device answers: its counters are none of ours.
            return
        now, since = decoder.listing.time, decoder.parts.since(decoder.apart)
        if now is not None and since is not None and now - since > _GAP_SECONDS:
            ahead = decoder.system.time_offset or 0
            begin = max(since, now - _MOST_GAP_SECONDS) - ahead
            first = -(-int(begin) // _MINUTE) * _MINUTE
            minutes = range(first, int(now - ahead), _MINUTE)
            with suppress(*_NOT_AVAILABLE):
                rows = await self._history.rows(decoder.apart, minutes, ahead, _MINUTE)
        rows.sort(key=lambda row: row.time)
        decoder.count_apart([row.counters for row in rows])

    @override
    def memory(self) -> Mapping[str, list[float]]:
        """Return how far registers have counted in each direction."""
        return self._decoder.parts.memory()

    @override
    def recall(self, memory: Mapping[str, list[float]]) -> None:
        """Restore what `memory` returned."""
        self._decoder.parts.recall(memory)

    @override
    async def counters_at(
        self, keys: frozenset[str], instants: Sequence[int]
    ) -> Mapping[str, Mapping[int, float]]:
        """Read the counters from the database."""
        decoder, ahead = self._decoder, self._decoder.system.time_offset or 0
        registers, apart = decoder.registers_of(keys)
        rows: list[Row] = []
        if registers:
            chosen = frozenset(registers.values())
            rows = await self._history.rows(chosen, instants, ahead)
        counts: dict[str, dict[int, float]] = {
            total: {
                int(row.time): row.counters[register]
                for row in rows
                if register in row.counters
            }
            for total, register in registers.items()
        }
        return counts | await self._minutes.apart(
            apart, decoder.parts, instants, decoder.listing, ahead
        )

    @override
    async def powers_in(
        self, keys: frozenset[str], hours: Sequence[int]
    ) -> Mapping[str, Mapping[int, HourlyPower]]:
        """Work out powers from the minutes in the database."""
        decoder = self._decoder
        found = await self._minutes.powers(
            decoder.powers_of(keys),
            decoder.roles,
            hours,
            decoder.system.time_offset or 0,
        )
        return {key: by for key, by in found.items() if key in keys}

    async def survey(self) -> Survey[Details]:
        """Read the registers, and find likely roles by the rows of the last days.

        If the device has no such rows, no role is likely; that is no failure.
        """
        details = (await self.fetch()).details
        registers = details.registers
        last = int(time.time()) // STEP * STEP
        rows: list[Row] = []
        with suppress(*_NOT_AVAILABLE):
            rows = await self._history.rows(
                candidates(registers),
                range(last - SECONDS, last + 1, STEP),
                self._decoder.system.time_offset or 0,
                STEP,
            )
        found = presets(registers, self._decoder.counters, tuple(rows))
        return Survey(
            details=details,
            answers=found.answers,
            is_sure=found.is_sure,
            differs=difference(registers, self._answers, tuple(rows)),
        )

    async def command(self, name: str, body: object = None) -> Mapping[str, object]:
        """Run a command to its end and return its result."""
        return await run(self._web, name, body)

    async def set_clock(self) -> None:
        """Send our time to the device, and let it ask its time servers again."""
        await self.command("set-time", f"{time.time():.3f}")
        self._system_until = -inf

    async def latest_firmware(self) -> str | None:
        """Return the newest firmware; None if the user may not see it."""
        return await latest_firmware(self._web)

    async def install_firmware(self, progress: Progress) -> None:
        """Install the newest firmware; return once the device runs it."""
        try:
            await install_firmware(self._web, progress)
        finally:
            self._system_until = -inf

    async def _read_system(self) -> None:
        """Request identity and state of the device, and its alerts.

        Only users who may change something can see the alerts.
        """
        await self._request_system()
        if await self._web.may_save():
            with suppress(*_NOT_AVAILABLE):
                await self._read(ALERTS)
        # While another device answers here, look each time whether ours is back.
        is_ours = self._expected in (None, self._decoder.system.serial)
        self._system_until = time.monotonic() + _SYSTEM_SECONDS if is_ours else -inf

    async def _request_system(self) -> None:
        """Request the system, piece by piece from a device that cannot filter it."""
        if self._can_filter:
            try:
                await self._read(SYSTEM)
            except BridgeRefusedError:
                self._can_filter = False
            except (BridgeConnectionError, BridgeResponseError) as error:
                if error.status is None:
                    raise
                self._can_filter = False
            else:
                return
        first, *others = SYSTEM_PARTS
        parts = {first: await self._request_part(first)}
        for name in others:
            with suppress(*_NOT_AVAILABLE):
                parts[name] = await self._request_part(name)
        self._decoder.take_system({"result": parts})

    async def _request_part(self, name: str) -> object:
        """Request one value of the system."""
        return section(await self._web.request("GET", f"{_PART}/{name}")).get("result")

    async def _read(self, path: str) -> None:
        """Make one request and keep its answer."""
        self._decoder.take(path, await self._web.request_bytes("GET", path))
