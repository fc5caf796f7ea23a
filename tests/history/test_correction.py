"""Sums that were booked wrongly are corrected, once, by what the rows say."""

from datetime import UTC, datetime

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.meter_bridge.history.changes import Jump, likely
from custom_components.meter_bridge.history.correction import correct
from custom_components.meter_bridge.history.plan import Row, booked_too_much
from custom_components.meter_bridge.meter_repairs import ReplacedFlow
from custom_components.meter_bridge.repairs import async_create_fix_flow
from tests.bridges.iometer.simulator import IometerSimulator
from tests.history.conftest import Watch
from tests.history.test_import import grown
from tests.support.house import Register
from tests.support.recorded import Mode, Recorded, Step

BEGIN = datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC)
LIVE = Step(60, 1800)
LEVELS = ["3.000", "9990.000", "99000.000"]

pytestmark = pytest.mark.usefixtures("quick_rows")


@pytest.mark.parametrize(("new", "booked"), [(5.0, 5.0), (95.0, -5.0), (140.0, 40.0)])
def test_what_was_booked(new: float, booked: float) -> None:
    """A reset books the whole new level, any other level the difference."""
    assert likely(100.0, new) == booked
    before = Row(start=0, state=99.0, sum=10.0)
    after = Row(start=300, state=new + 1.0, sum=10.0 + 1.0 + booked + 1.0)
    assert booked_too_much(before, after, new - 100.0) == pytest.approx(booked)


def shown(watched: Recorded) -> float:
    """Return what the sensor shows, in Wh."""
    state = watched.hass.states.get("sensor.bridge_energy_import")
    assert state
    return float(state.state) * 1000


async def swapped(watch: Watch, level: str, *, number: str | None = None) -> Recorded:
    """Let another meter count, after an hour and 20 minutes, until it is believed."""
    watched = await watch("iometer", BEGIN)
    await watched.run([LIVE] * 80)
    simulator, old = watched.simulator, shown(watched)
    assert isinstance(simulator, IometerSimulator)
    if number:
        simulator.meter_number = number
    simulator.house.imported = {1: Register.of(level), 2: Register()}
    for _ in range(20):
        await watched.run([LIVE])
        if abs(shown(watched) - old) > 1000:
            return watched
    raise AssertionError("The new level is not believed")


def total_of(jumps: list[Jump]) -> Jump:
    """Return the jump of the total over all tariffs."""
    return next(each for each in jumps if each.code == "1.8.0")


def repair(watched: Recorded) -> ir.IssueEntry:
    """Return the repair about the meter."""
    found = f"meter_replaced_{watched.entry.entry_id}_"
    issue = ir.async_get(watched.hass).async_get_issue("meter_bridge", found)
    assert issue
    return issue


async def say(watched: Recorded, answer: str) -> None:
    """Answer the question of the repair."""
    issue = repair(watched)
    flow = await async_create_fix_flow(watched.hass, issue.issue_id, issue.data)
    assert isinstance(flow, ReplacedFlow)
    flow.hass, flow.issue_id = watched.hass, issue.issue_id
    flow.handler, flow.flow_id, flow.context = "meter_bridge", "flow", {}
    form = await flow.async_step_init()
    assert form["data_schema"]
    assert form["data_schema"]({"action": answer})
    await flow.async_step_confirm({"action": answer})


def told(watched: Recorded) -> str:
    """Return what the repair says was booked without energy."""
    issue = repair(watched)
    assert issue.translation_placeholders
    return issue.translation_placeholders["booked"].removeprefix("Energy import: ")


async def total(watched: Recorded) -> float:
    """Return the sum of all hours that show what was used, in Wh."""
    rows = await watched.hours()
    lines = rows["sensor.bridge_energy_import"]
    return lines[max(lines)]["sum"] * 1000


@pytest.mark.parametrize("minutes", [10, 60], ids=["same hour", "hour is over"])
@pytest.mark.parametrize("level", LEVELS)
async def test_another_number(watch: Watch, level: str, minutes: int) -> None:
    """With another number, every hour gets right, and the repair says by how much."""
    watched = await swapped(watch, level, number="1TST0087654321")
    jump = total_of(watched.entry.runtime_data.changes.open)
    await watched.run([LIVE] * minutes)
    assert not watched.entry.runtime_data.changes.open
    booked = likely(jump.old, jump.new) / 1000
    assert float(told(watched).split()[0]) == pytest.approx(booked, abs=0.1)
    again = await correct(watched.hass, watched.entry, [jump])
    assert again
    assert again.amount == 0.0
    await watched.run([LIVE] * 90)
    hours = grown(await watched.hours())
    assert len(hours) >= 3
    for wh in list(hours.values())[1:]:
        # The old meter's last minute was counted by neither.
        assert wh == pytest.approx(1800, abs=31)


async def test_over_a_restart(watch: Watch) -> None:
    """A jump that waits for its row still does after a restart of Home Assistant."""
    watched = await swapped(watch, "3.000", number="1TST0087654321")
    assert watched.entry.runtime_data.changes.open
    await watched.run([*[Step(60, 1800, Mode.DOWN)] * 20, *[LIVE] * 70])
    assert not watched.entry.runtime_data.changes.open
    assert max(grown(await watched.hours()).values()) < 3000


@pytest.mark.parametrize("answer", ["correct", "leave"])
@pytest.mark.parametrize("level", LEVELS)
async def test_believed_by_time(watch: Watch, level: str, answer: str) -> None:
    """Nothing is corrected until the owner has said that no energy flowed."""
    watched = await swapped(watch, level)
    asked = watched.entry.runtime_data.changes.asked("")
    jump = total_of(asked)
    await watched.run([LIVE] * 60)
    wrong = await total(watched)
    # A tariff that is at zero takes an hour to be believed.
    assert set(watched.entry.runtime_data.changes.asked("")) > set(asked)
    await say(watched, answer)
    assert not watched.entry.runtime_data.changes.asked("")
    await watched.run([LIVE] * 60)
    assert not watched.entry.runtime_data.changes.open
    less = likely(jump.old, jump.new) if answer == "correct" else 0.0
    assert await total(watched) == pytest.approx(wrong + 1800 - less, abs=150)


async def test_too_soon(watch: Watch) -> None:
    """Nothing is corrected before the row behind the change can be read."""
    watched = await swapped(watch, "3.000")
    at = watched.simulator.house.now.timestamp()
    jump = Jump(code="1.8.0", at=at, old=1.0, new=2.0)
    assert await correct(watched.hass, watched.entry, [jump]) is None
