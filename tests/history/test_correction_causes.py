"""Sums are corrected after another scale, another register, or a held level."""

from datetime import UTC, datetime

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.meter_bridge.history.changes import Changes
from custom_components.meter_bridge.history.correction import sides
from custom_components.meter_bridge.history.plan import Row
from custom_components.meter_bridge.issues import issue_id
from custom_components.meter_bridge.meter.trouble import Restart
from custom_components.meter_bridge.meter_repairs import MeterFlow
from custom_components.meter_bridge.repairs import async_create_fix_flow
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.history.conftest import Watch
from tests.support.house import Register
from tests.support.recorded import Recorded, Step

BEGIN = datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC)
LIVE = Step(60, 1800)
IMPORT = "1.8.0"

pytestmark = pytest.mark.usefixtures("quick_rows")


async def answered(
    watched: Recorded, key: str, action: str, meter: str = "", register: str = ""
) -> None:
    """Answer the question of a repair."""
    found = issue_id(watched.entry.entry_id, key, meter, register)
    issue = ir.async_get(watched.hass).async_get_issue("meter_bridge", found)
    assert issue
    flow = await async_create_fix_flow(watched.hass, found, issue.data)
    assert isinstance(flow, MeterFlow)
    flow.hass, flow.issue_id = watched.hass, found
    flow.handler, flow.flow_id, flow.context = "meter_bridge", "flow", {}
    await flow.async_step_init()
    await flow.async_step_confirm({"action": action})
    await watched.hass.async_block_till_done()


async def grown(watched: Recorded, entity_id: str) -> list[float]:
    """Return by how many Wh a total has grown in each hour."""
    rows = (await watched.hours())[entity_id]
    return [rows[at]["change"] * 1000 for at in sorted(rows)]


async def reloaded(watched: Recorded) -> None:
    """Reload the entry; no two states have the same time."""
    entries, entry_id = watched.hass.config_entries, watched.entry.entry_id
    for act in (entries.async_unload, entries.async_setup):
        watched.freezer.tick(0.2)
        await act(entry_id)
        await watched.hass.async_block_till_done()


def settled(watched: Recorded) -> bool:
    """Tell whether nothing waits to be corrected."""
    return not watched.entry.runtime_data.changes.open


def test_shown_a_minute_later() -> None:
    """A sensor may show the new level in the row that follows: that one is corrected.

    Until it can be read, nothing is.
    """
    rows = [
        Row(start=0, state=99.8, sum=9.8),
        Row(start=300, state=100.0, sum=10.0),
        Row(start=600, state=3.1, sum=13.1),
    ]
    assert sides(rows, 590.0, 100.0, 3.0) == (rows[1], rows[2])
    assert sides(rows[:2], 590.0, 100.0, 3.0) is None
    assert sides(rows, 610.0, 100.0, 3.0) == (rows[1], rows[2])


@pytest.mark.parametrize("answer", ["correct", "leave"])
async def test_another_scale(watch: Watch, answer: str) -> None:
    """If the owner confirms another scale, what it booked is corrected."""
    watched = await watch("octopus_home_pro", BEGIN)
    simulator = watched.simulator
    assert isinstance(simulator, OctopusHomeProSimulator)
    await watched.run([LIVE] * 80)
    # The same counts by a tenth of the divisor: ten times the total.
    simulator.electricity.divisor //= 10
    level = simulator.house.import_energy.scaleb(-2)
    simulator.house.imported = {1: Register.of(str(level)), 2: Register()}
    await watched.run([LIVE] * 65)
    entity_id = "sensor.electricity_meter_energy_import"
    before = watched.hass.states.get(entity_id)
    assert before
    await answered(watched, "counter_held", answer, "electricity", IMPORT)
    await watched.run([LIVE])
    after = watched.hass.states.get(entity_id)
    assert after
    assert float(after.state) == pytest.approx(float(before.state) * 10, rel=1e-3)
    await watched.run([LIVE] * 90)
    assert settled(watched)
    most = max(await grown(watched, entity_id))
    booked = (float(after.state) - float(before.state)) * 1000
    if answer == "correct":
        assert most < 18_500
    else:
        assert most == pytest.approx(booked, rel=0.01)


async def test_another_register(watch: Watch) -> None:
    """After another register was chosen, the sum is corrected without a question."""
    roles = {"import_energy": "register_8", "export_energy": "register_9"}
    watched = await watch("egauge", BEGIN, roles=roles)
    await watched.run([LIVE] * 80)
    watched.options = {**watched.options, "roles": {"import_energy": "virtual_use"}}
    watched.hass.config_entries.async_update_entry(
        watched.entry, options={**watched.entry.options, **watched.options}
    )
    shown = watched.hass.states.get("sensor.bridge_energy_import")
    assert shown
    await reloaded(watched)
    assert not settled(watched)
    await watched.run([LIVE] * 3)
    now = watched.hass.states.get("sensor.bridge_energy_import")
    assert now
    assert abs(float(now.state) - float(shown.state)) > 10
    await watched.run([LIVE] * 90)
    assert settled(watched)
    for wh in (await grown(watched, "sensor.bridge_energy_import"))[1:]:
        assert wh == pytest.approx(1800, abs=62)


def test_an_answer_survives_a_restart() -> None:
    """The owner's answer about a held counter applies to the level that comes next."""
    before = Changes()
    before.expect("", IMPORT, correct=True, at=1000.0)
    before.expect("", "2.8.0", correct=False, at=1000.0)
    after = Changes()
    after.restore(before.as_stored(), before.answers_as_stored())
    restart = Restart(
        levels={IMPORT: (1.0, 2.0), "2.8.0": (1.0, 2.0)},
        unearned={IMPORT: False, "2.8.0": False},
    )
    after.note("", restart, 2000.0)
    assert [(each.code, each.is_certain) for each in after.open] == [(IMPORT, True)]
    assert not after.answers_as_stored()


def test_an_answer_of_long_ago() -> None:
    """An answer whose level never came does not apply to a much later one."""
    changes = Changes()
    changes.expect("", IMPORT, correct=True, at=1000.0)
    restart = Restart(levels={IMPORT: (1.0, 2.0)}, unearned={IMPORT: False})
    changes.note("", restart, 1000.0 + 2 * 86_400)
    assert [each.is_certain for each in changes.open] == [False]


async def test_a_recorder_that_fails(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After any failure the next attempt corrects; the log mentions it once."""
    roles = {"import_energy": "register_8"}
    watched = await watch("egauge", BEGIN, roles=roles)
    await watched.run([LIVE] * 20)
    watched.hass.config_entries.async_update_entry(
        watched.entry,
        options={**watched.entry.options, "roles": {"import_energy": "virtual_use"}},
    )
    await reloaded(watched)
    name = "custom_components.meter_bridge.history.correction.read_around"
    with monkeypatch.context() as broken:

        async def fail(*_: object) -> None:
            raise HomeAssistantError("The database is locked")

        broken.setattr(name, fail)
        await watched.run([LIVE] * 25)
        assert not settled(watched)
    lines = [each for each in caplog.messages if "could not be filled" in each]
    assert len(lines) == 1
    await watched.run([LIVE] * 10)
    assert settled(watched)
