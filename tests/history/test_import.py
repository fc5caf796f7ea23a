"""Import past hours, before the installation or in holes, and undo that."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from os import times
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.meter_bridge.history import importer, imports, records
from custom_components.meter_bridge.history.importer import IMPORTERS
from tests.history.conftest import Watch
from tests.history.test_twin import DRAWN, MONTHS, cost
from tests.support.recorded import Mode, Recorded, Step

IMPORT = "sensor.bridge_energy_import"
BEGIN = datetime(2026, 3, 1, 7, 59, 59, tzinfo=UTC)
HOUR = 3600
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check after a short pause whether the recorder has written, for as long."""
    monkeypatch.setattr(records, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(records, "_PAUSES", 1500)


def lived(watched: Recorded, hours: int) -> dict[int, float]:
    """Run a house without Home Assistant; return the energy used each hour, in Wh."""
    house, used = watched.simulator.house, {}
    # A log that was just switched on begins with the first hour.
    watched.simulator.tick()
    for number in range(hours):
        before = house.import_energy
        house.draw(DRAWN[number % 5])
        # Where an hour comes twice, only rows within it tell which one it is.
        for _ in range(2):
            house.advance(HOUR / 2)
            watched.freezer.tick(HOUR / 2)
            watched.simulator.tick()
        used[int(house.now.timestamp()) + 1 - HOUR] = float(
            house.import_energy - before
        )
    return used


async def act(
    watched: Recorded, name: str = "import_history", **more: object
) -> dict[str, Any]:
    """Call an action of the bridge, and return its answer."""
    device, *_ = dr.async_entries_for_config_entry(
        dr.async_get(watched.hass), watched.entry.entry_id
    )
    response = await watched.hass.services.async_call(
        "meter_bridge",
        name,
        {"device_id": device.id, **more},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    return response


async def ended(watched: Recorded) -> None:
    """Wait until the import has ended."""
    tasks = [
        each
        for each in asyncio.all_tasks()
        if each.get_name() == f"{watched.entry.title} import"
    ]
    if tasks:
        await asyncio.wait(tasks, timeout=600)
    await watched.settle()


def grown(rows: dict[str, dict[int, dict[str, float]]]) -> dict[int, float]:
    """Return by how many Wh the energy import has grown in each hour."""
    return {at: line["change"] * 1000 for at, line in rows[IMPORT].items()}


# A row costs Home Assistant a millisecond or more, twice with the undo: a year has 8760
# for each sensor.
@pytest.mark.parametrize("key", ["egauge", "whatwatt_go"])
@pytest.mark.parametrize("days", [14, pytest.param(365, marks=MONTHS)])
async def test_before_the_installation(
    watch: Watch, imported: list[int], key: str, days: int
) -> None:
    """Each hour that the bridge remembers shows its use; live hours continue."""
    watched = await watch(key, BEGIN, is_installed=False)
    used = lived(watched, 24 * days)
    await watched.start()
    await watched.run([Step(300, 900)] * 24)
    before = grown(await watched.hours())
    plan = await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    assert plan["state"] == "running"
    assert plan["hours"] == 24 * days + 1
    begun, since = times(), len(watched.simulator.requests)
    await ended(watched)
    del watched.simulator.requests[:since]
    print(cost(watched, len(imported), begun))  # noqa: T201 (what an import costs)
    after = grown(await watched.hours())
    for hour, wh in used.items():
        assert after[hour] == pytest.approx(wh, abs=2.1), hour
    await watched.run([Step(300, 900)] * 12)
    live = grown(await watched.hours())
    assert live[max(live)] == pytest.approx(900, abs=2.1)
    report = await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    assert report["state"] == "done"
    assert [each["result"] for each in report["sensors"][IMPORT]] == [
        "filled",
        "stands",
    ]
    state = watched.hass.states.get("event.bridge_outage")
    assert state
    assert state.attributes["outcome"] == "done"
    assert state.attributes["filled"] >= 24 * days - 1
    undone = await act(watched, "undo_import")
    assert undone["hours"]
    await watched.settle()
    back = grown(await watched.hours())
    assert all(abs(back[hour]) < 1e-6 for hour in used if hour not in before)
    for hour, wh in before.items():
        assert back[hour] == pytest.approx(wh, abs=1e-3)


async def test_right_after_it_was_added(
    watch: Watch, imported: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first recorded hour an import says what it waits for, and waits."""
    monkeypatch.setattr(importer, "RETRY_SECONDS", 0.2)
    watched = await watch("egauge", BEGIN, is_installed=False)
    used = lived(watched, 30)
    watched.simulator.house.advance(1200)
    watched.freezer.tick(1200)
    await watched.start()
    plan = await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    assert (plan["state"], plan["waits_for"]) == ("running", "first_hour")
    await watched.run([Step(300, 900)] * 6)
    report = await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    assert (report["progress"], report["waits_for"]) == (0, "first_hour")
    assert not imported
    await watched.run([Step(300, 900)] * 15)
    await ended(watched)
    report = await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    assert report["state"] == "done"
    assert "waits_for" not in report
    after = grown(await watched.hours())
    for hour, wh in used.items():
        assert after[hour] == pytest.approx(wh, abs=2.1), hour


async def test_sensors_that_are_not_recorded(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import does not wait for ever, and says that sensors have no rows."""
    monkeypatch.setattr(importer, "RETRY_SECONDS", 0.1)
    watched = await watch("egauge", BEGIN, recorded=["sensor.*_power"])
    await watched.run([Step(300, 900)] * 4)
    assert (await act(watched, start=BEGIN - DAY))["waits_for"] == "first_hour"
    await watched.run([Step(300, 900)] * 27)
    await ended(watched)
    report = await act(watched, start=BEGIN - DAY)
    assert report["state"] == "done"
    assert [each["result"] for each in report["sensors"][IMPORT]] == ["no_rows"]


async def test_flat_hours_that_nobody_filled(watch: Watch) -> None:
    """Hours that Home Assistant missed long ago are filled; undo restores them."""
    watched = await watch("egauge", BEGIN)
    await watched.run([Step(300, 900)] * 24)
    watched.entry.runtime_data.outages.are_filled = False
    watched.entry.runtime_data.outages.forget_meter("")
    await watched.run(
        [
            *[Step(1800, 2300, Mode.DOWN)] * 11,
            *[Step(300, 420)] * 26,
        ]
    )
    watched.entry.runtime_data.outages.close(watched.entry.runtime_data.outages.open)
    before = await watched.hours()
    await act(watched, start=BEGIN)
    await ended(watched)
    hours = grown(await watched.hours())
    inside = [hour for hour in hours if BEGIN.timestamp() + 3 * HOUR < hour]
    assert [round(hours[hour], -1) for hour in inside[:4]] == [2300] * 4
    await act(watched, "undo_import")
    await watched.settle()
    after = await watched.hours()
    assert grown(after) == {
        hour: pytest.approx(wh, abs=1e-6) for hour, wh in grown(before).items()
    }


async def test_cancel(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours imported before a cancellation stay, and none shows negative growth."""
    watched = await watch("egauge", BEGIN, is_installed=False)
    used = lived(watched, 24 * 20)
    await watched.start()
    await watched.run([Step(300, 900)] * 24)
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.importer._PART_HOURS", 48
    )
    offered = watched.hass.data[IMPORTERS][watched.entry.entry_id]
    halfway = asyncio.Event()
    offered.async_listen(lambda job: halfway.set() if job.progress > 0.3 else None)
    await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    await asyncio.wait_for(halfway.wait(), 60)
    report = await act(watched, start=BEGIN, cancel=True)
    assert report["state"] == "cancelled"
    await watched.settle()
    hours = grown(await watched.hours())
    assert min(hours.values()) >= -1e-6
    assert max(hours.values()) < 4000
    assert len(hours) < len(used)


async def test_goes_on_after_a_restart(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that a restart of Home Assistant interrupts continues by itself."""
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.importer.START_SECONDS", 0.05
    )
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.importer._PART_HOURS", 48
    )
    watched = await watch("egauge", BEGIN, is_installed=False)
    used = lived(watched, 24 * 10)
    await watched.start()
    await watched.run([Step(300, 900)] * 24)
    offered = watched.hass.data[IMPORTERS][watched.entry.entry_id]
    halfway = asyncio.Event()
    offered.async_listen(lambda job: halfway.set() if job.progress > 0.3 else None)
    await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    await asyncio.wait_for(halfway.wait(), 60)
    await watched.stop()
    await watched.start()
    await ended(watched)
    after = grown(await watched.hours())
    for hour, wh in used.items():
        assert after[hour] == pytest.approx(wh, abs=2.1), hour


async def test_bridges_without_memory(watch: Watch) -> None:
    """An import from a bridge without memory fails with a message that says so."""
    watched = await watch("octopus_home_pro", BEGIN)
    with pytest.raises(ServiceValidationError, match="recorder"):
        await act(watched, start=BEGIN)


async def test_a_sum_that_restarted(watch: Watch) -> None:
    """A sum that began at 0 again after a purge goes on, and its hours are filled."""
    watched = await watch("egauge", BEGIN)
    house = watched.simulator.house
    energy = {}

    def noted() -> Iterator[Step]:
        away = [Step(1800, 1200, Mode.UNPLUGGED)] * 21
        for step in [*[Step(300, 900)] * 18, *away, *[Step(300, 600)] * 30]:
            yield step
            if int(house.now.timestamp() + 1) % HOUR == 0:
                end = int(house.now.timestamp()) + 1
                energy[end] = float(house.import_energy)

    running = noted()
    await watched.run(islice(running, 39))
    await watched.simulator.plug_in()
    await watched.purge()
    await watched.run(running)
    broken = grown(await watched.hours())
    assert min(broken.values()) < -100
    await act(watched, start=BEGIN)
    await ended(watched)
    hours = grown(await watched.hours())
    for end, wh in energy.items():
        if end - HOUR in hours and end - HOUR in energy:
            assert hours[end - HOUR] == pytest.approx(wh - energy[end - HOUR], abs=5)
    assert len(hours) >= 13
    await act(watched, "undo_import")
    await watched.settle()
    back = grown(await watched.hours())
    for hour, wh in broken.items():
        assert back[hour] == pytest.approx(wh, abs=1e-3)


async def test_an_odd_file(
    watch: Watch,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is stored of an import and cannot be read keeps nothing from working."""
    hass_storage["meter_bridge.entry-house.import"] = {
        "version": 1,
        "minor_version": 1,
        "key": "meter_bridge.entry-house.import",
        "data": {"start": "yesterday", "state": "unheard of"},
    }
    watched = await watch("egauge", BEGIN)
    assert [each for each in caplog.messages if "last import cannot be read" in each]
    await watched.run([Step(300, 900)] * 24)
    assert (await act(watched, start=BEGIN))["state"] == "running"
    await ended(watched)


async def test_goes_on_after_a_failure(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever one part fails by, it is tried again, and nothing is missing then."""
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.importer.RETRY_SECONDS", 0.1
    )
    watched = await watch("egauge", BEGIN, is_installed=False)
    used = lived(watched, 48)
    await watched.start()
    await watched.run([Step(300, 900)] * 24)
    errors = [TimeoutError(), OSError("The disk is full"), KeyError("sum")]
    read = records.read_hours

    async def fail(*args: Any) -> Any:  # noqa: ANN401 (as what it stands for)
        if errors:
            raise errors.pop()
        return await read(*args)

    monkeypatch.setattr(imports, "read_hours", fail)
    await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    await ended(watched)
    assert not errors
    after = grown(await watched.hours())
    for hour, wh in used.items():
        assert after[hour] == pytest.approx(wh, abs=2.1), hour


async def test_undo_beside_a_busy_recorder(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undo that takes too long says so, and the next one ends it."""
    watched = await watch("egauge", BEGIN, is_installed=False)
    used = lived(watched, 30)
    await watched.start()
    await watched.run([Step(300, 900)] * 24)
    before = grown(await watched.hours())
    await act(watched, start=datetime.fromtimestamp(min(used), UTC))
    await ended(watched)
    with monkeypatch.context() as busy:

        async def wait(*_: object) -> None:
            raise TimeoutError

        busy.setattr(imports, "until_there", wait)
        with pytest.raises(HomeAssistantError, match="recorder"):
            await act(watched, "undo_import")
    await watched.settle()
    assert (await act(watched, "undo_import"))["state"] == "undone"
    await watched.settle()
    back = grown(await watched.hours())
    for hour, wh in back.items():
        assert wh == pytest.approx(before.get(hour, 0.0), abs=1e-3)
