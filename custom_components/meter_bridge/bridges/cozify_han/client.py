"""Requests and streams of the Cozify HAN reader (HTTP on port 80, no login)."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..client import Access, Client, Identity
from ..errors import BridgeConnectionError, BridgeError, BridgeResponseError
from ..snapshot import Snapshot
from ..transport.http import BridgeHttp
from ..transport.sse import Event
from ..transport.tasks import race
from .changes import Changes
from .decoder import (
    CONFIGURATION_PATH,
    HEALTH_PATH,
    METER_ID_PATH,
    METER_PATH,
    OLD_METER_PATH,
    SOCKET_PATH,
    STALE_SECONDS,
    STATE_PATH,
    CozifyHanDecoder,
)
from .details import Addresses, Details, parse_addresses

# Editions of the vendor's document name different paths for the events.
_STREAM_PATHS = (SOCKET_PATH, "/sse", "/events")
# The stream sends state and settings when they change; all else changes seldom.
_DETAILS_SECONDS = 600.0
# A counter's new level is believed after ten minutes. If the meter was replaced, its
# new number has to be read before that.
_METER_SECONDS, _METER_AGAIN_SECONDS = 300.0, 60.0
# If no path pushes anything, the streams are tried again no sooner than this.
_RETRY_SECONDS = 600.0


class CozifyHanClient(Client[Details]):
    """One HAN reader.

    It pushes over the first of three streams that works. A stream that it refuses is
    tried again only after the reader was away or has another firmware.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        super().__init__(BridgeHttp(session=session, url=access.address.url()))
        self._decoder = CozifyHanDecoder()
        self._start_over()

    def _start_over(self) -> None:
        """Forget which paths this reader has, and request all details again."""
        self._meter_path = METER_PATH
        self._refused: set[str] = set()
        self.changes = Changes(self._http)
        self._state_until = -inf
        self._details_until = -inf
        self._meter_until = -inf

    @override
    async def identify(self) -> Identity:
        """Request the state, which proves that this is a HAN reader."""
        await self._request_state()
        if self._decoder.identity is None:
            raise BridgeResponseError("The reader does not say which one it is")
        return self._decoder.identity

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Request the telegram, and now and then what changes seldom.

        If the telegram fails but the reader answers otherwise, the last telegram is
        returned: the meter becomes stale in its own time.
        """
        try:
            await self._request_telegram()
        except BridgeError:
            await self._check_presence()
        else:
            if time.monotonic() >= self._state_until:
                with suppress(BridgeError):
                    await self._request_state()
        await self._request_details()
        return self._decoder.snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Follow the reader, after it has shown that it is still the same one."""
        await self._check_presence()
        await self._request_details()
        await race(self._follow(publish), self._request_regularly())

    async def configure(self, changes: Mapping[str, object]) -> None:
        """Change these settings; all others stay as they are."""
        await self.changes.configure(changes)
        self.look_again()

    def look_again(self) -> None:
        """Request state and settings with the next reading."""
        self._state_until = self._details_until = -inf

    @property
    def host(self) -> str | None:
        """Return where the reader is reached."""
        return self._http.url.host

    async def addresses(self) -> Addresses:
        """Request the addresses that the reader has now."""
        answer = await self._http.request("GET", STATE_PATH)
        self._take(STATE_PATH, answer.body)
        return parse_addresses(answer.json())

    async def _follow(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Publish what the first working stream sends."""
        has_sent = False

        def take(path: str, message: bytes | str) -> None:
            nonlocal has_sent
            is_news = self._take(path, message)
            has_sent |= self._decoder.latest_type is not None
            if is_news:
                publish(self._decoder.snapshot())

        failure: BridgeError = BridgeConnectionError(
            "The reader pushes nothing", retry_after=_RETRY_SECONDS
        )
        for path in _STREAM_PATHS:
            if path in self._refused:
                continue
            try:
                await self._follow_path(path, partial(take, path))
            except BridgeError as error:
                if has_sent:
                    raise
                if isinstance(error, BridgeResponseError):
                    self._refused.add(path)
                failure = error
        raise failure

    async def _follow_path(
        self, path: str, take: Callable[[bytes | str], None]
    ) -> None:
        """Hand over the messages of one stream until it breaks, which raises."""

        def take_event(event: Event) -> None:
            if event.type.startswith("HAN_"):
                take(event.data)

        if path == SOCKET_PATH:
            await self._http.follow_socket(path, take, idle=STALE_SECONDS)
        else:
            await self._http.follow(path, take_event, idle=STALE_SECONDS)

    async def _request_regularly(self) -> None:
        """Request what no stream sends; a failure here does not end the stream."""
        while True:
            await asyncio.sleep(_METER_SECONDS)
            if time.monotonic() >= self._state_until:
                with suppress(BridgeError):
                    await self._request_state()
            await self._request_details()

    async def _check_presence(self) -> None:
        """Request the state; if even that fails, the reader is away."""
        try:
            await self._request_state()
        except BridgeError:
            self._start_over()
            raise

    async def _request_state(self) -> None:
        """Request which reader this is and how it is connected."""
        self._state_until = time.monotonic() + _DETAILS_SECONDS
        await self._request(STATE_PATH)

    async def _request_telegram(self) -> None:
        """Request the last telegram, at whichever path this firmware has it."""
        try:
            await self._request(self._meter_path)
        except BridgeResponseError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            is_new = self._meter_path == METER_PATH
            self._meter_path = OLD_METER_PATH if is_new else METER_PATH
            await self._request(self._meter_path)

    async def _request_details(self) -> None:
        """Request settings, health and the meter's identity now and then."""
        if time.monotonic() >= self._details_until:
            self._details_until = time.monotonic() + _DETAILS_SECONDS
            for path in (CONFIGURATION_PATH, HEALTH_PATH):
                with suppress(BridgeError):
                    await self._request(path)
        if time.monotonic() >= self._meter_until:
            self._meter_until = time.monotonic() + _METER_AGAIN_SECONDS
            with suppress(BridgeError):
                await self._request_meter_identity()

    async def _request_meter_identity(self) -> None:
        """Request which meter this is; old firmware has no such path."""
        try:
            await self._request(METER_ID_PATH)
            self._meter_until = time.monotonic() + _METER_SECONDS
        except BridgeResponseError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            self._meter_until = inf

    async def _request(self, path: str) -> None:
        """Make one request and keep its answer."""
        self._take(path, (await self._http.request("GET", path)).body)

    def _take(self, path: str, body: bytes | str) -> bool:
        """Keep a message; return whether it says anything new."""
        known, firmware = self._decoder.identity, self._decoder.firmware
        is_news = self._decoder.take(path, body)
        identity = self._decoder.identity
        if known and identity and identity.serial not in (known.serial, *known.also):
            # Another reader has this address now: forget the messages of the first.
            self._decoder = CozifyHanDecoder()
            self._decoder.take(path, body)
            self._start_over()
        elif firmware is not None and self._decoder.firmware != firmware:
            self._start_over()
        return is_news
