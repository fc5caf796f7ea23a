"""Bounded HTTP with one bridge: time, size, redirects and status, judged once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWSTimeout,
    InvalidURL,
    WSServerHandshakeError,
    hdrs,
)
from aiohttp.http_exceptions import HttpProcessingError
import orjson
from yarl import URL

from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    StreamClosedError,
)
from .answers import Heard
from .patience import wait_longer
from .session import wary
from .sse import Event, EventDecoder
from .websocket import hear

REQUEST_SECONDS = 10.0
STREAM_IDLE_SECONDS = 60.0
BODY_LIMIT = 1 << 20
_ERROR_BODY_LIMIT = 4096
_CHUNK = 1 << 16
_FAREWELL_SECONDS = 1.0
# What aiohttp raises for a broken answer; the last only without its C extension.
_FAILURES = (ClientError, OSError, UnicodeError, HttpProcessingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole body of a good answer."""

    status: int
    body: bytes

    def json(self) -> object:
        """Decode the body, whatever content type it came with."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise BridgeResponseError("The answer is not JSON") from error


@dataclass(kw_only=True)
class BridgeHttp:
    """Speak with the web server of one bridge, one request at a time.

    Every failure comes out as a `BridgeError`. No answer, a time-out, 5xx and 429:
    BridgeConnectionError. 401 and 403, where this kind has a login: BridgeAuthError
    and BridgePermissionError. Redirects, other statuses, bodies over the limit and
    bodies that are not JSON: BridgeResponseError. What was said last is in `heard`.
    """

    session: ClientSession
    url: URL
    has_login: bool = False
    verify_ssl: bool = True
    middlewares: tuple[ClientMiddlewareType, ...] = ()
    timeout: float = REQUEST_SECONDS
    limit: int = BODY_LIMIT
    heard: Heard = field(default_factory=Heard)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def get_json(self, path: str) -> object:
        """Return the decoded JSON that stands at this path."""
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

        It is noted under `name`, else its method and path; not at all under an empty
        one.
        """
        name = f"{method} {path}" if name is None else name
        body = None if json is None else orjson.dumps(json)
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            async with (
                self._turn,
                self._open(
                    method, path, sent, ClientTimeout(total=self.timeout), body
                ) as response,
            ):
                answer = Answer(
                    status=response.status, body=await _read(response, self.limit)
                )
        except BridgeError as error:
            if name and error.status is not None:
                self.heard.note(name, error.body, error.status)
            raise
        if name:
            self.heard.note(name, answer.body, answer.status)
        return answer

    async def follow(
        self,
        path: str,
        take: Callable[[Event], None],
        *,
        idle: float = STREAM_IDLE_SECONDS,
    ) -> None:
        """Hand over server-sent events until the stream breaks, which raises.

        It counts as broken after `idle` seconds without a byte; a bridge that closes
        it in good order raises StreamClosedError. The watch is ours: after a chunk
        that is framed wrongly aiohttp (3.14.5) closes the connection but neither wakes
        its reader nor keeps its own time.
        """
        name = f"Events {path}"
        sent = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        limits = ClientTimeout(total=None, connect=self.timeout)
        decoder = EventDecoder(self.limit)
        with _failures_as_ours():
            async with (
                asyncio.timeout(max(self.timeout, idle)) as limit,
                self._open("GET", path, sent, limits) as response,
            ):
                if response.content_type != "text/event-stream":
                    raise BridgeResponseError("The answer is not an event stream")
                ending = _ending(response)
                wait_longer(limit, idle)
                while chunk := await response.content.readany():
                    wait_longer(limit, idle)
                    taken = 0
                    for event in decoder.feed(chunk):
                        if taken:
                            await asyncio.sleep(0)
                        self.heard.note(name, event.data)
                        take(event)
                        taken += 1
                    if taken > 1:
                        # However much comes at once, everybody else gets a turn.
                        await asyncio.sleep(0)
                if ending is not None and ending.done() and ending.exception():
                    raise BridgeConnectionError("The connection to the bridge was lost")
        raise StreamClosedError("The bridge closed its stream")

    async def follow_socket(
        self,
        path: str,
        take: Callable[[object], None],
        *,
        idle: float = STREAM_IDLE_SECONDS,
    ) -> None:
        """Hand over what a WebSocket says, JSON decoded, until it breaks, which raises.

        It counts as broken after `idle` seconds without a message, or sooner where a
        ping stays without answer; a bridge that closes it in good order raises
        StreamClosedError.
        """
        note = partial(self.heard.note, f"Messages {path}")
        with _failures_as_ours():
            async with wary(
                self.session, self._judge_handshake, *self.middlewares
            ) as session:
                async with asyncio.timeout(self.timeout):
                    socket = await session.ws_connect(
                        self.url.join(URL(path, encoded=True)),
                        timeout=ClientWSTimeout(ws_close=_FAREWELL_SECONDS),
                        autoping=False,
                        max_msg_size=self.limit,
                        decode_text=False,
                        ssl=self.verify_ssl,
                    )
                async with socket:
                    await hear(socket, idle, take, note)

    async def _judge_handshake(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Refuse whatever is no WebSocket.

        For one aiohttp would follow a redirect, and has no option against it.
        """
        response = await handler(request)
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            try:
                await self._judge(response)
            finally:
                response.close()
            raise BridgeResponseError("The answer is not a WebSocket")
        return response

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        limits: ClientTimeout,
        body: bytes | None = None,
    ) -> AsyncIterator[ClientResponse]:
        """Open an answer and judge its status; turn every failure into ours."""
        with _failures_as_ours():
            async with (
                wary(self.session, *self.middlewares) as session,
                session.request(
                    method,
                    self.url.join(URL(path, encoded=True)),
                    data=body,
                    headers=headers,
                    timeout=limits,
                    allow_redirects=False,
                    ssl=self.verify_ssl,
                ) as response,
            ):
                await self._judge(response)
                yield response

    async def _judge(self, response: ClientResponse) -> None:
        """Raise the error that the status stands for; 2xx passes."""
        status = response.status
        if 200 <= status < 300:  # noqa: PLR2004
            return
        kind: type[BridgeError] = BridgeResponseError
        if status == 401 and self.has_login:  # noqa: PLR2004
            kind = BridgeAuthError
        elif status == 403 and self.has_login:  # noqa: PLR2004
            kind = BridgePermissionError
        elif status == 429 or status >= 500:  # noqa: PLR2004
            kind = BridgeConnectionError
        raise kind(
            f"The bridge answered with status {status}",
            status=status,
            body=await _read_start(response, self.timeout),
            challenges=tuple(response.headers.getall(hdrs.WWW_AUTHENTICATE, ())),
        )


@contextmanager
def _failures_as_ours() -> Iterator[None]:
    """Turn whatever aiohttp raises for a bridge that fails into a BridgeError."""
    try:
        yield
    except BridgeError:
        raise
    except InvalidURL as error:
        raise BridgeConnectionError("The address cannot be used") from error
    except WSServerHandshakeError as error:
        raise BridgeResponseError("The answer is not a WebSocket") from error
    except _FAILURES as error:
        raise BridgeConnectionError(
            f"No answer from the bridge ({type(error).__name__})"
        ) from error


def _ending(response: ClientResponse) -> asyncio.Future[None] | None:
    """Return what tells, once it is done, how the connection of an answer ended.

    Without a length and without chunks aiohttp (3.14.5) takes a reset for the end.
    """
    connection = response.connection
    if connection is None or connection.protocol is None:
        return None
    if (ending := connection.protocol.closed) is not None:
        # Else asyncio would complain where nobody waited for it.
        ending.add_done_callback(lambda it: it.cancelled() or it.exception())
    return ending


async def _read(response: ClientResponse, limit: int) -> bytes:
    """Return the body; raise as soon as it grows over the limit."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise BridgeResponseError("The answer is too large")
    return bytes(body)


async def _read_start(response: ClientResponse, seconds: float) -> str:
    """Return the first of an error's body, as far as it comes: the status says more."""
    body = bytearray()
    with suppress(*_FAILURES):
        async with asyncio.timeout(seconds):
            while len(body) < _ERROR_BODY_LIMIT and not response.content.at_eof():
                body += await response.content.read(_ERROR_BODY_LIMIT - len(body))
    return body.decode(errors="replace")
