"""Which stream the client follows (socket, events, none), and when it tries again."""

import pytest

from custom_components.meter_bridge.bridges.cozify_han import client as module
from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.cozify_han.decoder import CozifyHanDecoder
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeResponseError,
    StreamClosedError,
)
from tests.bridges.cozify_han.conftest import (
    EVENTS,
    METER_ID,
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


async def test_the_first_way_is_the_socket(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """The socket is tried first, once the reader has proved its identity."""
    await client.identify()
    await client.fetch()
    since = len(simulator.requests)
    async with streaming(client):
        await followed(simulator)
    assert asked(simulator, since) == [STATE, SOCKET]


async def test_a_refused_way_is_remembered(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """A stream that this firmware does not have is tried only once."""
    simulator.profile.absent = frozenset({SOCKET, EVENTS})
    await client.fetch()
    for tried in ([SOCKET, EVENTS, OLD_EVENTS], [OLD_EVENTS]):
        since = len(simulator.requests)
        async with streaming(client):
            await followed(simulator, OLD_EVENTS)
        assert asked(simulator, since) == [STATE, *tried]
        await eventually(lambda: simulator.open_streams == 0)


async def test_a_busy_way_is_tried_again(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """If a stream is busy, the next one is followed, and the first is tried later."""
    simulator.fail_with(503, path=SOCKET)
    async with streaming(client) as (_, task):
        await followed(simulator, EVENTS)
        simulator.heal()
        simulator.end_streams()
        with pytest.raises(StreamClosedError):
            await task
    async with streaming(client):
        await followed(simulator)


async def test_a_silent_way_is_left_for_the_next(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a socket opens but sends nothing, the client follows the events instead."""
    monkeypatch.setattr(module, "STALE_SECONDS", 0.2)
    simulator.silent = True
    async with streaming(client) as (published, _):
        await followed(simulator)
        await followed(simulator, EVENTS)
        simulator.silent = False
        simulator.tick()
        await eventually(lambda: says(published, 321))


async def test_a_reader_that_pushes_nothing_is_left_alone(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """Without any stream, polling goes on and the next try comes after ten minutes."""
    simulator.profile.absent = frozenset(WAYS)
    with pytest.raises(BridgeResponseError):
        await client.stream(lambda _: None)
    since = len(simulator.requests)
    with pytest.raises(BridgeConnectionError) as raised:
        await client.stream(lambda _: None)
    assert raised.value.retry_after == 600
    assert asked(simulator, since) == [STATE]
    assert power(await client.fetch()) == 321


async def test_ways_are_tried_again_after_an_update(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """New firmware may have a stream that the old one lacked: all are tried again."""
    simulator.profile.absent = frozenset({SOCKET, METER_ID})
    async with streaming(client) as (published, task):
        await followed(simulator, EVENTS)
        simulator.restart(version="1.1.0.0", absent=frozenset())
        with pytest.raises(StreamClosedError):
            await task
    async with streaming(client) as (published, _):
        await followed(simulator)
        simulator.tick()
        await eventually(lambda: published)
        assert published[-1].firmware == "1.1.0.0"
        assert published[-1].readings[0].meter.serial


async def test_ways_are_tried_again_after_an_outage(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """After an outage, all streams are tried again."""
    simulator.profile.absent = frozenset(WAYS)
    with pytest.raises(BridgeResponseError):
        await client.stream(lambda _: None)
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    simulator.profile.absent = frozenset()
    await simulator.plug_in()
    assert power(await client.fetch()) == 321
    async with streaming(client):
        await followed(simulator)


@pytest.mark.parametrize("way", WAYS)
async def test_an_error_of_ours_is_no_refusal(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    """If our parser fails on a message, the same stream is opened again."""
    simulator.profile.absent = frozenset({*WAYS} - {way})
    await client.fetch()
    take = CozifyHanDecoder.take

    def fail(self: CozifyHanDecoder, source: str, body: bytes | str) -> bool:
        if source == way:
            raise ZeroDivisionError
        return take(self, source, body)

    with monkeypatch.context() as patch:
        patch.setattr(CozifyHanDecoder, "take", fail)
        async with streaming(client) as (_, task):
            await eventually(lambda: simulator.open_streams or task.done())
            simulator.tick()
            with pytest.raises(ZeroDivisionError):
                await task
        await eventually(lambda: simulator.open_streams == 0)
    async with streaming(client):
        await followed(simulator, way)
