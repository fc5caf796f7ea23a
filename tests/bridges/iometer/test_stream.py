"""The client's streams: push, silence, garbage, and other devices."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
    StreamClosedError,
)
from custom_components.meter_bridge.bridges.iometer import client as module
from custom_components.meter_bridge.bridges.iometer.client import IOmeterClient
from custom_components.meter_bridge.bridges.iometer.models import Status
from tests.bridges.iometer.conftest import (
    EVENTS,
    JSON,
    READING,
    STATUS,
    asked,
    followed,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.clients import Published, power, streaming
from tests.support.waiting import eventually


def shows(published: Published[Status], watts: float) -> bool:
    """Tell whether the last snapshot has this net power."""
    return power(published[-1]) == watts


async def test_readings_are_pushed(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """The last reading arrives at once, and each new one when read: two connections."""
    async with streaming(client) as (published, _):
        await eventually(lambda: published)
        for watts in (4000, 0, 12):
            simulator.house.draw(watts)
            simulator.tick()
            await eventually(partial(shows, published, watts))
        simulator.house.export(12)
        simulator.tick()
        await eventually(lambda: shows(published, -12))
    assert sorted(asked(simulator)) == [(READING, EVENTS), (STATUS, EVENTS)]
    await eventually(lambda: simulator.open_streams == 0)


async def test_a_status_is_pushed_where_it_is_news(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """A changed status is published with the last reading; an equal one is not."""
    async with streaming(client) as (published, _):
        await eventually(lambda: published and published[-1].readings)
        simulator.connection = "disconnected"
        simulator.tick()
        await eventually(lambda: published[-1].details.core_connected is False)
        assert power(published[-1]) == 321
        count = len(published)
        simulator.tick()
        simulator.connection = "connected"
        simulator.tick()
        await eventually(lambda: published[-1].details.core_connected)
        assert len(published) <= count + 2


async def test_a_replay_is_passed_on_with_its_time(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """The client passes replays on with their time: the account drops them."""
    async with streaming(client) as (published, _):
        await eventually(lambda: published and published[-1].readings)
        simulator.house.draw(555)
        simulator.tick()
        await eventually(lambda: power(published[-1]) == 555)
        newest = published[-1].readings[0].time
        simulator.replay()
        await eventually(lambda: power(published[-1]) == 321)
        oldest = published[-1].readings[0].time
    assert newest
    assert oldest
    assert oldest < newest


async def test_a_meter_that_is_gone_has_no_reading(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Without its meter, a reading is removed from the snapshot."""
    async with streaming(client) as (published, _):
        await eventually(lambda: published and published[-1].readings)
        simulator.push_raw(
            b"event: readingEvent\n"
            b'data: {"__typename": "iometer.reading.v1", "meter": null}\n\n'
        )
        await eventually(lambda: not published[-1].readings)


async def test_nothing_is_published_before_the_status_tells_whose_it_is(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Nothing is published before the status identifies the bridge."""
    await client.identify()
    await client.fetch()
    simulator.device_id = "0b8f3f0e-0000-4000-8000-000000000001"
    simulator.house.draw(4321)
    simulator.tick()
    simulator.stall(STATUS)
    async with streaming(client) as (published, _):
        await eventually(lambda: simulator.open_streams == 1)
        simulator.tick()
        await asyncio.sleep(0.05)
        assert not published
        simulator.heal()
        await eventually(lambda: published)
        assert {snapshot.serial for snapshot in published} == {simulator.device_id}


async def test_without_status_readings_are_pushed_all_the_same(
    simulator: IometerSimulator,
    client: IOmeterClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing status is requested from time to time, and followed once it exists."""
    monkeypatch.setattr(module, "_STATUS_SECONDS", 0.05)
    simulator.has_status = False
    identity = await client.identify()
    async with streaming(client) as (published, _):
        await eventually(lambda: published and published[-1].readings)
        assert published[-1].serial == identity.serial
        assert published[-1].details == Status(meter_number=simulator.meter_number)
        assert simulator.open_streams == 1
        simulator.house.draw(77)
        simulator.tick()
        await eventually(lambda: power(published[-1]) == 77)
        simulator.has_status = True
        await followed(simulator)
        await eventually(lambda: published[-1].details.pin == "entered")


async def test_a_status_that_is_not_streamed_is_asked_for(
    simulator: IometerSimulator,
    client: IOmeterClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the status is no stream it is polled, and readings are still pushed."""
    monkeypatch.setattr(module, "_STATUS_SECONDS", 0.05)
    simulator.streams_status = False
    async with streaming(client) as (published, _):
        await eventually(lambda: published and published[-1].details.pin)
        assert (STATUS, JSON) in asked(simulator)
        simulator.pin = "pending"
        await eventually(lambda: published[-1].details.pin == "pending")
        simulator.house.draw(88)
        simulator.pin = "entered"
        simulator.tick()
        await eventually(lambda: power(published[-1]) == 88)
        assert asked(simulator).count((READING, EVENTS)) == 1


async def test_no_reading_yet_ends_the_stream(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Before the first reading the stream ends, and polling continues."""
    simulator.forget()
    snapshot = await client.fetch()
    published: list[object] = []
    with pytest.raises(BridgeResponseError) as caught:
        await client.stream(published.append)
    assert caught.value.status == 404
    assert not snapshot.readings
    assert not published
    await eventually(lambda: simulator.open_streams == 0)


async def test_a_silent_status_is_followed_anew(
    simulator: IometerSimulator,
    client: IOmeterClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A status stream that is silent for long is opened anew."""
    monkeypatch.setattr(module, "_STATUS_IDLE_SECONDS", 0.05)
    async with streaming(client) as (_, task):
        with pytest.raises(BridgeConnectionError):
            await task
    await eventually(lambda: simulator.open_streams == 0)


REFUSALS: Mapping[str, Callable[[IometerSimulator, str | None], None]] = {
    "broken": lambda it, path: it.fail_with(500, path=path),
    "busy": lambda it, path: it.fail_with(429, path=path),
    "nonsense": lambda it, path: it.garble(b"[]", path=path),
    "elsewhere": lambda it, path: it.redirect("http://127.0.0.1:9/", path=path),
}
GARBAGE = {
    "not json": b"event: readingEvent\ndata: {oops\n\n",
    "html": b"event: readingEvent\ndata: <!doctype html>\n\n",
    "nan": b'event: readingEvent\ndata: {"__typename": NaN}\n\n',
    "a number": b"event: readingEvent\ndata: 17\n\n",
    "no type": b"event: readingEvent\ndata: {}\n\n",
    "not ours": b'event: readingEvent\ndata: {"__typename": "other.reading"}\n\n',
    "no end": b"data: " + b"x" * (1 << 21),
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_ends_the_stream(
    simulator: IometerSimulator, client: IOmeterClient, data: bytes
) -> None:
    """An invalid reading ends the stream with an error, and publishes nothing."""
    async with streaming(client) as (published, task):
        await eventually(lambda: published and published[-1].readings)
        await followed(simulator)
        count = len(published)
        simulator.push_raw(data)
        with pytest.raises(BridgeResponseError):
            await asyncio.wait_for(task, 3)
        assert len(published) == count
    await eventually(lambda: simulator.open_streams == 0)


@pytest.mark.parametrize(
    "data",
    [
        b": still here\n\n",
        b"event: keepAlive\ndata: {}\n\n",
        b"data: hello\n\n",
        b"event: readingEvent\n\n",
        b'event: readingEvent\ndata: {"__typename": "iometer.rea',
        b"\xff\xfe\x00\n\n",
    ],
)
async def test_what_is_no_event_of_ours_is_passed_over(
    simulator: IometerSimulator, client: IOmeterClient, data: bytes
) -> None:
    """Comments, other events and incomplete ones are ignored."""
    async with streaming(client) as (published, task):
        await eventually(lambda: published and published[-1].readings)
        await followed(simulator)
        count = len(published)
        simulator.push_raw(data)
        await asyncio.sleep(0.05)
        assert len(published) == count
        assert not task.done()


async def test_a_garbled_status_leaves_the_readings_alone(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """After an invalid status event, the status is polled instead."""
    async with streaming(client) as (published, task):
        await eventually(lambda: published and published[-1].readings)
        await followed(simulator)
        simulator.push_raw(b"event: statusEvent\ndata: []\n\n")
        await eventually(lambda: (STATUS, JSON) in asked(simulator))
        await eventually(lambda: simulator.open_streams == 1)
        simulator.house.draw(66)
        simulator.tick()
        await eventually(lambda: power(published[-1]) == 66)
        assert not task.done()


@pytest.mark.parametrize("path", [READING, STATUS, None])
@pytest.mark.parametrize("mishap", REFUSALS.values(), ids=REFUSALS)
async def test_only_bridge_errors_come_out(
    simulator: IometerSimulator,
    client: IOmeterClient,
    mishap: Callable[[IometerSimulator, str | None], None],
    path: str | None,
) -> None:
    """Refusals, redirects and nonsense all end in BridgeErrors."""
    mishap(simulator, path)
    with pytest.raises(BridgeError):
        await asyncio.wait_for(client.stream(lambda _: None), 3)
    await eventually(lambda: simulator.open_streams == 0)


async def test_streams_that_end(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """When one stream ends, both do."""
    async with streaming(client) as (_, task):
        await followed(simulator)
        simulator.end_streams()
        with pytest.raises(StreamClosedError):
            await task
    async with streaming(client) as (_, task):
        await followed(simulator)
        await simulator.unplug()
        with pytest.raises(BridgeConnectionError):
            await task
    assert simulator.open_streams == 0
