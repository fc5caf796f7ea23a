"""Requests and streams of the IOmeter bridge (HTTP on port 80, no login)."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import override

from aiohttp import ClientSession

from ..client import Access, Client, Identity
from ..errors import BridgeResponseError
from ..snapshot import Snapshot
from ..transport.http import BridgeHttp
from ..transport.sse import Event
from ..transport.tasks import race
from .decoder import READING, STATUS, IOmeterDecoder
from .models import Status

# The vendor's own client waits for an answer for a minute.
_PATIENCE = 6.0
_READING_EVENT, _STATUS_EVENT = "readingEvent", "statusEvent"
# The status changes seldom; after this much silence a lost connection is more likely.
_STATUS_IDLE_SECONDS = 600.0
# A status that is not streamed is requested this often instead.
_STATUS_SECONDS = 60.0


class IOmeterClient(Client[Status]):
    """One IOmeter bridge.

    It has a last reading and a status. The path of each answers with JSON or with
    server-sent events. There is no reading (404) before the first one, and some bridges
    have no status (404).
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        super().__init__(
            BridgeHttp(session=session, url=access.address.url(), patience=_PATIENCE)
        )
        self._decoder = IOmeterDecoder()
        self._pinned = access.pinned
        self._answers: dict[str, bytes | None] = {}

    @override
    async def identify(self) -> Identity:
        """Request the device id; a bridge without status is known by its installation.

        The id stays that of the first contact, even if the meter is exchanged or the
        bridge gets a status later. The next `fetch` uses the same answers, since some
        are slow.
        """
        decoder = self._decoder
        decoder.installation = None
        answers = {STATUS: await self._request(STATUS)}
        self._take(STATUS, answers[STATUS])
        decoder.has_status = answers[STATUS] is not None
        number = decoder.status.meter_number
        if not decoder.has_status:
            answers[READING] = await self._request(READING)
            self._take(READING, answers[READING])
            number = decoder.meter_number
        if (serial := decoder.serial) is None:
            raise BridgeResponseError("The answer is not an IOmeter's")
        self._answers = answers
        ids = {"serial": serial, **({"meter": number} if number else {})}
        pinned: Mapping[str, str] = {}
        if installation := decoder.installation:
            pinned = {"installation": installation, **ids}
            if self._pinned.get("installation") == installation:
                pinned = self._pinned
        return Identity(
            serial=serial,
            also=frozenset({*ids.values(), *pinned.values()} - {serial}),
            model="IOmeter Bridge",
            firmware=decoder.status.bridge_version,
            pinned=pinned,
        )

    @override
    async def fetch(self) -> Snapshot[Status]:
        """Request the last reading and the status, one after the other."""
        known, self._answers = self._answers, {}
        reading, status = [
            known[path] if path in known else await self._request(path)
            for path in (READING, STATUS)
        ]
        if reading is None and status is None:
            raise BridgeResponseError(
                "There is nothing of an IOmeter", status=HTTPStatus.NOT_FOUND
            )
        self._take(READING, reading)
        self._take(STATUS, status)
        return self._decoder.snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Status]], None]) -> None:
        """Follow readings and status.

        No reading is published before a status has shown which bridge it is from:
        another one may have this address now. A status that says nothing new is not
        published, so that it does not hide that readings have stopped.
        """
        is_proven = has_news = False

        def publish_news() -> None:
            nonlocal has_news
            if is_proven and has_news:
                has_news = False
                publish(self._decoder.snapshot())

        def take_reading(event: Event) -> None:
            nonlocal has_news
            if event.type == _READING_EVENT:
                has_news |= self._decoder.take(READING, event.data)
                publish_news()

        def status_taken(is_news: bool) -> None:  # noqa: FBT001 (a callback)
            nonlocal is_proven, has_news
            is_proven, has_news = True, has_news or is_news
            publish_news()

        await race(
            self._http.follow(READING, take_reading),
            self._follow_status(status_taken),
        )

    async def _follow_status(self, taken: Callable[[bool], None]) -> None:
        """Follow the status; if it is absent or not streamed, request it regularly.

        `taken` is told of each status, and whether it says anything new.
        """
        latest, status = "", self._decoder.status

        def take_event(event: Event) -> None:
            nonlocal latest, status
            # Each reading brings the status again: the same one needs no decoding.
            if event.type == _STATUS_EVENT and (
                event.data != latest or self._decoder.status is not status
            ):
                is_news = self._decoder.take(STATUS, event.data)
                latest, status = event.data, self._decoder.status
                taken(is_news)

        while True:
            try:
                await self._http.follow(STATUS, take_event, idle=_STATUS_IDLE_SECONDS)
            except BridgeResponseError:
                taken(self._take(STATUS, await self._request(STATUS)))
            await asyncio.sleep(_STATUS_SECONDS)

    async def _request(self, path: str) -> bytes | None:
        """Request an answer; None if the bridge has none there (404)."""
        try:
            return (await self._http.request("GET", path)).body
        except BridgeResponseError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _take(self, path: str, body: bytes | None) -> bool:
        """Keep an answer or its absence; return whether it says anything new."""
        if body is None:
            return self._decoder.take_absence(path)
        return self._decoder.take(path, body)
