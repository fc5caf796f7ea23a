"""The client's errors for outages and bad input; no wrong number is shown."""

import asyncio
from collections.abc import Callable
import json

import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
    StreamClosedError,
)
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from custom_components.meter_bridge.bridges.whatwatt_go.system import Details
from custom_components.meter_bridge.bridges.whatwatt_go.variables import VARIABLES
from tests.bridges.whatwatt_go.conftest import LIVE, REPORT, SETTINGS, SYSTEM
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.clients import Published, asked, streaming, values
from tests.support.waiting import eventually

type Break = Callable[[WhatwattGoSimulator, str], None]

MISHAPS: dict[str, tuple[Break, type[BridgeError]]] = {
    "list": (lambda it, path: it.garble(b"[1]", path), BridgeResponseError),
    "types": (
        lambda it, path: it.garble(b'{"device":{"id":7},"report":3,"meter":""}', path),
        BridgeResponseError,
    ),
    "missing": (lambda it, path: it.fail_with(404, path=path), BridgeResponseError),
    "busy": (lambda it, path: it.fail_with(503, path=path), BridgeConnectionError),
}


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("path", [SYSTEM, REPORT])
async def test_a_bad_answer_is_an_error_of_ours(
    simulator: WhatwattGoSimulator, client: WhatwattClient, path: str, mishap: str
) -> None:
    """A failed request raises the right error; the next one works after recovery."""
    break_, error = MISHAPS[mishap]
    break_(simulator, path)
    with pytest.raises(error):
        await client.fetch()
    simulator.heal()
    assert values(await client.fetch())[NET_POWER] == 321


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_a_bad_stream_is_an_error_of_ours(
    simulator: WhatwattGoSimulator, client: WhatwattClient, mishap: str
) -> None:
    """Any other answer than a stream raises its error and publishes nothing."""
    break_, error = MISHAPS[mishap]
    break_(simulator, LIVE)
    published: Published[Details] = []
    with pytest.raises(error):
        await client.stream(published.append)
    assert published == []


@pytest.mark.parametrize(
    "data",
    [
        b"event: live\ndata: {\n\n",
        b"event: live\ndata: {}garbage\n\n",
        b'event: live\ndata: {"P_In":NaN}\n\n',
        b"event: live\ndata: \xff\xfe\n\n",
        b"event: live\ndata: " + b" " * (2 << 20),
    ],
)
async def test_a_garbled_event_ends_the_stream(
    simulator: WhatwattGoSimulator, client: WhatwattClient, data: bytes
) -> None:
    """An event that is no JSON, or too long, ends the stream; the next try works."""
    async with streaming(client, simulator) as (published, task):
        simulator.push_raw(data)
        with pytest.raises(BridgeResponseError):
            await task
        assert published == []
    await eventually(lambda: simulator.open_streams == 0)
    async with streaming(client, simulator) as (published, task):
        simulator.tick()
        await eventually(lambda: published)


@pytest.mark.parametrize(
    "data",
    [
        b"event: live\ndata: []\n\n",
        b"event: live\ndata: 5\n\n",
        b'event: live\ndata: {"P_In":"?","P_Out":true,"E_In":1e300,"Vol":{}}\n\n',
        b"event: reading\ndata: {\n\n",
        b"data: {\n\n",
        b'event: live\ndata: {"P_In":9.99',
    ],
)
async def test_an_event_without_a_reading_is_passed_over(
    simulator: WhatwattGoSimulator, client: WhatwattClient, data: bytes
) -> None:
    """Empty, unknown and incomplete events are ignored; the stream goes on."""
    async with streaming(client, simulator) as (published, task):
        simulator.push_raw(data)
        await asyncio.sleep(0.02)
        assert not task.done()
        simulator.push_raw(b"\n\n" if data.endswith(b"9.99") else b"")
        if not data.endswith(b"9.99"):
            simulator.tick()
            await eventually(lambda: published)
            assert values(published[0])[NET_POWER] == 321
        else:
            with pytest.raises(BridgeResponseError):
                await task
            assert published == []


async def test_an_event_may_come_in_pieces(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """An event is complete wherever its bytes were split."""
    await client.fetch()
    message = simulator.message("live")
    assert message
    async with streaming(client, simulator) as (published, _):
        for start in range(0, len(message), 97):
            simulator.push_raw(message[start : start + 97])
            await asyncio.sleep(0.002)
        await eventually(lambda: published)
        assert values(published[0])[NET_POWER] == 321


async def test_the_end_of_a_stream_is_told_from_a_break(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """An orderly end means that another listener took over; a reset does not."""
    async with streaming(client, simulator) as (_, task):
        await simulator.unplug()
        with pytest.raises(BridgeConnectionError) as broken:
            await task
        assert not isinstance(broken.value, StreamClosedError)
        assert broken.value.retry_after == 0
    await simulator.plug_in()
    async with streaming(client, simulator) as (_, task):
        simulator.end_streams()
        with pytest.raises(StreamClosedError) as closed:
            await task
        assert closed.value.retry_after == 300


async def test_a_reboot_while_streaming(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A reboot breaks the stream; then the device is read again, with its new start."""
    before = (await client.fetch()).details.last_restart
    async with streaming(client, simulator) as (_, task):
        await client.reboot()
        with pytest.raises(BridgeConnectionError):
            await task
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    assert simulator.rebooting
    await simulator.rebooting
    async with streaming(client, simulator) as (published, _):
        simulator.tick()
        await eventually(lambda: published)
    after = published[0].details.last_restart
    assert before
    assert after
    assert after > before
    assert values(published[0])[NET_POWER] == 321


async def test_another_device_at_the_address_names_itself(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Every report has the device's id, so another device is noticed at once."""
    await client.fetch()
    simulator.device_id = "02A4C61B0000"
    snapshot: Snapshot[Details] = await client.fetch()
    rest = [*SETTINGS, VARIABLES]
    assert asked(simulator) == [SYSTEM, REPORT, *rest, REPORT, SYSTEM, *rest]
    assert snapshot.serial == "02A4C61B0000"


async def test_half_a_report_shows_half(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Values of a wrong type are left out rather than converted."""
    report = {
        "id": [],
        "tariff": "two",
        "date_time_utc": "yesterday",
        "instantaneous_power": {"active": {"positive": {"total": "0.5"}}},
        "voltage": {"l1": None, "l2": {}, "l3": "231"},
        "conv_factor": "x",
    }
    answer = {"report": report, "meter": {"status": "ok "}, "system": []}
    simulator.garble(json.dumps(answer).encode(), REPORT)
    snapshot = await client.fetch()
    assert values(snapshot) == {"1.7.0": 500, "16.7.0": 500, "72.7.0": 231}
    assert snapshot.readings[0].time is None
    assert (snapshot.details.tariff, snapshot.details.conv_factor) == (1, None)
