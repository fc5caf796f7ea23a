"""Statistics that a jump of a counter made wrong are corrected, and only once."""

from datetime import UTC, datetime

import pytest

from custom_components.meter_bridge.history import records
from custom_components.meter_bridge.history.correction import Change, correct
from custom_components.meter_bridge.history.plan import Row, booked_too_much
from tests.history.conftest import Watch
from tests.history.test_import import grown
from tests.support.house import Register
from tests.support.recorded import Recorded, Step

BEGIN = datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC)
LIVE = Step(60, 1800)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check after a short pause whether the recorder has written."""
    monkeypatch.setattr(records, "PAUSE_SECONDS", 0.05)


@pytest.mark.parametrize(("new", "booked"), [(5.0, 7.0), (140.0, 39.0)])
def test_what_was_booked(new: float, booked: float) -> None:
    """A reset adds the whole new level to the sum, a jump upwards the difference."""
    before = Row(start=0, state=100.0, sum=10.0)
    after = Row(start=300, state=new + 1.0, sum=10.0 + 1.0 + booked)
    assert booked_too_much(before, after, 101.0, new) == pytest.approx(booked - 1.0)


def shown(watched: Recorded) -> float:
    """Return the state of the sensor, in Wh."""
    state = watched.hass.states.get("sensor.bridge_energy_import")
    assert state
    return float(state.state) * 1000


async def swapped(watch: Watch, level: str) -> tuple[Recorded, Change]:
    """Replace the meter after 80 minutes, and run until the new one is accepted."""
    watched = await watch("iometer", BEGIN)
    await watched.run([LIVE] * 80)
    house = watched.simulator.house
    old = shown(watched)
    house.imported = {1: Register.of(level), 2: Register()}
    for _ in range(20):
        await watched.run([LIVE])
        if (new := shown(watched)) != old:
            break
    at = house.now.timestamp()
    return watched, Change(key="1.8.0", at=at, old=old, new=new)


@pytest.mark.parametrize("minutes", [10, 60], ids=["same hour", "hour is over"])
@pytest.mark.parametrize("level", ["3.000", "99000.000"])
async def test_another_meter(watch: Watch, level: str, minutes: int) -> None:
    """No hour shows more than was used, and a second correction changes nothing."""
    watched, change = await swapped(watch, level)
    await watched.run([LIVE] * minutes)
    assert await correct(watched.hass, watched.entry, change)
    await watched.settle()
    assert await correct(watched.hass, watched.entry, change) == 0.0
    await watched.run([LIVE] * 60)
    hours = grown(await watched.hours())
    assert len(hours) >= 3
    for wh in list(hours.values())[1:]:
        # Energy that flowed until the new level was accepted is not provable.
        assert 1400 < wh < 1861


async def test_too_soon(watch: Watch) -> None:
    """Nothing is corrected before the row after the jump can be read."""
    watched, change = await swapped(watch, "3.000")
    assert await correct(watched.hass, watched.entry, change) is None
