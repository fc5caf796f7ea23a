"""Test malformed HTTP answers: each raises one of our errors, and none hangs."""

import asyncio
import gzip
import time

from aiohttp.http_parser import HttpResponseParserPy
import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
)
from tests.support.servers import Cut, Step, scripted

OK = b"HTTP/1.1 200 OK\r\n"
EVENTS = b"Content-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
TEN = b"Content-Length: 10\r\n\r\n0123456789"

# aiohttp decides which error each is; what matters is that none is taken for JSON.
BROKEN: dict[str, tuple[Step, ...]] = {
    "closed at once": (),
    "reset at once": (Cut.RESET,),
    "no HTTP": (b"<html>hello</html>",),
    "binary": (b"\x00\xff\xfe\r\n\r\n",),
    "status is a word": (b"HTTP/1.1 fine OK\r\n\r\n",),
    "status too long": (b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",),
    "status zero": (b"HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\n{}",),
    "upgrade": (b"HTTP/1.1 101 OK\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",),
    "for ever 100": (b"HTTP/1.1 100 Continue\r\n\r\n" * 50,),
    "header without colon": (OK + b"header\r\nContent-Length: 2\r\n\r\n{}",),
    "header with zero": (OK + b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",),
    "header too long": (OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n{}",),
    "headers too many": (OK + b"X: y\r\n" * 20_000 + b"\r\n{}",),
    "header without end": (OK + b"X: " + b"x" * (1 << 21),),
    "head cut": (OK + b"Content-Le",),
    "length too long": (OK + b"Content-Length: 20\r\n\r\n{}",),
    "length too short": (OK + b"Content-Length: 1\r\n\r\n{}",),
    "length negative": (OK + b"Content-Length: -1\r\n\r\n{}",),
    "length a word": (OK + b"Content-Length: two\r\n\r\n{}",),
    "length huge": (OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}",),
    "length and chunks": (
        OK + b"Content-Length: 2\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n",
    ),
    "chunk size a word": (OK + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",),
    "chunk size negative": (OK + CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",),
    "later chunk broken": (OK + CHUNKED, 0.05, b"2\r\n{}\r\n", 0.05, b"zz\r\n\r\n"),
    "chunk cut": (OK + CHUNKED + b"20\r\n{}",),
    "last chunk missing": (OK + CHUNKED + b"2\r\n{}\r\n",),
    "gzip is none": (OK + b"Content-Encoding: gzip\r\n" + TEN,),
    "deflate is none": (OK + b"Content-Encoding: deflate\r\n" + TEN,),
    "brotli is none": (OK + b"Content-Encoding: br\r\n" + TEN,),
    "zstd is none": (OK + b"Content-Encoding: zstd\r\n" + TEN,),
    "gzip cut": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}")[:12],),
    "reset mid-body": (OK + b"Content-Length: 20\r\n\r\n{", 0.05, Cut.RESET),
    "reset mid-chunk": (OK + CHUNKED + b"20\r\n{}", 0.05, Cut.RESET),
}


@pytest.fixture(params=["C", "Python"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use each parser of aiohttp: they fail differently."""
    if request.param == "Python":
        monkeypatch.setattr(
            "aiohttp.client_proto.HttpResponseParser", HttpResponseParserPy
        )


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
async def test_a_broken_answer_is_our_error(script: tuple[Step, ...]) -> None:
    """Every malformed answer raises a BridgeError, without a long wait."""
    started = time.monotonic()
    async with scripted(*script, has_login=True, timeout=0.2) as (http, _):
        with pytest.raises((BridgeConnectionError, BridgeResponseError)):
            await http.get_json("/api")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
async def test_a_broken_stream_is_our_error(script: tuple[Step, ...]) -> None:
    """Every malformed stream raises a BridgeError, too."""
    as_stream = tuple(
        step.replace(OK, OK + EVENTS) if isinstance(step, bytes) else step
        for step in script
    )
    started = time.monotonic()
    async with scripted(*as_stream, has_login=True, timeout=0.2) as (http, _):
        with pytest.raises((BridgeConnectionError, BridgeResponseError)):
            await http.follow("/live", lambda _: None, idle=0.2)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "headers",
    [
        b"Set-Cookie: a=b; expires=never; max-age=" + b"9" * 40 + b"; domain=..\r\n",
        b"Content-Type: ;;;/;charset=what\r\n",
        b"Link: <<<>\r\n",
        b"Content-Encoding: what\r\n",
        b"Server: \xff\xfe\r\n",
        b"Date: yesterday\r\nRetry-After: never\r\nAge: -1\r\n",
    ],
)
async def test_odd_headers_do_no_harm(headers: bytes) -> None:
    """Odd headers that we do not use do no harm."""
    answer = OK + headers + b"Content-Length: 2\r\n\r\n{}"
    async with scripted(answer) as (http, _):
        assert await http.get_json("/api") == {}


async def test_the_body_of_an_error_may_come_in_pieces() -> None:
    """The body of an error is read completely, also if it arrives in pieces."""
    head = b"HTTP/1.1 404 Not Found\r\n" + CHUNKED
    pieces = (b"8\r\nLicense \r\n", 0.05, b"8\r\nrequired\r\n", 0.05, b"0\r\n\r\n")
    async with scripted(head, 0.05, *pieces) as (http, _):
        with pytest.raises(BridgeResponseError) as raised:
            await http.get_json("/api")
        assert (raised.value.status, raised.value.body) == (404, "License required")


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ((b"Content-Length: 10\r\n\r\nWho",), "Who"),
        ((b"Content-Length: 10\r\n\r\nWho", 0.05, Cut.RESET), "Who"),
        ((CHUNKED + b"3\r\nWho\r\n", 0.05, b"zz\r\n"), "Who"),
        ((b"Content-Encoding: gzip\r\n" + TEN,), ""),
        ((b"Content-Length: 10\r\n\r\nWho", 30.0), "Who"),
        ((b"Content-Length: 10\r\n\r\n", 30.0), ""),
        ((b"Content-Length: 10\r\n\r\n", *[b"W", 0.04] * 9), "WWW"),
        ((b"\r\n" + b"W" * 100_000, 30.0), "W" * 4096),
        ((b"\r\n\xff\xc3",), "\ufffd\ufffd"),
    ],
    ids=["cut", "reset", "chunk", "gzip", "stall", "none", "slow", "long", "bytes"],
)
async def test_the_status_counts_even_if_the_body_breaks(
    rest: tuple[Step, ...], said: str
) -> None:
    """A refused login is recognised by its status, even if its body is broken."""
    head = b"HTTP/1.1 401 Unauthorized\r\n"
    async with scripted(head, *rest, has_login=True, timeout=0.15) as (http, _):
        for ask in (http.get_json("/"), http.follow("/", lambda _: None)):
            async with asyncio.timeout(2):
                with pytest.raises(BridgeAuthError) as raised:
                    await ask
            assert raised.value.body.startswith(said)
            assert len(raised.value.body) <= 4096


async def test_challenges_may_be_any_bytes() -> None:
    """Challenges are passed on as they are."""
    head = b"HTTP/1.1 401 x\r\nWWW-Authenticate: \xff\r\nContent-Length: 0\r\n\r\n"
    async with scripted(head, has_login=True) as (http, _):
        with pytest.raises(BridgeAuthError) as raised:
            await http.get_json("/")
        assert len(raised.value.challenges) == 1


async def test_an_error_has_one_family() -> None:
    """All failures of a request are BridgeErrors."""
    for kind in (BridgeAuthError, BridgeConnectionError, BridgeResponseError):
        assert issubclass(kind, BridgeError)
