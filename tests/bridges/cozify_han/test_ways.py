"""Socket, events or nothing: which way the client follows, and when it tries again."""

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
    """Before it is followed the reader proves itself; what is known is not asked."""
    await client.identify()
    await client.fetch()
    since = len(simulator.requests)
    async with streaming(client):
        await followed(simulator)
    assert asked(simulator, since) == [STATE, SOCKET]


async def test_a_refused_way_is_remembered(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """A way that this firmware does not have is tried once."""
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
    """A way that cannot serve now gives place to the next, but is not given up."""
    simulator.fail_with(503, path=SOCKET)
    async with streaming(client) as (_, task):
        await followed(simulator, EVENTS)
        simulator.heal()
        simulator.end_streams()
        with pytest.raises(StreamClosedError):
            await task
    async with streaming(client):
        await followed(simulator)


async def test_a_mute_way_gives_place_to_the_next(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A socket that opens but says nothing is no better than none."""
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
    """Without any way the next try comes after ten minutes, and polling goes on."""
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
    """A firmware may learn to push: nothing is remembered of the one before."""
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
    """Killed and revived, the reader is taken for what it is by then."""
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
    """If reading a message fails, the stream ends with that, and is tried again."""
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
