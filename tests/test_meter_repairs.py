"""Repairs about meters: what they say, what ends them, and what their flows do."""

from decimal import Decimal
import json
import logging
from typing import cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.setup import async_setup_component
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.meter_bridge.issues import METER_REPLACED, raise_issue

from .bridges.iometer.simulator import IometerSimulator
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .conftest import SetUp, Start
from .support.hours import Hours
from .support.house import Register
from .support.repairing import Fix, found_issue, raised_issues
from .support.simulator import Simulator
from .support.started import start
from .support.watching import state

IMPORT, POWER = "1.8.0", "16.7.0"
ENERGY_ENTITY = "sensor.bridge_energy_import"


@pytest.fixture
async def iometer(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulators: Start,
    set_up: SetUp,
) -> Hours:
    """Return a bridge that has been read for some minutes."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    simulator = await start(simulators, IometerSimulator)
    # Everything is asked for: nothing is pushed at a moment of its own.
    simulator.silent = True
    freezer.move_to(simulator.house.now)
    hours = Hours(hass, freezer, simulator, await set_up(simulator))
    simulator.house.draw(500)
    await hours.go(3)
    return hours


@pytest.fixture
async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulators: Start,
    set_up: SetUp,
) -> Hours:
    """Return a Home Pro that has never told how its electricity meter counts."""
    simulator = await start(simulators, OctopusHomeProSimulator)
    simulator.electricity.divisor = 10_000
    simulator.electricity.scale_is_read = False
    simulator.tick()
    freezer.move_to(simulator.house.now)
    hours = Hours(hass, freezer, simulator, await set_up(simulator))
    await hours.go(1)
    return hours


def thousandfold(simulator: Simulator) -> None:
    """Let the total be a thousand times as much, as by a wrong scaler."""
    simulator.force(IMPORT, simulator.house.import_energy * 1000)


async def test_counter_held(
    hass: HomeAssistant, iometer: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """A held counter is told after an hour, with all that helps, until it goes on."""
    caplog.set_level(logging.INFO)
    shown = state(hass, ENERGY_ENTITY)
    await iometer.go(60, thousandfold)
    assert raised_issues(hass) == {"scaler_suspect"}
    await iometer.go(1, thousandfold)
    assert raised_issues(hass) == {"scaler_suspect", "counter_held"}
    issue = found_issue(hass, iometer.entry, "counter_held", "", IMPORT)
    sent = iometer.simulator.house.import_energy
    facts = issue.translation_placeholders
    assert facts
    assert facts["name"] == "Bridge"
    assert facts["value_name"] == "Energy import"
    assert facts["shown"] == f"{shown} kWh"
    assert facts["sent"].removesuffix(" kWh") == f"{float(sent):.11g}"
    # Midsummer in Berlin is two hours ahead of the house's clock.
    assert facts["since"] == "2026-06-01 12:04"
    assert facts["guess"].startswith("This looks like a wrong scale")
    lines = [each for each in caplog.messages if "held back" in each]
    assert len(lines) == 1
    await iometer.go(30, thousandfold)
    assert state(hass, ENERGY_ENTITY) == shown
    assert len([each for each in caplog.messages if "held back" in each]) == 1
    iometer.simulator.heal()
    iometer.simulator.silent = True
    await iometer.go(1)
    assert raised_issues(hass) == {"scaler_suspect"}
    assert float(state(hass, ENERGY_ENTITY)) > float(shown)
    await iometer.go(20)
    assert not raised_issues(hass)


async def test_new_level_is_believed(hass: HomeAssistant, iometer: Hours) -> None:
    """The owner may believe the new level at once; what that did is told then."""
    await iometer.go(61, thousandfold)
    fix = await Fix.open(hass, iometer.entry, "counter_held", "", IMPORT)
    with pytest.raises(InvalidData):
        await fix.submit(action="nothing")
    assert await fix.submit(action="leave") is None
    assert raised_issues(hass) == {"scaler_suspect"}
    await iometer.go(1, thousandfold)
    level = float(iometer.simulator.house.import_energy)
    assert float(state(hass, ENERGY_ENTITY)) == pytest.approx(level)
    assert raised_issues(hass) == {"meter_replaced", "scaler_suspect"}
    facts = found_issue(hass, iometer.entry, "meter_replaced").translation_placeholders
    assert facts
    assert facts["levels"].startswith("Energy import: 11743.0")
    assert " kWh → 11743" in facts["levels"]
    assert facts["numbers"] == "–"  # noqa: RUF001


async def test_limit_is_raised(hass: HomeAssistant, iometer: Hours) -> None:
    """A larger connection is told as such; the entry goes on with the larger limit."""
    steps = iter(range(1, 100))

    def grow(simulator: Simulator) -> None:
        simulator.force(IMPORT, Decimal(11_743_100 + 1_000_000 * next(steps)))

    await iometer.go(62, grow)
    fix = await Fix.open(hass, iometer.entry, "counter_held", "", IMPORT)
    assert await fix.submit(action="raise_limit") == "raise_limit"
    assert await fix.submit(max_power=100) == "limit_not_raised"
    for wrong in (0, -1, "much", 1_000_000):
        with pytest.raises(InvalidData):
            await fix.submit(max_power=wrong)
    assert await fix.submit(max_power=100_000) is None
    assert iometer.entry.options["max_power"] == 100_000
    await iometer.go(5, grow)
    assert float(state(hass, ENERGY_ENTITY)) == pytest.approx(11_743.1 + 67_000)
    await iometer.go(20, grow)
    assert raised_issues(hass) == {"scaler_suspect"}


async def test_value_refused(hass: HomeAssistant, iometer: Hours) -> None:
    """A power that cannot be is refused at once, told after ten minutes, and ends."""
    iometer.simulator.force(POWER, Decimal(4_294_967))
    await iometer.go(1)
    assert state(hass, "sensor.bridge_power") == "unavailable"
    await iometer.go(9)
    assert not raised_issues(hass)
    await iometer.go(1)
    assert raised_issues(hass) == {"value_refused"}
    fix = await Fix.open(hass, iometer.entry, "value_refused", "", POWER)
    facts = fix.result["description_placeholders"]
    assert facts["value_name"] == "Power"
    assert facts["sent"] == "4294967 W"
    assert facts["limit"] == "-100000 W … 100000 W"
    assert facts["max_power"] == "100 kW"
    assert await fix.submit(max_power=5000) is None
    await iometer.go(1)
    assert state(hass, "sensor.bridge_power") == "4294967"
    assert not raised_issues(hass)


async def test_flow_of_an_entry_that_was_unloaded(
    hass: HomeAssistant, iometer: Hours
) -> None:
    """A flow that is open while its entry is reloaded, or unloaded, claims no more."""
    await iometer.go(61, thousandfold)
    fix = await Fix.open(hass, iometer.entry, "counter_held", "", IMPORT)
    await hass.config_entries.async_unload(iometer.entry.entry_id)
    assert await fix.submit(action="leave") == "cannot_connect"
    await hass.config_entries.async_setup(iometer.entry.entry_id)
    await hass.async_block_till_done()
    thousandfold(iometer.simulator)
    assert await fix.submit(action="leave") is None
    await iometer.go(1, thousandfold)
    level = float(iometer.simulator.house.import_energy)
    assert float(state(hass, ENERGY_ENTITY)) == pytest.approx(level)


async def test_scale_is_learnt(hass: HomeAssistant, home: Hours) -> None:
    """What the display shows tells the power of ten; the owner sees it, and agrees."""
    meter = "electricity"
    assert raised_issues(hass) == {"scale_unknown"}
    fix = await Fix.open(hass, home.entry, "scale_unknown", meter)
    assert await fix.submit(display=0) == "not_positive"
    assert await fix.submit(display=-11_743) == "not_positive"
    assert await fix.submit(display=3) == "does_not_fit"
    with pytest.raises(InvalidData):
        await fix.submit(display="much")
    assert await fix.submit(display=11_743) == "check"
    total = fix.result["description_placeholders"]["total"]
    assert total.startswith("11743.0")
    assert total.endswith(" kWh")
    assert await fix.submit() is None
    for _ in range(2):
        await home.go(1)
        assert state(hass, "sensor.electricity_meter_energy_import").startswith("11743")
        assert not raised_issues(hass)
        await hass.config_entries.async_reload(home.entry.entry_id)


async def test_scale_of_a_meter_that_is_gone(hass: HomeAssistant, home: Hours) -> None:
    """A flow about a meter that is gone says so, and so does one without an entry."""
    fix = await Fix.open(hass, home.entry, "scale_unknown", "electricity")
    assert await fix.submit(display=11_743) == "check"
    await hass.config_entries.async_remove(home.entry.entry_id)
    await hass.async_block_till_done()
    assert await fix.submit() == "cannot_connect"
    assert not raised_issues(hass)


async def test_scaler_suspect(hass: HomeAssistant, iometer: Hours) -> None:
    """A total that counts a thousand times too fast is told; it only has to be seen."""
    await iometer.go(32, thousandfold)
    assert raised_issues(hass) == {"scaler_suspect"}
    fix = await Fix.open(hass, iometer.entry, "scaler_suspect", "", IMPORT)
    assert fix.result["description_placeholders"]["times"] == "1000"
    assert await fix.submit() is None


async def test_numbers_of_meters_are_not_logged(
    hass: HomeAssistant, iometer: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """Another number is another meter at once: the repair tells both, the log none."""
    caplog.set_level(logging.DEBUG)
    simulator = iometer.simulator
    assert isinstance(simulator, IometerSimulator)
    before, simulator.meter_number = simulator.meter_number, "1TST0087654321"
    simulator.force(IMPORT, Decimal(20_000_000))
    await iometer.go(1)
    assert state(hass, ENERGY_ENTITY) == "20000"
    fix = await Fix.open(hass, iometer.entry, "meter_replaced")
    facts = fix.result["description_placeholders"]
    assert facts["numbers"] == f"{before} → 1TST0087654321"
    assert " kWh → 20000 kWh, Energy export: 3184.502 kWh" in facts["levels"]
    assert "87654321" not in caplog.text
    assert len([each for each in caplog.messages if "start anew" in each]) == 1
    assert await fix.submit() is None


async def test_replaced_without_a_recorder(hass: HomeAssistant, iometer: Hours) -> None:
    """Where there are no statistics, the repair says what happened, and asks nothing.

    Nothing is corrected, and nothing waits for it in vain.
    """
    house = iometer.simulator.house
    house.imported = {1: Register.of("3.000"), 2: Register()}
    await iometer.go(75)
    assert "recorder" not in hass.config.components
    assert state(hass, ENERGY_ENTITY).startswith("3.")
    fix = await Fix.open(hass, iometer.entry, "meter_replaced")
    facts = fix.result["description_placeholders"]
    assert "Energy import: 3." in facts["booked"]
    assert fix.result["data_schema"].schema == {}
    assert await fix.submit() is None
    assert not raised_issues(hass)


async def test_replaced_by_an_older_version(
    hass: HomeAssistant, iometer: Hours
) -> None:
    """A repair that an older version stored has no levels, and still opens."""
    raise_issue(hass, iometer.entry, METER_REPLACED, is_persistent=True)
    assert await async_setup_component(hass, "repairs", {})
    manager = cast("RepairsFlowManager", hass.data["repairs"]["flow_manager"])
    issue = found_issue(hass, iometer.entry, METER_REPLACED)
    result = await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    nothing = "–"  # noqa: RUF001
    assert result["description_placeholders"] == {
        "name": "Bridge",
        "since": nothing,
        "levels": nothing,
        "numbers": nothing,
        "booked": nothing,
    }


async def test_diagnostics(hass: HomeAssistant, iometer: Hours) -> None:
    """They say at once what is held, refused and started anew, and not whose it is."""
    simulator = iometer.simulator
    assert isinstance(simulator, IometerSimulator)
    before, simulator.meter_number = simulator.meter_number, "1TST0087654321"
    await iometer.go(1)
    shown = float(state(hass, ENERGY_ENTITY))

    def wrong(simulator: Simulator) -> None:
        thousandfold(simulator)
        simulator.force(POWER, Decimal(4_294_967))

    await iometer.go(2, wrong)
    told = await async_get_config_entry_diagnostics(hass, iometer.entry)
    judged = told["judged"]["main"]
    assert judged["limits"] == {"max_power": 100_000.0, "is_set": False}
    [held] = judged["held"]
    assert (held["code"], held["guess"]) == (IMPORT, "scale")
    assert held["shown"] == pytest.approx(shown * 1000)
    assert held["since"] == iometer.freezer.time_to_freeze.timestamp() - 60
    [refused] = judged["refused"]
    assert (refused["code"], refused["sent"]) == (POWER, 4_294_967)
    assert judged["restarted"]["levels"][IMPORT][1] == pytest.approx(shown * 1000)
    written = json.dumps(told)
    assert before not in written
    assert "87654321" not in written
