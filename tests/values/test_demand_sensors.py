"""Demand as the owner sees it: sensors, attributes, options, restarts."""

from collections.abc import AsyncGenerator
from datetime import datetime
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from tests.conftest import SetUp, Start
from tests.support.simulator import Simulator
from tests.support.watching import entries, poll

KEYS = ("demand", "demand_ahead", "peak_demand")
ZONE = "Europe/Zurich"
BEGIN = datetime.fromisoformat("2026-06-01T12:50:00+02:00")


@pytest.fixture(autouse=True)
async def in_zurich(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[None]:
    """Set the time zone of Switzerland, and the time to ten to one."""
    await hass.config.async_set_time_zone(ZONE)
    freezer.move_to(BEGIN)
    yield
    await hass.config.async_set_time_zone("UTC")


class Home:
    """A house whose meter is read every ten seconds, and its bridge."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        simulator: Simulator,
        entry: MockConfigEntry,
    ) -> None:
        """Use this entry."""
        self.hass, self.freezer, self.entry = hass, freezer, entry
        self.simulator = simulator

    async def live(self, minutes: float, watts: int) -> None:
        """Import a power for some minutes."""
        self.simulator.house.draw(watts)
        for _ in range(int(minutes * 6)):
            self.simulator.house.advance(10)
            self.simulator.tick()
            self.freezer.tick(10)
            await poll(self.hass, self.entry)

    def shown(self) -> dict[str, State]:
        """Return the states of the demand sensors by their keys."""
        return {
            each.translation_key: state
            for each in entries(self.hass, self.entry)
            if each.translation_key in KEYS
            and (state := self.hass.states.get(each.entity_id))
        }


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **chosen: object) -> None:
    """Change the options of an entry."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    options = {
        "updates": "every_reading",
        "poll_interval": 10,
        **entry.options,
        **chosen,
    }
    options = {"demand": True, "demand_period": "15", **options}
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], options
    )
    if result["type"] is FlowResultType.FORM:
        # What its registers mean, which may stay as it is.
        await hass.config_entries.options.async_configure(result["flow_id"], {})
    await hass.async_block_till_done()


@pytest.mark.parametrize("key", BRIDGES)
async def test_every_electricity_meter_has_a_demand(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    key: str,
) -> None:
    """For each kind of bridge, 15 minutes at 3 kW show in all three sensors."""
    simulator = await simulators(key)
    home = Home(hass, freezer, simulator, await set_up(simulator))
    await choose(hass, home.entry, demand=True, demand_period="15")
    await home.live(10, 500)
    await home.live(15, 3000)
    await home.live(5, 600)

    shown = {each: float(state.state) for each, state in home.shown().items()}
    assert shown == {
        "demand": pytest.approx(200, abs=50),
        "demand_ahead": pytest.approx(600, abs=50),
        "peak_demand": pytest.approx(3000, abs=25),
    }


async def test_no_demand_is_unknown_on_a_new_page(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each sensor appears with its first value, and the page of a new bridge is whole.

    Later a missing value is unknown, and its sensor stays.
    """
    simulator = await simulators("whatwatt_go")
    home = Home(hass, freezer, simulator, await set_up(simulator))
    await home.live(9, 500)
    assert home.shown() == {}
    await home.live(2, 500)
    assert home.shown().keys() == {"demand", "demand_ahead"}
    await home.live(15, 500)
    assert home.shown().keys() == set(KEYS)
    assert "unknown" not in {each.state for each in home.shown().values()}

    await hass.config_entries.async_unload(home.entry.entry_id)
    freezer.tick(2 * 3600)
    simulator.house.advance(2 * 3600)
    await hass.config_entries.async_setup(home.entry.entry_id)
    await home.live(1, 500)
    assert home.shown()["demand"].state == "unknown"


async def test_a_peak_tells_when_it_was_and_survives_a_reload(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Start and earlier months are attributes; only the start is recorded."""
    simulator = await simulators("whatwatt_go")
    home = Home(hass, freezer, simulator, await set_up(simulator))
    await home.live(10, 500)
    await home.live(16, 3000)
    before = home.shown()["peak_demand"]
    assert before.attributes["start"] == "2026-06-01T13:00:00+02:00"
    assert before.attributes["peaks"] == [
        {"demand": int(before.state), "start": "2026-06-01T13:00:00+02:00"}
    ]
    assert before.state_info
    assert "peaks" in before.state_info["unrecorded_attributes"]
    assert "start" not in before.state_info["unrecorded_attributes"]

    await hass.config_entries.async_reload(home.entry.entry_id)
    await hass.async_block_till_done()
    await home.live(1, 500)
    after = home.shown()
    assert after["peak_demand"].state == before.state
    assert after["peak_demand"].attributes == before.attributes
    assert float(after["demand"].state) > 0
    stored = hass_storage[f"meter_bridge.{home.entry.entry_id}"]
    assert json.dumps(stored)


async def test_demand_that_nobody_wants_has_no_sensor(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Turning demand off removes its sensors; turning it on restores the peaks."""
    simulator = await simulators("whatwatt_go")
    home = Home(hass, freezer, simulator, await set_up(simulator))
    await home.live(10, 500)
    await home.live(15.5, 3000)
    peak = home.shown()["peak_demand"].state

    await choose(hass, home.entry, demand=False)
    await home.live(1, 500)
    assert home.shown() == {}
    assert not [e for e in entries(hass, home.entry) if e.translation_key in KEYS]

    await choose(hass, home.entry, demand=True)
    await home.live(1, 500)
    assert home.shown()["peak_demand"].state == peak


@pytest.mark.parametrize("key", BRIDGES)
async def test_only_some_kinds_show_demand_unasked(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    key: str,
) -> None:
    """Demand is on by default for bridges of countries that charge for it."""
    simulator = await simulators(key)
    home = Home(hass, freezer, simulator, await set_up(simulator))
    await home.live(12, 500)
    assert bool(home.shown()) is BRIDGES[key].shows_demand
