"""The client's streams against the simulator: three ways, silence, garbage."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from custom_components.meter_bridge.bridges.cozify_han import client as module
from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
    StreamClosedError,
)
from tests.bridges.cozify_han.conftest import (
    CONFIGURATION,
    EVENTS,
    HEALTH,
    OLD_EVENTS,
    SOCKET,
    STATE,
    followed,
    says,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.clients import asked, power, streaming
from tests.support.waiting import eventually

WAYS = [SOCKET, EVENTS, OLD_EVENTS]


@pytest.mark.parametrize("way", WAYS)
async def test_telegrams_are_pushed(
    simulator: CozifyHanSimulator, client: CozifyHanClient, way: str
) -> None:
    """Each new telegram comes by itself, by whichever way the firmware has."""
    simulator.profile.absent = frozenset(WAYS) - {way}
    async with streaming(client) as (published, _):
        await followed(simulator, way)
        since = len(simulator.requests)
        for watts in (4000, 0, 12):
            simulator.house.draw(watts)
            simulator.tick()
            await eventually(partial(says, published, watts))
        simulator.house.export(12)
        simulator.tick()
        await eventually(lambda: says(published, -12))
        assert len(simulator.requests) == since
    await eventually(lambda: simulator.open_streams == 0)


async def test_details_come_by_the_stream(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """State and settings are published where they are news, without a request."""
    await client.fetch()
    async with streaming(client) as (published, _):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: says(published, 321))
        since, count = len(simulator.requests), len(published)
        simulator.push_state()
        simulator.push_configuration()
        simulator.profile.online = False
        simulator.push_state()
        await eventually(lambda: published[-1].details.state.online is False)
        assert len(published) == count + 1
        simulator.profile.fuse = 35
        simulator.push_configuration()
        await eventually(lambda: published[-1].details.settings.fuse == 35)
        assert power(published[-1]) == 321
        assert len(simulator.requests) == since


async def test_what_no_stream_says_is_asked_beside(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Health is asked for now and then; that it fails at times breaks no stream."""
    for name in ("_DETAILS_SECONDS", "_METER_SECONDS"):
        monkeypatch.setattr(module, name, 0.05)
    async with streaming(client) as (published, task):
        await followed(simulator)
        simulator.fail_with(500, path=STATE)
        simulator.fail_with(500, path=HEALTH)
        since = len(simulator.requests)
        await eventually(lambda: asked(simulator, since).count(CONFIGURATION) > 1)
        simulator.heal()
        simulator.profile.free_heap = 4711
        since = len(simulator.requests)
        await eventually(lambda: asked(simulator, since).count(HEALTH) > 1)
        simulator.tick()
        await eventually(lambda: published)
        assert published[-1].details.health.free_heap == 4711
        assert not task.done()


async def test_a_replay_is_passed_on_with_its_time(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """The client leaves it to the account to see that a telegram is an older one."""
    async with streaming(client) as (published, _):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: published)
        simulator.push({"type": "HAN_METER_MESSAGE", "ts": 1768212845, "ic": 1})
        await eventually(lambda: len(published) > 1)
        earlier, later = (each.readings[0].time for each in reversed(published[-2:]))
        assert earlier
        assert later
        assert earlier < later


async def test_another_reader_proves_another_identity(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """Whoever took over the address never passes as the one before."""
    await client.identify()
    await client.fetch()
    simulator.profile.mac = "02:00:00:00:00:01"
    async with streaming(client) as (published, _):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: published)
        assert {each.serial for each in published} == {"02:00:00:00:00:01"}


@pytest.mark.parametrize("way", WAYS)
async def test_unknown_messages_are_passed_over(
    simulator: CozifyHanSimulator, client: CozifyHanClient, way: str
) -> None:
    """Types of tomorrow neither publish nor end anything."""
    simulator.profile.absent = frozenset(WAYS) - {way}
    simulator.chatter = True
    async with streaming(client) as (published, task):
        await followed(simulator, way)
        simulator.push({"type": "HAN_OTA_MESSAGE", "progress": 17})
        simulator.push({"type": "OTHER"})
        await asyncio.sleep(0.05)
        assert not published
        simulator.tick()
        await eventually(lambda: says(published, 321))
        assert not task.done()


GARBAGE = {
    "no json": b"{oops",
    "html": b"<!doctype html>",
    "bytes": b"\xff\xfe\x00",
    "too large": b'"' + b"x" * (1 << 21) + b'"',
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_ends_the_socket(
    simulator: CozifyHanSimulator, client: CozifyHanClient, data: bytes
) -> None:
    """A message that cannot be one is an error and publishes nothing."""
    async with streaming(client) as (published, task):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: published)
        count = len(published)
        simulator.push_raw(data)
        with pytest.raises(BridgeResponseError):
            await asyncio.wait_for(task, 3)
        assert len(published) == count
    async with streaming(client):
        await followed(simulator)


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (b": still here\n\n", False),
        (b"event: ping\ndata: hello\n\n", False),
        (b"data: hello\n\n", False),
        (b"event: HAN_METER_MESSAGE\ndata: 17\n\n", False),
        (b"event: HAN_METER_MESSAGE\ndata: {oops\n\n", True),
    ],
)
async def test_odd_events(
    simulator: CozifyHanSimulator, client: CozifyHanClient, data: bytes, *, ends: bool
) -> None:
    """Events of other names are not even decoded; ours have to be JSON."""
    simulator.profile.absent = frozenset({SOCKET})
    async with streaming(client) as (published, task):
        await followed(simulator, EVENTS)
        simulator.tick()
        await eventually(lambda: published)
        simulator.push_raw(data)
        await asyncio.sleep(0.05)
        assert task.done() is ends
        assert len(published) == 1
        if ends:
            with pytest.raises(BridgeResponseError):
                await task


async def test_streams_that_end(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """Closed in good order, dropped or unplugged: each end is told, none is hidden."""
    ends: Mapping[str, tuple[Callable[[], object], type[BridgeError]]] = {
        "closed": (simulator.end_streams, StreamClosedError),
        "dropped": (simulator.drop_streams, BridgeConnectionError),
    }
    for end, error in ends.values():
        async with streaming(client) as (published, task):
            await followed(simulator)
            simulator.tick()
            await eventually(lambda: published)
            end()
            with pytest.raises(error):
                await asyncio.wait_for(task, 3)
        await eventually(lambda: simulator.open_streams == 0)
    async with streaming(client) as (published, task):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: published)
        await simulator.unplug()
        with pytest.raises(BridgeConnectionError):
            await asyncio.wait_for(task, 3)
    assert simulator.open_streams == 0


@pytest.mark.parametrize(
    "mishap",
    [
        lambda it: it.fail_with(500),
        lambda it: it.garble(b'{"type": "HAN_OTHER"}'),
    ],
)
async def test_only_bridge_errors_come_out(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    mishap: Callable[[CozifyHanSimulator], None],
) -> None:
    """Refused or answered nonsense, whichever way is tried: the error is ours."""
    mishap(simulator)
    with pytest.raises(BridgeError):
        await asyncio.wait_for(client.stream(lambda _: None), 3)
    assert simulator.open_streams == 0
