"""A load is switched off before a new peak, and on again when there is room."""

from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.blueprints.passing import (
    LOAD,
    MEMORY,
    Advance,
    Use,
    call,
    poll,
    switched,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.automating import shown_number
from tests.support.watching import state

AHEAD = "sensor.bridge_demand_ahead"
PEAK = "sensor.bridge_highest_demand_this_month"
BEGIN = datetime.fromisoformat("2026-06-01T12:58:00+00:00")
KEEP = {
    "ahead": AHEAD,
    "peak": PEAK,
    "load": LOAD,
    "load_power": 2000,
    "memory": MEMORY,
    "limit": 6000,
}


class Home:
    """A house whose load is switched by the automation."""

    def __init__(
        self,
        hass: HomeAssistant,
        iometer: IometerSimulator,
        advance: Advance,
        entry: MockConfigEntry,
    ) -> None:
        """Start with no other load."""
        self.entry = entry
        self.hass, self.iometer, self.advance = hass, iometer, advance
        self.others = 0

    async def live(self, minutes: float) -> None:
        """Let time pass, with a reading every ten seconds."""
        for _ in range(round(minutes * 6)):
            is_on = state(self.hass, LOAD) == "on"
            self.iometer.house.draw(self.others + 2000 * is_on)
            await self.advance(10)
            self.iometer.house.advance(10)
            self.iometer.tick()
            await poll(self.entry)


@pytest.fixture
async def home(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
) -> Home:
    """Set up a meter with demand sensors, two minutes before a full hour."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(BEGIN)
    entry = await set_up(iometer)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "demand": True}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    return Home(hass, iometer, advance, entry)


async def test_a_new_peak_sheds_the_load(
    hass: HomeAssistant, home: Home, use: Use
) -> None:
    """Above 90 % of the peak the load is switched off, and on once there is room."""
    await use("keep_the_peak", KEEP)
    home.others = 4000
    await home.live(17.5)
    assert shown_number(hass, PEAK) == pytest.approx(4000, abs=20)
    await call(hass, "input_boolean.turn_on", LOAD)
    home.others = 1000
    await home.live(4)
    assert switched(hass) == ("on", "off")

    home.others = 2500
    await home.live(5)
    assert switched(hass) == ("off", "on")
    home.others = 800
    await home.live(12)
    assert switched(hass) == ("on", "off")
    assert shown_number(hass, PEAK) == pytest.approx(4000, abs=20)


async def test_the_limit_holds_without_a_peak(
    hass: HomeAssistant, home: Home, use: Use
) -> None:
    """Before the first peak of a month, only the limit counts, after a minute."""
    await use("keep_the_peak", KEEP, LOAD)
    await home.live(3)
    assert hass.states.get(PEAK) is None
    home.others = 4500
    await home.live(0.5)
    assert switched(hass) == ("on", "off")
    await home.live(1.5)
    assert switched(hass) == ("off", "on")


async def test_a_small_peak_sheds_nothing(
    hass: HomeAssistant, home: Home, use: Use
) -> None:
    """A peak below the free limit switches nothing, in kW as in W."""
    await use("keep_the_peak", KEEP)
    home.others = 300
    await home.live(3)
    er.async_get(hass).async_update_entity_options(
        AHEAD, "sensor", {"unit_of_measurement": "kW"}
    )
    await hass.async_block_till_done()
    await home.live(15)
    assert shown_number(hass, PEAK) == pytest.approx(300, abs=20)
    await call(hass, "input_boolean.turn_on", LOAD)
    await home.live(5)
    assert switched(hass) == ("on", "off")
    home.others = 2000
    await home.live(5)
    assert switched(hass) == ("off", "on")


async def test_an_unknown_demand_switches_nothing(
    hass: HomeAssistant, home: Home, use: Use
) -> None:
    """If the period was not read from its start, the load is not switched."""
    await use("keep_the_peak", KEEP, MEMORY)
    await home.live(1.5)
    assert hass.states.get(AHEAD) is None
    assert switched(hass) == ("off", "on")
    await home.live(5)
    assert switched(hass) == ("on", "off")
