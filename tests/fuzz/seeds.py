"""Valid inputs: what our clients receive from simulators, and the captured answers."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp import ClientSession

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.errors import BridgeError
from custom_components.meter_bridge.bridges.transport import http
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.bridges.transport.answers import Answers
from custom_components.meter_bridge.bridges.transport.sse import Event, EventDecoder
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.waiting import eventually

_FIXTURES = Path(__file__).parents[1] / "bridges"


@dataclass(slots=True)
class Recording:
    """What came from a bridge: bodies, chunks of streams, and messages."""

    bodies: set[bytes] = field(default_factory=set)
    chunks: set[bytes] = field(default_factory=set)
    messages: set[bytes] = field(default_factory=set)


@contextmanager
def _recording_into(recording: Recording) -> Iterator[None]:
    """Record everything before it is decoded."""
    feed, record = EventDecoder.feed, Answers.record
    request = http.BridgeHttp.request

    async def note_body(
        self: http.BridgeHttp,
        *args: Any,  # noqa: ANN401 (passed on)
        **kwargs: Any,  # noqa: ANN401 (same)
    ) -> http.Answer:
        try:
            answer = await request(self, *args, **kwargs)
        except BridgeError as error:
            recording.bodies.add(error.body.encode())
            raise
        recording.bodies.add(answer.body)
        return answer

    def note_chunk(self: EventDecoder, chunk: bytes) -> Iterator[Event]:
        recording.chunks.add(bytes(chunk))
        for event in feed(self, chunk):
            recording.bodies.add(event.data.encode())
            yield event

    def note_message(
        self: Answers, name: str, body: bytes | str, status: int | None = None
    ) -> None:
        if not isinstance(body, str) and status is None:
            recording.messages.add(bytes(body))
            recording.bodies.add(bytes(body))
        record(self, name, body, status)

    with ExitStack() as stack:
        for target, name, noting in (
            (http.BridgeHttp, "request", note_body),
            (EventDecoder, "feed", note_chunk),
            (Answers, "record", note_message),
        ):
            stack.enter_context(patch.object(target, name, noting))
        yield


async def _record(key: str) -> Recording:
    """Record all that a client requests, and what the bridge pushes."""
    recording, house = Recording(), House()
    simulator, bridge = KINDS[key].simulator(house), BRIDGES[key]
    await simulator.start()
    async with ClientSession() as session:
        login = simulator.credentials
        access = Access(
            address=parse_address(simulator.address),
            username=login.get("username", ""),
            password=login.get("password", ""),
        )
        client = bridge.connect(access, session)
        with _recording_into(recording):
            await client.identify()
            await client.fetch()
            if bridge.pushes:
                stream = asyncio.create_task(client.stream(lambda _snapshot: None))
                await eventually(lambda: simulator.open_streams)
                for watts in (0, -785, 12_345):
                    house.draw(watts)
                    house.advance(10)
                    simulator.tick()
                    await asyncio.sleep(0.05)
                stream.cancel()
                with suppress(asyncio.CancelledError, BridgeError):
                    await stream
    await simulator.stop()
    recording.bodies.discard(b"")
    return recording


async def record_kind(key: str) -> Recording:
    """Record one kind of bridge, and add its captured answers."""
    recording = await _record(key)
    for path in sorted((_FIXTURES / key / "fixtures").glob("*.json")):
        recording.bodies.add(path.read_bytes())
    return recording


async def record_all() -> dict[str, Recording]:
    """Record every kind of bridge."""
    return {key: await record_kind(key) for key in KINDS}
