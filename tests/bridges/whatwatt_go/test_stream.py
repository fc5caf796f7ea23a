"""The live stream: readings, padding, gaps, and other listeners."""

import asyncio

from aiohttp import ClientSession
import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeLicenseError,
    StreamClosedError,
)
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.whatwatt_go import client as module, decoder
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from tests.bridges.whatwatt_go.conftest import LIVE, REPORT, SYSTEM
from tests.bridges.whatwatt_go.profiles import E450, E570, KMP
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.clients import asked, streaming, values
from tests.support.waiting import eventually


async def test_pushes_carry_readings(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Every event is a snapshot with the tariff, and needs no request."""
    await client.fetch()
    async with streaming(client, simulator) as (published, _):
        since = len(simulator.requests)
        simulator.house.export(1500)
        simulator.house.tariff = 2
        simulator.tick()
        simulator.push_raw(b": comment\n\nevent: live\ndata: {}\n\n")
        simulator.tick()
        await eventually(lambda: len(published) == 2)
        assert values(published[0])[NET_POWER] == -1500
        assert values(published[0])["1.7.0"] == 0
        assert published[0].details.tariff == 2
        assert published[0].readings[0].token != published[1].readings[0].token
        assert asked(simulator)[since:] == []
    await eventually(lambda: simulator.open_streams == 0)


async def test_the_report_has_told_padding(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A register that no report has is no value, however often the stream sends 0."""
    simulator.profile = E450
    named = values(await client.fetch())
    async with streaming(client, simulator) as (published, _):
        simulator.house.draw(0)
        simulator.tick()
        await eventually(lambda: published)
    assert values(published[0]).keys() == named.keys()
    assert values(published[0])[NET_POWER] == 0


async def test_what_the_stream_lacks_is_asked_for_beside_it(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Apparent power, only in the report, is polled and removed when it is old."""
    monkeypatch.setattr(module, "_SYSTEM_SECONDS", 0.05)
    simulator.profile = E570
    before = values(await client.fetch())["9.7.0"]
    async with streaming(client, simulator) as (published, _):
        simulator.house.draw(2000)
        simulator.tick()
        await eventually(lambda: published)
        assert values(published[0])["9.7.0"] == before
        await eventually(lambda: REPORT in asked(simulator)[3:])
        simulator.tick()
        await eventually(lambda: len(published) == 2)
        assert values(published[1])["9.7.0"] > before
        monkeypatch.setattr(decoder, "_REPORT_HOLDS_SECONDS", -1.0)
        simulator.tick()
        await eventually(lambda: len(published) == 3)
        assert "9.7.0" not in values(published[2])


async def test_a_failing_system_does_not_break_the_stream(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failing request for the system does not end the stream."""
    await client.fetch()
    monkeypatch.setattr(module, "_SYSTEM_SECONDS", 0.02)
    async with streaming(client, simulator) as (published, task):
        simulator.fail_with(503, path=SYSTEM)
        await eventually(lambda: asked(simulator).count(SYSTEM) >= 4)
        simulator.garble(b"{", path=SYSTEM)
        await eventually(lambda: asked(simulator).count(SYSTEM) >= 6)
        simulator.tick()
        await eventually(lambda: published)
        assert not task.done()


async def test_pushed_out_it_rests(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """If another listener takes the stream, the client polls and does not retake it."""
    await client.fetch()
    async with (
        streaming(client, simulator) as (_, task),
        ClientSession(f"http://{simulator.address}") as other,
        other.get(LIVE),
    ):
        with pytest.raises(StreamClosedError) as error:
            await task
        assert error.value.retry_after == 300
        with pytest.raises(BridgeConnectionError) as refused:
            await client.stream(lambda _: None)
        assert 299 < refused.value.retry_after <= 300
        simulator.house.draw(1234)
        simulator.tick()
        assert values(await client.fetch())[NET_POWER] == 1234
        assert asked(simulator).count(LIVE) == 2


async def test_pushed_out_without_a_licence(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a licence, the last reading is kept while fresh; then it is an error."""
    simulator.license = "FREE"
    monkeypatch.setattr(module, "_ONE_EVENT_SECONDS", 0.05)
    await client.fetch()
    await eventually(lambda: simulator.open_streams == 0)
    async with (
        streaming(client, simulator) as (published, task),
        ClientSession(f"http://{simulator.address}") as other,
    ):
        simulator.tick()
        await eventually(lambda: published)
        assert values(await client.fetch())[NET_POWER] == 321
        async with other.get(LIVE):
            with pytest.raises(StreamClosedError) as error:
                await task
            assert error.value.retry_after == 60
            assert values(await client.fetch())[NET_POWER] == 321
            monkeypatch.setattr(module, "_FRESH_SECONDS", -1.0)
            with pytest.raises(BridgeLicenseError):
                await client.fetch()
    assert asked(simulator).count(LIVE) == 3


@pytest.mark.parametrize("status", [429, 503])
async def test_a_stream_that_is_refused_needs_a_licence(
    simulator: WhatwattGoSimulator, client: WhatwattClient, status: int
) -> None:
    """If the device refuses report and stream, the licence is missing."""
    simulator.license = "FREE"
    simulator.fail_with(status, path=LIVE)
    with pytest.raises(BridgeLicenseError):
        await client.fetch()


async def test_a_stream_that_needs_a_licence_says_so(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A required licence has its own error, in every answer."""
    simulator.fail_with(404, "License required", path=LIVE)
    with pytest.raises(BridgeLicenseError):
        await client.stream(lambda _: None)
    simulator.fail_with(404, "License required", path=REPORT)
    with pytest.raises(BridgeLicenseError):
        await client.fetch()


async def test_a_stream_that_breaks_is_not_a_licence(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A device that disappears between two requests is only unreachable."""
    simulator.license = "FREE"
    task = asyncio.create_task(client.fetch())
    await eventually(lambda: simulator.open_streams == 1)
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError) as error:
        await task
    assert not isinstance(error.value, StreamClosedError)


async def test_a_meter_that_can_be_read_again(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """An event after a bad status is not used, but the next poll reads the report."""
    simulator.status = "NO DATA"
    await client.fetch()
    async with streaming(client, simulator) as (published, _):
        simulator.status = "OK"
        simulator.tick()
        simulator.license = "FREE"
        await asyncio.sleep(0.05)
        assert not published
        assert (await client.fetch()).details.meter_status == "ok"
        simulator.tick()
        await eventually(lambda: published)
        assert values(published[0])[NET_POWER] == 321


async def test_another_meter_is_another_matter(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Registers that one meter has sent are not assumed for the next meter."""
    monkeypatch.setattr(module, "_SYSTEM_SECONDS", 0.0)
    simulator.profile = KMP
    assert "13.7.0" in values(await client.fetch())
    simulator.status = "NOT CONNECTED"
    await client.fetch()
    simulator.profile, simulator.status = E450, "OK"
    await client.fetch()
    async with streaming(client, simulator) as (published, _):
        simulator.tick()
        await eventually(lambda: published)
    assert "13.7.0" not in values(published[0])


async def test_idle_time_fits_the_meter(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The idle limit of a stream is longer for a meter with a long interval."""
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.05)
    monkeypatch.setattr(module, "_IDLE_INTERVALS", 0)
    with pytest.raises(BridgeConnectionError):
        await client.stream(lambda _: None)
    monkeypatch.setattr(module, "_IDLE_INTERVALS", 3)
    async with streaming(client, simulator) as (_, task):
        await asyncio.sleep(0.15)
        assert not task.done()


async def test_padding_alone_is_not_published(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An event that may be all padding is not published."""
    monkeypatch.setattr(module, "_ONE_EVENT_SECONDS", 0.05)
    simulator.license = "FREE"
    await client.fetch()
    await eventually(lambda: simulator.open_streams == 0)
    async with streaming(client, simulator) as (published, task):
        simulator.push_raw(b'event: live\ndata: {"P_In":0,"E_In":0}\n\n')
        await asyncio.sleep(0.05)
        assert not published
        assert not task.done()
        simulator.tick()
        await eventually(lambda: published)
