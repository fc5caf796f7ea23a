"""Test the record of a bridge's answers: the last of each, limited in size."""

from aiohttp import web
import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    StreamClosedError,
)
from custom_components.meter_bridge.bridges.transport.answers import (
    KEPT_ANSWERS,
    KEPT_BYTES,
    Answers,
    RecordedAnswer,
)
from tests.support.servers import always, serving


def test_the_last_of_each_is_kept() -> None:
    """Only the last answer of each name is kept."""
    answers = Answers()
    answers.record("GET /a", b"1", 200)
    answers.record("GET /b", b"2", 200)
    answers.record("GET /a", b"33", 404)
    assert answers.latest() == {
        "GET /b": RecordedAnswer(status=200, size=1, body=b"2"),
        "GET /a": RecordedAnswer(status=404, size=2, body=b"33"),
    }


def test_it_cannot_grow() -> None:
    """Of too many answers the oldest is dropped; of a large one only the size stays."""
    answers = Answers()
    for number in range(3 * KEPT_ANSWERS):
        answers.record(f"GET /{number}", b"x" * KEPT_BYTES)
    answers.record("GET /large", b"x" * (KEPT_BYTES + 1))
    last = answers.latest()
    assert len(last) == KEPT_ANSWERS
    assert list(last)[-2:] == [f"GET /{3 * KEPT_ANSWERS - 1}", "GET /large"]
    assert last["GET /large"] == RecordedAnswer(
        status=None, size=KEPT_BYTES + 1, body=None
    )


def test_a_body_is_kept_as_it_came() -> None:
    """A body is kept without being copied or decoded."""
    answers, body = Answers(), b'{"a": 1}'
    answers.record("GET /a", body, 200)
    assert answers.latest()["GET /a"].body is body


async def test_answers_are_noted() -> None:
    """Good and bad answers are recorded, but none of a request without a name."""
    async with serving(always(b"{}")) as (http, _):
        await http.get_json("/a")
        await http.request("POST", "/b", json={"password": "x"})
        await http.request("POST", "/c", name="see")
        await http.request("POST", "/login", name="")
        good = RecordedAnswer(status=200, size=2, body=b"{}")
        assert http.answers.latest() == {"GET /a": good, "POST /b": good, "see": good}
    async with serving(always("busy", status=503)) as (http, _):
        for name in ("", None):
            with pytest.raises(BridgeConnectionError):
                await http.request("GET", "/a", name=name)
        assert http.answers.latest() == {
            "GET /a": RecordedAnswer(status=503, size=4, body="busy")
        }


async def test_streams_are_noted() -> None:
    """The last event of a stream is kept, and the last message of a WebSocket."""

    async def socket(request: web.Request) -> web.StreamResponse:
        if request.path == "/events":
            body = "data: 1\n\ndata: [2]\n\n"
            return web.Response(text=body, content_type="text/event-stream")
        response = web.WebSocketResponse()
        await response.prepare(request)
        for message in ("3", "[4]"):
            await response.send_str(message)
        await response.close()
        return response

    async with serving(socket) as (http, _):
        with pytest.raises(StreamClosedError):
            await http.follow("/events", lambda _: None)
        with pytest.raises(StreamClosedError):
            await http.follow_socket("/ws", lambda _: None)
        assert http.answers.latest() == {
            "Events /events": RecordedAnswer(status=None, size=3, body="[2]"),
            "Messages /ws": RecordedAnswer(status=None, size=3, body=b"[4]"),
        }
