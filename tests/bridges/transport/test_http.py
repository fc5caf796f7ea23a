"""Test requests to a bridge: their answers, and the error of each failure."""

import asyncio
import gzip
import time
import zlib

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.transport.http import BODY_LIMIT, BridgeHttp
from tests.support.servers import RawServer, always, scripted, serving


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "text/html", "application/octet-stream", "x/y"],
)
async def test_json_may_come_under_any_name(content_type: str) -> None:
    """JSON with another content type is accepted."""
    answer = always('{"P": 321}', content_type=content_type)
    async with serving(answer) as (http, _):
        assert await http.get_json("/api") == {"P": 321}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html></html>",
        b"{",
        b"NaN",
        b"1e400",
        b"9" * 400,
        b'"\xff"',
        b'"\\ud800"',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_what_is_not_json_is_another_device(body: bytes) -> None:
    """An empty page, a web page or endlessly nested JSON is no answer of a bridge."""
    async with serving(always(body)) as (http, _):
        with pytest.raises(BridgeResponseError):
            await http.get_json("/api")


async def test_no_content_is_an_answer() -> None:
    """A 204 is a valid answer to a command, but an error if JSON is expected."""
    async with serving(always(status=204)) as (http, _):
        answer = await http.request("POST", "/restart")
        assert (answer.status, answer.body) == (204, b"")
        with pytest.raises(BridgeResponseError):
            answer.json()


async def test_a_request_says_what_it_is_told() -> None:
    """Path, query, body and headers arrive as they were given."""
    async with serving(always()) as (http, requests):
        await http.request(
            "POST", "/a%2Fb?x=1+2&y=%C3%A4", json={"on": True}, headers={"X-Token": "t"}
        )
        await http.get_json("/plain")
        sent, plain = requests
        assert sent.raw_path == "/a%2Fb?x=1+2&y=%C3%A4"
        assert dict(sent.query) == {"x": "1 2", "y": "ä"}
        assert sent.headers["X-Token"] == "t"
        assert sent.content_type == "application/json"
        assert plain.headers["Accept"] == "application/json"
        assert "Content-Type" not in plain.headers


@pytest.mark.parametrize("given", [{"on": True}, [], 0, False, ""])
async def test_a_body_is_sent_as_json(given: object) -> None:
    """Every body is sent as JSON, also one that is false in Python."""

    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(body=await request.read())

    async with serving(echo) as (http, _):
        assert (await http.request("PUT", "/", json=given)).json() == given


@pytest.mark.parametrize(
    ("status", "without_login", "with_login"),
    [
        (300, BridgeResponseError, BridgeResponseError),
        (304, BridgeResponseError, BridgeResponseError),
        (400, BridgeResponseError, BridgeResponseError),
        (401, BridgeResponseError, BridgeAuthError),
        (403, BridgeResponseError, BridgePermissionError),
        (404, BridgeResponseError, BridgeResponseError),
        (429, BridgeConnectionError, BridgeConnectionError),
        (500, BridgeConnectionError, BridgeConnectionError),
        (503, BridgeConnectionError, BridgeConnectionError),
        (599, BridgeConnectionError, BridgeConnectionError),
    ],
)
async def test_each_status_has_its_error(
    status: int, without_login: type[BridgeError], with_login: type[BridgeError]
) -> None:
    """Each status has its error; that of a login only for kinds that have one."""
    for has_login, expected in ((False, without_login), (True, with_login)):
        async with serving(always(status=status), has_login=has_login) as (http, _):
            with pytest.raises(BridgeError) as raised:
                await http.get_json("/api")
            assert type(raised.value) is expected
            assert raised.value.status == status


async def test_an_error_keeps_what_was_said() -> None:
    """An error keeps body and challenges: they show the missing licence or login."""
    answer = always(
        "Who are you? ä" + "!" * 5000,
        status=401,
        headers=[("WWW-Authenticate", "Digest a"), ("WWW-Authenticate", "Basic b")],
    )
    async with serving(answer, has_login=True) as (http, _):
        with pytest.raises(BridgeAuthError) as raised:
            await http.get_json("/api")
        assert raised.value.body.startswith("Who are you? ä!!!")
        assert len(raised.value.body) <= 4096
        assert raised.value.challenges == ("Digest a", "Basic b")


async def test_a_redirect_is_not_followed() -> None:
    """Redirects are not followed, not even within the same device."""
    async with serving(always()) as (elsewhere, requests):
        for status in (301, 302, 303, 307, 308):
            for location in (str(elsewhere.url), "/", "http://[", ""):
                answer = always(status=status, headers=[("Location", location)])
                async with serving(answer, has_login=True) as (http, asked):
                    with pytest.raises(BridgeResponseError):
                        await http.get_json("/api")
                    assert len(asked) == 1
        assert requests == []


async def test_requests_take_turns() -> None:
    """Requests are sent one at a time; after a failure, the next one is sent."""
    present = most = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal present, most
        present += 1
        most = max(most, present)
        await asyncio.sleep(0.01)
        present -= 1
        return web.Response(text="{}", status=500 if request.path == "/bad" else 200)

    async with serving(answer) as (http, requests):
        results = await asyncio.gather(
            *(http.get_json(path) for path in ("/1", "/bad", "/2", "/bad", "/3")),
            return_exceptions=True,
        )
        assert most == 1
        assert len(requests) == 5
        assert [result for result in results if not isinstance(result, Exception)] == [
            {},
            {},
            {},
        ]


async def test_waiting_for_a_turn_takes_none_of_the_time() -> None:
    """The timeout of a request begins only when it is sent."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.1)
        return web.Response(text="{}")

    async with serving(answer, timeout=0.4) as (http, _):
        answers = await asyncio.gather(*(http.get_json("/") for _ in range(6)))
        assert answers == [{}] * 6


async def test_a_cancelled_request_closes_and_hands_on() -> None:
    """A cancelled request closes its connection, and the next one is sent."""
    async with scripted(30.0) as (http, server):
        task = asyncio.create_task(http.get_json("/slow"))
        await asyncio.wait_for(server.asked.wait(), 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 2)
        server.script = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",)
        assert await http.get_json("/next") == {}


async def measure(http: BridgeHttp) -> float:
    """Return the time until a request is given up."""
    started = time.monotonic()
    with pytest.raises(BridgeConnectionError):
        await http.get_json("/api")
    return time.monotonic() - started


@pytest.mark.parametrize(
    "trickle",
    [
        [],
        [b"H"],
        [b"HTTP/1.1 200 OK\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", *[b" ", 0.02] * 50],
        [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n", 0.02] * 50],
    ],
    ids=["silent", "half a word", "half a head", "body", "head"],
)
async def test_an_answer_has_a_total_time(trickle: list[bytes | float]) -> None:
    """Neither silence nor a slow answer takes longer than the timeout."""
    async with scripted(*trickle, 30.0, timeout=0.2) as (http, server):
        assert 0.15 < await measure(http) < 0.9
        await asyncio.wait_for(server.left.wait(), 2)


@pytest.mark.parametrize("encoding", [None, "gzip", "deflate"])
async def test_a_body_has_a_limit(encoding: str | None) -> None:
    """A body over 1 MiB is refused, also if it was compressed."""
    body, headers = b" " * (64 * BODY_LIMIT), []
    if encoding:
        body = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
        headers = [("Content-Encoding", encoding)]
        assert len(body) < BODY_LIMIT
    async with serving(always(body, headers=headers)) as (http, _):
        with pytest.raises(BridgeResponseError, match="too large"):
            await http.get_json("/api")


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_of_just_the_limit_passes(chunked: bool) -> None:  # noqa: FBT001
    """A body of exactly the limit is accepted, one byte more is not."""
    sizes = iter((1000, 1001))

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        size = next(sizes)
        if chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = size
        await response.prepare(request)
        for _ in range(size):
            await response.write(b"1")
        return response

    async with serving(answer, limit=1000) as (http, _):
        assert (await http.request("GET", "/")).body == b"1" * 1000
        with pytest.raises(BridgeResponseError, match="too large"):
            await http.request("GET", "/")


async def test_an_endless_body_is_left_at_once() -> None:
    """The connection is closed as soon as the limit is exceeded."""
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    async with scripted(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[chunk] * 1024, 30.0
    ) as (http, server):
        with pytest.raises(BridgeResponseError, match="too large"):
            await http.get_json("/api")
        await asyncio.wait_for(server.left.wait(), 2)


async def test_nobody_there_is_a_connection_error() -> None:
    """A closed port, an unknown and an invalid name are connection errors."""
    server = RawServer(())
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()
    async with ClientSession() as session:
        for url in (
            URL.build(scheme="http", host="127.0.0.1", port=port),
            URL.build(scheme="https", host="127.0.0.1", port=port),
            URL.build(scheme="http", host="xn--a"),
            URL("/no/host"),
            URL("ftp://127.0.0.1"),
        ):
            with pytest.raises(BridgeConnectionError):
                await BridgeHttp(session=session, url=url, timeout=1).get_json("/")


async def test_https_to_a_server_without_is_a_connection_error() -> None:
    """HTTPS to a server without TLS is a connection error."""
    for verify_ssl in (True, False):
        async with serving(always()) as (http, _):
            http.url = http.url.with_scheme("https")
            http.verify_ssl = verify_ssl
            with pytest.raises(BridgeConnectionError):
                await http.get_json("/")
