"""Entries of an earlier version: roles by name are checked, with a repair if wrong."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.egauge.site import (
    Connected,
    Site,
    back_feed,
    connect,
    line_side_tap,
)
from tests.conftest import SetUp
from tests.support.repairing import Fix
from tests.support.watching import state


def told(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the repair about registers, if it is raised."""
    found = ir.async_get(hass).async_get_issue(
        "meter_bridge", f"roles_{entry.entry_id}_"
    )
    return found if found and found.active else None


async def checked(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the first minute pass, after which registers are checked."""
    freezer.tick(61)
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=61))
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def site(simulator: EgaugeSimulator, connected: Connected) -> Site:
    """Return a site behind the device."""
    return connect(simulator, connected)


@pytest.mark.parametrize("connected", [back_feed])
async def test_registers_that_are_right(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    site: Site,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If the names are right, there is no repair."""
    site.live(freezer, 12)
    entry = await set_up(simulator)
    await checked(hass, freezer)
    assert told(hass, entry) is None


@pytest.mark.parametrize("connected", [line_side_tap])
async def test_registers_that_are_not_the_grid(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    site: Site,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The repair tells both numbers; nothing changes until the owner chooses."""
    site.live(freezer, 12)
    entry = await set_up(simulator)
    enabled = _enabled(hass, entry)
    before = state(hass, "sensor.bridge_energy_import")
    assert state(hass, "sensor.bridge_power") == str(site.house.load[1])
    await checked(hass, freezer)
    issue = told(hass, entry)
    assert issue
    assert issue.translation_placeholders
    shown, expected = (
        float(issue.translation_placeholders[each]) for each in ("shown", "expected")
    )
    panel, house = _week(site)
    assert (shown, expected) == pytest.approx((panel, house), abs=0.01)
    assert "roles" not in entry.options
    assert state(hass, "sensor.bridge_energy_import") in (before, STATE_UNAVAILABLE)

    fix = await Fix.open(hass, entry, "roles")
    schema = fix.result["data_schema"]
    chosen = schema({})
    assert chosen == {
        "net_power": "use_less_gen",
        "import_energy": "register_4",
        "export_energy": "register_5",
        "reversed": [],
        "apart": [],
    }
    site.house.advance(1)
    simulator.tick()
    assert await fix.submit(**chosen) is None
    assert state(hass, "sensor.bridge_power") == str(site.house.power)
    assert float(state(hass, "sensor.bridge_energy_import")) == pytest.approx(
        float(site.house.import_energy) / 1000, abs=0.001
    )
    assert _enabled(hass, entry) >= enabled
    issues = ir.async_get(hass).issues
    (replaced,) = (
        it for (_, key), it in issues.items() if key.startswith("meter_replaced")
    )
    assert replaced.translation_placeholders
    assert before.rstrip("0") in replaced.translation_placeholders["levels"]
    await checked(hass, freezer)
    assert told(hass, entry) is None


@pytest.mark.parametrize("connected", [line_side_tap])
async def test_a_device_that_is_away(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    site: Site,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """If the device is away, the check waits for the next start; the fix fails."""
    site.live(freezer, 12)
    entry = await set_up(simulator)
    simulator.fail_with(500, path="/api/register")
    await checked(hass, freezer)
    assert told(hass, entry) is None
    simulator.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await checked(hass, freezer)
    issue = told(hass, entry)
    assert issue
    await hass.config_entries.async_unload(entry.entry_id)
    fix = await Fix.open(hass, entry, "roles")
    assert fix.result["errors"] == {"base": "cannot_connect"}
    await hass.config_entries.async_setup(entry.entry_id)
    assert await fix.submit() == "confirm"
    assert fix.result["data_schema"]({})["net_power"] == "use_less_gen"


def _enabled(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the entities that are enabled."""
    registry = er.async_get(hass)
    return {
        each.entity_id
        for each in er.async_entries_for_config_entry(registry, entry.entry_id)
        if not each.disabled
    }


def _week(site: Site) -> tuple[float, float]:
    """Return what panel and house have counted in the last seven days."""
    now = int(site.house.now.timestamp()) // 900 * 900
    database = site.simulator.database.registers
    by_name = {each.name: each for each in database}

    def grown(name: str) -> int:
        return by_name[name].at(now) - by_name[name].at(now - 604_800)

    house = grown("use") - grown("gen") - grown("bat")
    return grown("Grid") / 3_600_000, house / 3_600_000
