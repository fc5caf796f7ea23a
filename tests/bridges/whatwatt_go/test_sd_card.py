"""Downloads from the memory card: slow, one at a time, ended if power runs low."""

import asyncio
from datetime import UTC, datetime

from aiohttp.web import Response
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.meter_bridge.bridges.errors import BridgeConnectionError
from custom_components.meter_bridge.bridges.whatwatt_go import supply, web
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from tests.bridges.conftest import Connect
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.waiting import eventually

IMPORT = frozenset({"1.8.0"})


def fill(simulator: WhatwattGoSimulator, days: int = 1) -> list[int]:
    """Let the device log for days; return the full hours."""
    simulator.sd_enabled = True
    hours = []
    for _ in range(days * 24 * 15):
        simulator.house.advance(240)
        simulator.tick()
        if not int(simulator.house.now.timestamp()) % 3600:
            hours.append(int(simulator.house.now.timestamp()))
    return hours


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch, simulator: WhatwattGoSimulator) -> None:
    """Download fast, so that a test does not last for minutes."""
    monkeypatch.setattr(web, "BYTES_PER_SECOND", 1e7)
    simulator.sd_speed = 1e8


@pytest.mark.usefixtures("_fast")
async def test_counters_at_full_hours(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Each day's log is read once, and has the counters of every full hour."""
    begin = simulator.house.import_energy
    hours = fill(simulator, 3)
    await client.identify()
    since = len(simulator.requests)
    found = (await client.counters_at(IMPORT, hours))["1.8.0"]
    assert list(found) == hours
    for number, at in enumerate(hours, 1):
        assert found[at] == pytest.approx(float(begin) + 321 * number, abs=1)
    assert await client.counters_at(IMPORT, hours[:20])
    paths = [request.path for request in simulator.requests[since:]]
    logs = [path for path in paths if path.endswith(".CSV")]
    assert len(logs) == len(set(logs)) == 4
    assert simulator.most_at_once <= 2


@pytest.mark.usefixtures("_fast")
async def test_the_present_day(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Today's log is read once for what it tells of, and again for later hours."""
    hours = fill(simulator)[:12]
    name = "20260601.CSV"
    rows = simulator.sd_files[name].splitlines(keepends=True)
    simulator.sd_files = {name: b"".join(rows[: len(rows) // 2])}
    freezer.move_to(datetime(2026, 6, 1, 21, 30, tzinfo=UTC))
    await client.identify()

    async def asked(last: int) -> int:
        since = len(simulator.requests)
        await client.counters_at(IMPORT, hours[:last])
        await client.powers_in(IMPORT, hours[:last])
        paths = [request.path for request in simulator.requests[since:]]
        return sum(path.endswith(".CSV") for path in paths)

    assert [await asked(last) for last in (3, 4, 2)] == [1, 0, 0]
    simulator.sd_files = {name: b"".join(rows)}
    assert [await asked(last) for last in (9, 9, 3)] == [1, 0, 0]


async def test_as_slow_as_the_device_can_bear(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The download keeps to the chosen speed, apart from what socket buffers hold."""
    fill(simulator, 2)
    monkeypatch.setattr(web, "BYTES_PER_SECOND", 20_000.0)
    simulator.sd_speed = 1e8
    simulator.sd_files["20260602.CSV"] += b"#" * 400_000 + b"\n"
    task = asyncio.create_task(
        client.counters_at(
            IMPORT, [int(datetime(2026, 6, 2, 12, tzinfo=UTC).timestamp())]
        )
    )
    await eventually(lambda: simulator.downloads)
    await asyncio.sleep(1.5)
    assert 20_000 < simulator.sent < 1.6 * 20_000 + 110_000
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.usefixtures("_fast")
async def test_live_requests_go_beside(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A poll does not wait for a download."""
    hours = fill(simulator)
    simulator.sd_speed = 20_000.0
    await client.identify()
    task = asyncio.create_task(client.counters_at(IMPORT, hours))
    await eventually(lambda: simulator.downloads)
    await client.fetch()
    assert not task.done()
    simulator.sd_speed = 1e8
    await task


@pytest.mark.usefixtures("_fast")
async def test_never_drained(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A download ends when the device's charge is low, and starts again later."""
    hours = fill(simulator)
    monkeypatch.setattr(supply, "_WATCH_SECONDS", 0.05)
    simulator.sd_speed = 20_000.0
    await client.identify()
    task = asyncio.create_task(client.counters_at(IMPORT, hours))
    await eventually(lambda: simulator.downloads)
    simulator.volts = {**simulator.volts, "v_scap": 3.59}
    with pytest.raises(BridgeConnectionError, match="charge"):
        await task
    await eventually(lambda: not simulator.downloads)
    with pytest.raises(BridgeConnectionError, match="charge"):
        await client.counters_at(IMPORT, hours)
    simulator.volts = {**simulator.volts, "v_usb": 5.01}
    simulator.sd_speed = 1e8
    assert (await client.counters_at(IMPORT, hours))["1.8.0"]


@pytest.mark.usefixtures("_fast")
async def test_late_answers_end_the_download(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A download ends once any answer is late, and starts again the next time."""
    hours = fill(simulator)
    await client.identify()
    simulator.sd_speed = 10_000.0
    task = asyncio.create_task(client.counters_at(IMPORT, hours))
    await eventually(lambda: simulator.downloads)
    await client.fetch()
    assert not task.done()
    # Not what watches the charge is late, but what a poll asks for.
    monkeypatch.setattr(web, "LATE_SECONDS", 0.0)
    await client.fetch()
    with pytest.raises(BridgeConnectionError, match="busy"):
        await task
    await eventually(lambda: not simulator.downloads)
    monkeypatch.setattr(web, "LATE_SECONDS", 3.0)
    simulator.sd_speed = 1e8
    assert (await client.counters_at(IMPORT, hours))["1.8.0"]


@pytest.mark.usefixtures("_fast")
async def test_powers_of_hours(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """An hour's power is the mean of its rows; the log is read once for both."""
    simulator.sd_enabled = True
    simulator.house.draw(321)
    hours = fill(simulator)
    simulator.house.draw(1000)
    for minute in range(60):
        simulator.house.advance(60)
        if minute == 30:
            simulator.house.export(2000)
        simulator.tick()
    await client.identify()
    begun = hours[-1]
    await client.counters_at(IMPORT, [*hours, begun + 3600])
    since = len(simulator.requests)
    keys = frozenset({"16.7.0", "1.7.0", "21.7.0"})
    found = await client.powers_in(keys, [hour - 3600 for hour in hours[2:-2]])
    assert {each.mean for each in found["16.7.0"].values()} == {321}
    assert len(found["16.7.0"]) == len(hours) - 4
    logs = [each.path for each in simulator.requests[since:] if "CSV" in each.path]
    assert not logs or len(logs) == 1
    last = (await client.powers_in(keys, [begun]))["16.7.0"][begun]
    assert (last.least, last.most) == (-2000, 1000)
    assert last.mean == pytest.approx(-500, abs=60)


@pytest.mark.usefixtures("_fast")
async def test_missing_logs(
    simulator: WhatwattGoSimulator, client: WhatwattClient, connect: Connect
) -> None:
    """A day without a log is unknown, and so is every day if there is no card."""
    hours = fill(simulator, 2)
    del simulator.sd_files[next(iter(simulator.sd_files))]
    found = (await client.counters_at(IMPORT, hours))["1.8.0"]
    assert found
    assert min(found) > hours[10]
    simulator.sd_installed = False
    assert await connect().counters_at(IMPORT, hours) == {"1.8.0": {}}


@pytest.mark.usefixtures("_fast")
async def test_a_file_that_is_deleted(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The device answers 500 for a deleted file: that day is unknown."""
    hours = fill(simulator)
    monkeypatch.setattr(simulator, "_send_file", lambda *_: _missing())
    assert await client.counters_at(IMPORT, hours) == {"1.8.0": {}}


async def _missing() -> Response:
    """Answer for a missing file as firmware 2.8.2 does."""
    return Response(status=500, text="Failed to open file")
