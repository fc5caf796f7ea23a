"""The decoder of a whatwatt Go, and that of its login."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast
import weakref

from aiohttp import ClientError, ClientRequest, ClientResponse, hdrs
from multidict import CIMultiDict
from yarl import URL

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.errors import BridgeResponseError
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.bridges.whatwatt_go import login
from custom_components.meter_bridge.bridges.whatwatt_go.challenge import (
    read_challenges,
)
from custom_components.meter_bridge.bridges.whatwatt_go.decoder import (
    LIVE,
    REPORT,
    SYSTEM,
    WhatwattDecoder,
)
from tests.support.decoding import Decode, Decoding, Part

_URL = URL("http://127.0.0.1/api/v1/system")
_ACCESS = Access(address=parse_address("127.0.0.1"), password="secret", is_typed=True)
# Bytes that aiohttp accepts in a header.
_LONGEST_HEADER = 8190
_NONCE = b"5ccc069c403ebaf9f0171e9517f40e41"
_HEADERS = (
    b'Digest realm="whatwatt-9D5E00", qop="auth", nonce="%b", algorithm=MD5-sess'
    % _NONCE,
    b'Digest realm="whatwatt-1", qop="auth,auth-int", nonce="%b", opaque="a\\"b"'
    % _NONCE,
    b'Digest realm="whatwatt-1", qop=auth, nonce="%b", domain="/api http://127.0.0.1/"'
    % _NONCE,
    b'Basic realm="whatwatt-9D5E00.local"',
    b'Bearer scope="a", Digest  REALM="other",algorithm=md5-SESS,opaque=""',
)


@dataclass
class _Message:
    """The part of a request, or of its answer, that a login needs."""

    url: URL = _URL
    method: str = "GET"
    body: bytes = b""
    status: int = 401
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)

    @property
    def ok(self) -> bool:
        """Tell whether the answer is a good one."""
        return self.status < HTTPStatus.BAD_REQUEST

    def close(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing."""


def _challenge() -> Decode:
    """Return a decoder that reads a challenge, and logs in."""
    loop = asyncio.new_event_loop()

    async def log_in(header: str) -> None:
        offered = read_challenges((header,))
        answer = _Message()
        answer.headers[hdrs.WWW_AUTHENTICATE] = header

        async def ask(_request: ClientRequest) -> ClientResponse:
            return cast("ClientResponse", answer)

        authorise, _ = login.login(offered, {}, _ACCESS, login.no_nonces())
        request = cast("ClientRequest", _Message())
        try:
            await authorise(request, ask)
        except ClientError as error:
            # As the client does for every request.
            raise BridgeResponseError("No login") from error

    def decode(header: bytes) -> None:
        # As aiohttp decodes headers.
        text = header.decode(errors="surrogateescape")
        loop.run_until_complete(log_in(text))

    weakref.finalize(decode, loop.close)
    return decode


DECODING = Decoding(
    make=WhatwattDecoder,
    sources=lambda _body: (SYSTEM, REPORT, LIVE),
    reading=LIVE,
    events=True,
    # Live events are used only while the meter can be read.
    first=((SYSTEM, b'{"device": {"id": "9D5E00"}, "meter": {"status": "OK"}}'),),
    parts={
        "whatwatt_go_challenge": Part(
            make=_challenge, seeds=lambda _bodies: _HEADERS, largest=_LONGEST_HEADER
        )
    },
)
