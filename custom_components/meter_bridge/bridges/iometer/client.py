"""Requests and streams of the IOmeter bridge (HTTP on port 80, no login)."""

import asyncio
from collections.abc import Callable
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import BridgeResponseError
from ..http import BridgeHttp
from ..race import race
from ..snapshot import Reading, Snapshot
from ..sse import Event
from .models import (
    Status,
    parse_meter_number,
    parse_reading,
    parse_serial,
    parse_status,
    snapshot,
)

_READING, _STATUS = "/v1/reading", "/v1/status"
_NOT_FOUND = 404
# Some bridges have no status at all, others none yet.
_STATUS_SECONDS = 60.0


class IOmeterClient(Client[Status]):
    """One IOmeter bridge."""

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self._http = BridgeHttp(session=session, url=access.address.url())
        self._reading: Reading | None = None
        self._status = Status()
        self._serial: str | None = None

    @override
    async def identify(self) -> Identity:
        """Ask for the device id; a bridge without status is known by its meter."""
        status = await self._ask(_STATUS)
        number = parse_meter_number(status)
        serial = parse_serial(status)
        if status is None:
            serial = number = parse_meter_number(await self._ask(_READING))
        if serial is None:
            raise BridgeResponseError("The answer is not an IOmeter's")
        details = parse_status(status)
        return Identity(
            serial=serial,
            also=frozenset({number} if number else ()),
            model="IOmeter Bridge",
            firmware=details.bridge_version,
        )

    @override
    async def fetch(self) -> Snapshot[Status]:
        """Ask for the last reading and the status, one after the other."""
        reading = await self._ask(_READING)
        self._reading = None if reading is None else parse_reading(reading)
        if (status := await self._ask(_STATUS)) is not None:
            self._take_status(status)
        return self._snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Status]], None]) -> None:
        """Follow readings and, where the bridge has it, its status."""

        def take_reading(event: Event) -> None:
            self._reading = parse_reading(event.json()) or self._reading
            publish(self._snapshot())

        def take_status(event: Event) -> None:
            self._take_status(event.json())
            publish(self._snapshot())

        await race(
            self._http.follow(_READING, take_reading),
            self._follow_status(take_status),
        )

    async def _follow_status(self, take: Callable[[Event], None]) -> None:
        """Follow the status; it changes seldom, so silence means nothing."""
        while True:
            try:
                await self._http.follow(_STATUS, take, idle=None)
            except BridgeResponseError as error:
                if error.status != _NOT_FOUND:
                    raise
            await asyncio.sleep(_STATUS_SECONDS)

    async def _ask(self, path: str) -> object:
        """Ask for an object; None where the bridge has nothing there yet (404)."""
        try:
            answer = await self._http.get_json(path)
        except BridgeResponseError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        if not isinstance(answer, dict) or not _is_ours(answer):
            raise BridgeResponseError("The answer is not an IOmeter's")
        return answer

    def _take_status(self, status: object) -> None:
        """Keep what a status says."""
        self._status = parse_status(status)
        self._serial = parse_serial(status) or self._serial

    def _snapshot(self) -> Snapshot[Status]:
        """Return everything known now."""
        return snapshot(self._reading, self._status, self._serial)


def _is_ours(answer: dict[str, object]) -> bool:
    """Tell by its type name whether an answer is an IOmeter's."""
    return str(answer.get("__typename")).startswith("iometer.")
