"""What Home Assistant asks in the course of time."""

from collections import Counter

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from tests.bridges.octopus_home_pro.conftest import (
    CONSUMPTION,
    ELEC,
    GAS,
    GAS_LINK,
    INFO,
    STATUS,
    VOLUME,
    pass_time,
)
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.watching import state

type Home = OctopusHomeProSimulator


async def test_gas_appears_later(
    hass: HomeAssistant,
    simulator: Home,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A gas meter that joins is there within a quarter of an hour, by itself."""
    simulator.has_gas = False
    await set_up(simulator)
    assert hass.states.get(VOLUME) is None
    assert hass.states.get(GAS_LINK) is None
    simulator.has_gas = True
    await pass_time(hass, freezer, 900)
    assert state(hass, VOLUME) == "4711.018"
    assert state(hass, "sensor.gas_meter_supply") == "on"
    assert state(hass, GAS_LINK) == "on"


async def test_requests_in_ten_minutes(
    hass: HomeAssistant,
    simulator: Home,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant asks as often as values can change, and never twice at once."""
    await set_up(simulator)
    since = len(simulator.asked)
    await pass_time(hass, freezer, 600)
    assert Counter(simulator.asked[since:]) == {
        (CONSUMPTION, ELEC): 60,
        (CONSUMPTION, GAS): 10,
        (STATUS, ELEC): 10,
        (STATUS, GAS): 10,
        (INFO, ELEC): 60,
    }
    assert simulator.most_at_once == 1
