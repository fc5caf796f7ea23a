"""Requests and streams of the IOmeter bridge (HTTP on port 80, no login)."""

import asyncio
from collections.abc import Callable
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import BridgeResponseError
from ..snapshot import Reading, Snapshot
from ..transport.answers import Heard
from ..transport.http import BridgeHttp
from ..transport.sse import Event
from ..transport.tasks import race
from .models import (
    Status,
    parse_device_id,
    parse_meter_number,
    parse_reading,
    parse_status,
    snapshot,
)

_READING, _STATUS = "/v1/reading", "/v1/status"
_READING_EVENT, _STATUS_EVENT = "readingEvent", "statusEvent"
_NOT_FOUND = 404
# The status changes seldom: silence means little, until a lost connection is likelier.
_STATUS_IDLE_SECONDS = 600.0
# Where the status is not streamed it is asked for instead, this often.
_STATUS_SECONDS = 60.0


class IOmeterClient(Client[Status]):
    """One IOmeter bridge.

    It has a last reading and a status, each as JSON or as server-sent events under the
    same path. Before the first reading there is none (404), and some bridges have no
    status (404).
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self.heard = Heard()
        self._http = BridgeHttp(
            session=session, url=access.address.url(), heard=self.heard
        )
        self._is_known_by_meter = False
        self._reading: Reading | None = None
        self._status = Status()
        self._device_id: str | None = None

    @override
    async def identify(self) -> Identity:
        """Ask for the device id; a bridge without status is known by its meter."""
        status = await self._ask(_STATUS)
        number, serial = parse_meter_number(status), parse_device_id(status)
        self._is_known_by_meter = status is None
        if self._is_known_by_meter:
            serial = number = parse_meter_number(await self._ask(_READING))
        if serial is None:
            raise BridgeResponseError("The answer is not an IOmeter's")
        return Identity(
            serial=serial,
            also=frozenset({number} if number else ()),
            model="IOmeter Bridge",
            firmware=parse_status(status).bridge_version,
        )

    @override
    async def fetch(self) -> Snapshot[Status]:
        """Ask for the last reading and the status, one after the other."""
        reading = await self._ask(_READING)
        status = await self._ask(_STATUS)
        if reading is None and status is None:
            raise BridgeResponseError("There is nothing of an IOmeter")
        self._reading = parse_reading(reading)
        self._take_status(status)
        return self._snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Status]], None]) -> None:
        """Follow readings and status.

        No reading is published before the status has said whose it is: another bridge
        may have got the address since. A status that is no news is not published
        either, so that it does not stand in for readings that fail to come.
        """
        is_proven = has_news = False

        def take_reading(event: Event) -> None:
            nonlocal has_news
            if event.type == _READING_EVENT:
                self._reading = parse_reading(_checked(event.json()))
                has_news = True
                publish_news()

        def take_status(status: object) -> None:
            nonlocal is_proven, has_news
            before = self._status
            self._take_status(status)
            is_proven, has_news = True, has_news or self._status != before
            publish_news()

        def publish_news() -> None:
            nonlocal has_news
            if is_proven and has_news:
                has_news = False
                publish(self._snapshot())

        await race(
            self._http.follow(_READING, take_reading),
            self._follow_status(take_status),
        )

    async def _follow_status(self, take: Callable[[object], None]) -> None:
        """Follow the status; where it is absent or not streamed, ask now and then."""
        said, known = "", self._status

        def take_event(event: Event) -> None:
            nonlocal said, known
            # It is repeated with every reading: the same again needs no decoding.
            if event.type == _STATUS_EVENT and (
                event.data != said or self._status is not known
            ):
                take(_checked(event.json()))
                said, known = event.data, self._status

        while True:
            try:
                await self._http.follow(_STATUS, take_event, idle=_STATUS_IDLE_SECONDS)
            except BridgeResponseError:
                take(await self._ask(_STATUS))
            await asyncio.sleep(_STATUS_SECONDS)

    async def _ask(self, path: str) -> object:
        """Ask for an object; None where the bridge has nothing there (404)."""
        try:
            answer = await self._http.get_json(path)
        except BridgeResponseError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        return _checked(answer)

    def _take_status(self, status: object) -> None:
        """Keep what the status says; one that is absent says nothing."""
        self._status = parse_status(status)
        self._device_id = parse_device_id(status)

    def _snapshot(self) -> Snapshot[Status]:
        """Return everything known now, under the id that the bridge is known by."""
        serial = self._device_id
        if self._is_known_by_meter:
            serial = self._reading.meter.serial if self._reading else None
        return snapshot(self._reading, self._status, serial)


def _checked(answer: object) -> object:
    """Return an answer whose type name is an IOmeter's; raise on any other."""
    if not isinstance(answer, dict) or not str(answer.get("__typename")).startswith(
        "iometer."
    ):
        raise BridgeResponseError("The answer is not an IOmeter's")
    return answer
