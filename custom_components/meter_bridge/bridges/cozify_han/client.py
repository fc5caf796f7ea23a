"""Requests and streams of the Cozify HAN reader (HTTP on port 80, no login)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from math import inf
import time
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import BridgeConnectionError, BridgeError, BridgeResponseError
from ..snapshot import Snapshot
from ..transport.answers import Heard
from ..transport.http import BridgeHttp
from ..transport.sse import Event
from ..transport.tasks import race
from .details import Details
from .memory import STALE_SECONDS, Memory
from .models import (
    CONFIGURATION,
    CONFIGURATION_MESSAGE,
    HEALTH,
    METER,
    METER_IDENTITY,
    STATE,
    kind_of,
)

_STATE, _CONFIGURATION, _HEALTH = "/han", "/configuration", "/health"
_METER, _OLD_METER, _METER_ID = "/meter", "/meter/data", "/meter/id"
_NOT_FOUND = 404
_SOCKET = "/ws"
# Documents of different age name different paths for the events.
_WAYS = (_SOCKET, "/sse", "/events")
# State and settings come by the stream when they change; the rest changes seldom.
_DETAILS_SECONDS = 600.0
# A firmware that pushes nothing is not asked for a stream more often than this.
_REST_SECONDS = 600.0


class CozifyHanClient(Client[Details]):
    """One HAN reader.

    It pushes by the first of three ways that answers. One that it refuses is not tried
    again before the reader has another firmware or was away.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self.heard = Heard()
        self._http = BridgeHttp(
            session=session, url=access.address.url(), heard=self.heard
        )
        self._memory = Memory()
        self._start_over()

    def _start_over(self) -> None:
        """Suppose nothing of what this reader can do."""
        self._meter_path = _METER
        self._knows_meter = False
        self._refused: set[str] = set()
        self._state_until = -inf
        self._details_until = -inf

    @override
    async def identify(self) -> Identity:
        """Ask for the state, which proves that this is a HAN reader."""
        await self._ask_state()
        if self._memory.identity is None:
            raise BridgeResponseError("The reader does not say which one it is")
        return self._memory.identity

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Ask for the telegram, and now and then for what changes seldom.

        When there is no telegram but the reader itself answers, the last one stands for
        as long as it is fresh.
        """
        try:
            await self._ask_telegram()
        except BridgeError:
            await self._prove()
        else:
            if time.monotonic() >= self._state_until:
                with suppress(BridgeError):
                    await self._ask_state()
        await self._ask_details()
        return self._memory.snapshot()

    @override
    async def stream(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Follow the reader, once it has shown that it is still the same."""
        await self._prove()
        await self._ask_details()
        await race(self._follow(publish), self._ask_beside())

    async def _follow(self, publish: Callable[[Snapshot[Details]], None]) -> None:
        """Publish what comes by the first way that says anything."""
        has_spoken = False

        def take(message: object) -> None:
            nonlocal has_spoken
            has_spoken |= kind_of(message) is not None
            if self._take(message):
                publish(self._memory.snapshot())

        failure: BridgeError = BridgeConnectionError(
            "The reader pushes nothing", retry_after=_REST_SECONDS
        )
        for way in _WAYS:
            if way in self._refused:
                continue
            try:
                await self._follow_way(way, take)
            except BridgeError as error:
                if has_spoken:
                    raise
                if isinstance(error, BridgeResponseError):
                    self._refused.add(way)
                failure = error
        raise failure

    async def _follow_way(self, way: str, take: Callable[[object], None]) -> None:
        """Hand over the messages of one way until it breaks, which raises."""

        def take_event(event: Event) -> None:
            if event.type.startswith("HAN_"):
                take(event.json())

        if way == _SOCKET:
            await self._http.follow_socket(way, take, idle=STALE_SECONDS)
        else:
            await self._http.follow(way, take_event, idle=STALE_SECONDS)

    async def _ask_beside(self) -> None:
        """Ask for what no stream says; that this may fail breaks no stream."""
        while True:
            await asyncio.sleep(_DETAILS_SECONDS)
            with suppress(BridgeError):
                await self._ask_state()
            await self._ask_details()

    async def _prove(self) -> None:
        """Ask for the state; a reader that cannot even say that is away."""
        try:
            await self._ask_state()
        except BridgeError:
            self._start_over()
            raise

    async def _ask_state(self) -> None:
        """Ask who the reader is and how it is connected."""
        self._state_until = time.monotonic() + _DETAILS_SECONDS
        await self._ask(_STATE, STATE)

    async def _ask_telegram(self) -> None:
        """Ask for the last telegram, where this firmware has it."""
        try:
            await self._ask(self._meter_path, METER)
        except BridgeResponseError as error:
            if error.status != _NOT_FOUND:
                raise
            self._meter_path = _OLD_METER if self._meter_path == _METER else _METER
            await self._ask(self._meter_path, METER)

    async def _ask_details(self) -> None:
        """Ask for settings and health now and then, and once which meter it is."""
        if time.monotonic() < self._details_until:
            return
        self._details_until = time.monotonic() + _DETAILS_SECONDS
        with suppress(BridgeError):
            await self._ask(_CONFIGURATION, CONFIGURATION, CONFIGURATION_MESSAGE)
        with suppress(BridgeError):
            await self._ask(_HEALTH, HEALTH)
        if not self._knows_meter:
            with suppress(BridgeError):
                await self._ask_meter()

    async def _ask_meter(self) -> None:
        """Ask which meter it is; old firmware has no such path."""
        try:
            await self._ask(_METER_ID, METER_IDENTITY)
        except BridgeResponseError as error:
            if error.status != _NOT_FOUND:
                raise
        self._knows_meter = True

    async def _ask(self, path: str, *kinds: str) -> None:
        """Ask for one message, which has to be of one of these types."""
        message = await self._http.get_json(path)
        if kind_of(message) not in kinds:
            raise BridgeResponseError("The answer is not a HAN reader's")
        self._take(message)

    def _take(self, message: object) -> bool:
        """Keep what a message says; tell whether that is news."""
        known, firmware = self._memory.identity, self._memory.firmware
        is_news = self._memory.take(message)
        identity = self._memory.identity
        if known and identity and identity.serial not in (known.serial, *known.also):
            # Another reader has the address since: what was said is not its own.
            self._memory = Memory()
            self._memory.take(message)
            self._start_over()
        elif firmware is not None and self._memory.firmware != firmware:
            self._start_over()
        return is_news
