"""The decoders of what is said around a login: challenges and tokens."""

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast
import weakref

from aiohttp import ClientError, ClientRequest, ClientResponse, hdrs
from multidict import CIMultiDict
import orjson
from yarl import URL

from custom_components.meter_bridge.bridges.contract import Access
from custom_components.meter_bridge.bridges.egauge import login as egauge_login
from custom_components.meter_bridge.bridges.errors import BridgeResponseError
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.bridges.whatwatt_go import login as whatwatt_login

from .answers import Decode

_URL = URL("http://127.0.0.1/api/v1/system")
_ACCESS = Access(address=parse_address("127.0.0.1"), password="secret")
HEADERS = (
    b'Digest realm="whatwatt-9D5E00", qop="auth", nonce="5ccc069c", algorithm=MD5-sess',
    b'Digest realm="whatwatt-1", qop="auth,auth-int", nonce="5c", opaque="a\\"b"',
    b'Digest realm="whatwatt-1", nonce="5", stale=true, domain="/api http://127.0.0.1/"',
    b'Basic realm="whatwatt-9D5E00.local"',
    b'Bearer scope="a", Digest  REALM="other",algorithm=md5-SESS,opaque=""',
)


def egauge_challenge() -> Decode:
    """Read what an eGauge asks for a login, and answer it."""

    def decode(body: bytes) -> None:
        asked = egauge_login.read_challenge(body.decode(errors="replace"))
        orjson.dumps(egauge_login.answer_challenge(asked, "owner", "secret"))

    return decode


def egauge_jwt() -> Decode:
    """Read the answer to a login, or what stands inside of its token."""

    def decode(said: bytes) -> None:
        answer: object = {"jwt": token(said)}
        if b'"jwt"' in said:
            try:
                answer = orjson.loads(said)
            except orjson.JSONDecodeError as error:
                raise BridgeResponseError("No JSON") from error
        found = egauge_login.read_token(answer, 0.0)
        # What a header may hold.
        assert found.value.isascii()
        assert found.value.isprintable()
        assert 0 < found.renew_at < float("inf")

    return decode


def token(payload: bytes) -> str:
    """Return a JSON web token with this inside."""
    inside = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{inside}.c2lnbmF0dXJl"


def payloads(bodies: Iterable[bytes]) -> Iterable[bytes]:
    """Return the answers to logins, and what stands inside of their tokens."""
    for body in bodies:
        if b'"jwt"' in body:
            yield body
            inside = orjson.loads(body)["jwt"].split(".")[1]
            yield base64.urlsafe_b64decode(inside + "=" * (-len(inside) % 4))


@dataclass
class _Message:
    """Be a request as far as a login sees it, or its answer."""

    url: URL = _URL
    method: str = "GET"
    body: bytes = b""
    status: int = 401
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)


def whatwatt_go_challenge() -> Decode:
    """Read how a whatwatt Go asks for a login, and log in."""
    loop = asyncio.new_event_loop()

    async def log_in(header: str) -> None:
        offered = whatwatt_login.read_challenges((header,))
        answer = _Message()
        answer.headers[hdrs.WWW_AUTHENTICATE] = header

        async def ask(_request: ClientRequest) -> ClientResponse:
            return cast("ClientResponse", answer)

        authorise = whatwatt_login.login(offered, {}, _ACCESS)
        request = cast("ClientRequest", _Message())
        try:
            await authorise(request, ask)
        except ClientError as error:
            # As for every request.
            raise BridgeResponseError("No login") from error

    def decode(header: bytes) -> None:
        # As aiohttp reads headers.
        text = header.decode(errors="surrogateescape")
        loop.run_until_complete(log_in(text))

    weakref.finalize(decode, loop.close)
    return decode
