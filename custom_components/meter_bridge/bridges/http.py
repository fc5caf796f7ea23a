"""Bounded HTTP with one bridge: time, size, redirects and status, judged once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import (
    ClientError,
    ClientMiddlewareType,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    InvalidURL,
    hdrs,
)
import orjson
from yarl import URL

from .errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    StreamClosedError,
)
from .sse import Event, EventDecoder

REQUEST_SECONDS = 10.0
STREAM_IDLE_SECONDS = 60.0
BODY_LIMIT = 1 << 20
_ERROR_BODY_LIMIT = 200
_CHUNK = 1 << 16


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
    bodies that are not JSON: BridgeResponseError.
    """

    session: ClientSession
    url: URL
    has_login: bool = False
    verify_ssl: bool = True
    middlewares: tuple[ClientMiddlewareType, ...] = ()
    timeout: float = REQUEST_SECONDS
    limit: int = BODY_LIMIT
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
    ) -> Answer:
        """Make one request and read its whole answer."""
        body = None if json is None else orjson.dumps(json)
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        async with (
            self._turn,
            self._open(
                method, path, sent, ClientTimeout(total=self.timeout), body
            ) as response,
        ):
            return Answer(
                status=response.status, body=await _read(response, self.limit)
            )

    async def follow(
        self,
        path: str,
        take: Callable[[Event], None],
        *,
        idle: float | None = STREAM_IDLE_SECONDS,
    ) -> None:
        """Hand over server-sent events until the stream breaks, which raises.

        It counts as broken after `idle` seconds without a byte; a bridge that closes
        it in good order raises StreamClosedError.
        """
        sent = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        limits = ClientTimeout(total=None, connect=self.timeout, sock_read=idle)
        decoder = EventDecoder(self.limit)
        async with self._open("GET", path, sent, limits) as response:
            if response.content_type != "text/event-stream":
                raise BridgeResponseError("The answer is not an event stream")
            async for chunk in response.content.iter_any():
                for event in decoder.feed(chunk):
                    take(event)
        raise StreamClosedError("The bridge closed its stream")

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
        try:
            async with self.session.request(
                method,
                self.url.join(URL(path, encoded=True)),
                data=body,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
                ssl=self.verify_ssl,
                middlewares=self.middlewares,
            ) as response:
                await _judge(response, has_login=self.has_login)
                yield response
        except BridgeError:
            raise
        except InvalidURL as error:
            raise BridgeConnectionError("The address cannot be used") from error
        except (ClientError, OSError, UnicodeError) as error:
            raise BridgeConnectionError(
                f"No answer from the bridge ({type(error).__name__})"
            ) from error


async def _read(response: ClientResponse, limit: int) -> bytes:
    """Return the body; raise as soon as it grows over the limit."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise BridgeResponseError("The answer is too large")
    return bytes(body)


async def _judge(response: ClientResponse, *, has_login: bool) -> None:
    """Raise the error that the status stands for; 2xx passes."""
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004
        return
    start = (await response.content.read(_ERROR_BODY_LIMIT)).decode(errors="replace")
    kind: type[BridgeError] = BridgeResponseError
    if status == 401 and has_login:  # noqa: PLR2004
        kind = BridgeAuthError
    elif status == 403 and has_login:  # noqa: PLR2004
        kind = BridgePermissionError
    elif status == 429 or status >= 500:  # noqa: PLR2004
        kind = BridgeConnectionError
    raise kind(
        f"The bridge answered with status {status}",
        status=status,
        body=start,
        challenges=tuple(response.headers.getall(hdrs.WWW_AUTHENTICATE, ())),
    )
