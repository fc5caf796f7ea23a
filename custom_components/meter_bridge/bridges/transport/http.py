"""HTTP with one bridge, with limits on time and size and one meaning per failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from aiohttp import (
    ClientHandlerType,
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    Fingerprint,
)
import orjson
from yarl import URL

from ..errors import BridgeError, BridgeResponseError, StreamClosedError
from ..wire import parse_json
from .answers import Answers
from .download import BUFFER_BYTES, read_slowly
from .failures import as_bridge_errors, check_status, keep_own_errors
from .session import GuardedRequest, guarded_session
from .sse import Event, receive_events
from .upload import Upload
from .websocket import MESSAGE_LIMIT, close, receive_messages

REQUEST_SECONDS = 10.0
STREAM_IDLE_SECONDS = 60.0
BODY_LIMIT = 1 << 20
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole body of a good answer."""

    status: int
    body: bytes

    def json(self) -> object:
        """Decode the body, whatever content type it came with."""
        return parse_json(self.body)


@dataclass(kw_only=True)
class BridgeHttp:
    """Talk to the web server of one bridge, one request at a time.

    Every failure is raised as a `BridgeError`. No answer, a time-out, 5xx and 429:
    BridgeConnectionError. 401 and 403, if this kind has a login: BridgeAuthError and
    BridgePermissionError. Redirects, other statuses, bodies over the limit and bodies
    that are not JSON: BridgeResponseError. `answers` keeps the latest answers, and
    `certificate` the SHA-256 sum (hex) of the latest one that was shown. Where there is
    a `fingerprint`, another certificate is refused: ChangedCertificateError.

    A connection may take `timeout` seconds, an answer `patience` times as long.
    """

    session: ClientSession
    url: URL
    has_login: bool = False
    verify_ssl: bool = True
    fingerprint: str = ""
    middlewares: tuple[ClientMiddlewareType, ...] = ()
    timeout: float = REQUEST_SECONDS
    patience: float = 1.0
    limit: int = BODY_LIMIT
    answers: Answers = field(default_factory=Answers, init=False)
    certificate: str = field(default="", init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def get_json(self, path: str) -> object:
        """Request this path and return its decoded JSON."""
        return (await self.request("GET", path)).json()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: dict[str, str] | None = None,
        name: str | None = None,
    ) -> Answer:
        """Make one request and read its whole answer.

        It is recorded under `name`, by default its method and path; an empty name keeps
        it out of the record.
        """
        name = f"{method} {path}" if name is None else name
        body = None if json is None else orjson.dumps(json)
        limits = ClientTimeout(
            total=self.timeout * self.patience, sock_connect=self.timeout
        )
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            async with (
                self._turn,
                self._open(method, path, sent, limits, body) as response,
            ):
                answer = Answer(
                    status=response.status, body=await _read(response, self.limit)
                )
        except BridgeError as error:
            if name and error.status is not None:
                self.answers.record(name, error.body, error.status)
            raise
        if name:
            self.answers.record(name, answer.body, answer.status)
        return answer

    async def upload(self, path: str, form: Upload, *, seconds: float) -> Answer:
        """Send a file and read the answer, which is not recorded."""
        limits = ClientTimeout(total=seconds, sock_connect=self.timeout)
        async with (
            self._turn,
            self._open("POST", path, {"Accept": "*/*"}, limits, form) as response,
        ):
            body = await _read(response, self.limit)
            return Answer(status=response.status, body=body)

    async def download(
        self,
        path: str,
        take: Callable[[bytes], None],
        *,
        bytes_per_second: float,
        most_bytes: int,
    ) -> None:
        """Hand over a file piece by piece, slowly, on a connection of its own.

        Unlike everything else it goes on beside other requests, which must not wait
        for minutes.
        """
        sent = {"Accept": "*/*", "Connection": "close"}
        limits = ClientTimeout(total=None, connect=self.timeout)
        with as_bridge_errors():
            async with self._open(
                "GET", path, sent, limits, buffer=BUFFER_BYTES
            ) as response:
                await read_slowly(
                    response,
                    keep_own_errors(take),
                    bytes_per_second=bytes_per_second,
                    most_bytes=most_bytes,
                )

    async def follow(
        self,
        path: str,
        take: Callable[[Event], None],
        *,
        idle: float = STREAM_IDLE_SECONDS,
    ) -> None:
        """Hand over server-sent events until the stream breaks, which raises.

        It counts as broken after `idle` seconds without a byte. StreamClosedError: the
        bridge closed the stream in good order.
        """
        sent = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
        }
        limits = ClientTimeout(total=None, connect=self.timeout)
        record = partial(self.answers.record, f"Events {path}")
        with as_bridge_errors():
            async with (
                asyncio.timeout(max(self.timeout, idle)) as limit,
                self._open("GET", path, sent, limits) as response,
            ):
                await receive_events(
                    response, limit, idle, keep_own_errors(take), record
                )
        raise StreamClosedError("The bridge closed its stream")

    async def follow_socket(
        self,
        path: str,
        take: Callable[[bytes], None],
        *,
        idle: float = STREAM_IDLE_SECONDS,
    ) -> None:
        """Hand over the texts of a WebSocket until it breaks, which raises.

        It counts as broken after `idle` seconds without a message, or sooner if a ping
        is not answered. StreamClosedError: the bridge closed it in good order.
        """
        record = partial(self.answers.record, f"Messages {path}")
        response: ClientResponse

        async def open_socket(
            request: ClientRequest, handler: ClientHandlerType
        ) -> ClientResponse:
            nonlocal response
            response = await self._check_handshake(request, handler)
            return response

        with as_bridge_errors():
            async with guarded_session(
                self.session, open_socket, *self.middlewares
            ) as session:
                async with asyncio.timeout(self.timeout):
                    socket = await session.ws_connect(
                        self.url.join(URL(path, encoded=True)),
                        autoping=False,
                        max_msg_size=min(self.limit, MESSAGE_LIMIT),
                        decode_text=False,
                        ssl=self._ssl,
                    )
                try:
                    await receive_messages(socket, idle, keep_own_errors(take), record)
                finally:
                    await close(socket, response)

    async def _check_handshake(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Refuse every answer that does not open a WebSocket.

        Left alone, aiohttp follows a redirect here and has no option against it.
        """
        response = await handler(request)
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            try:
                await self._check_status(response)
            finally:
                response.close()
            raise BridgeResponseError("The answer is not a WebSocket")
        return response

    @asynccontextmanager
    async def _open(  # noqa: PLR0913 (a request has so many sides)
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        limits: ClientTimeout,
        body: bytes | Upload | None = None,
        *,
        buffer: int = _CHUNK,
    ) -> AsyncIterator[ClientResponse]:
        """Send a request and check the status of its answer; raise BridgeErrors."""
        with as_bridge_errors():
            async with (
                guarded_session(
                    self.session, self._note_certificate, *self.middlewares
                ) as session,
                session.request(
                    method,
                    self.url.join(URL(path, encoded=True)),
                    data=body,
                    headers=headers,
                    timeout=limits,
                    allow_redirects=False,
                    ssl=self._ssl,
                    read_bufsize=buffer,
                ) as response,
            ):
                await self._check_status(response)
                yield response

    @property
    def _ssl(self) -> bool | Fingerprint:
        """Return which certificates are accepted."""
        if self.fingerprint:
            return Fingerprint(bytes.fromhex(self.fingerprint))
        return self.verify_ssl

    async def _note_certificate(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Keep which certificate was shown."""
        response = await handler(request)
        if isinstance(request, GuardedRequest):
            self.certificate = request.certificate
        return response

    async def _check_status(self, response: ClientResponse) -> None:
        """Raise the error that the status stands for; 2xx passes."""
        await check_status(response, has_login=self.has_login, seconds=self.timeout)


async def _read(response: ClientResponse, limit: int) -> bytes:
    """Return the body; raise as soon as it grows over the limit."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise BridgeResponseError("The answer is too large")
    return bytes(body)
