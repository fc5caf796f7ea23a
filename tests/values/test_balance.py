"""How evenly the phases are loaded, and how near to the rating of the main fuse."""

from decimal import Decimal

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.values.balance import Balance
from tests.conftest import SetUp, Start
from tests.support.automating import automate_trigger
from tests.support.watching import entries, poll, state

FUSE_KEYS = {
    "fuse_margin",
    "fuse_margin_phase",
    "fuse_overload_phase",
    "main_fuse",
}
asking = pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.asks_fuse]
)


def test_imbalance_is_the_largest_difference() -> None:
    """It takes all three currents, whichever way they flow, with the digits sent."""
    balance = Balance()
    assert balance.show({"31.7.0": 10.3, "51.7.0": 2.1}) == {}
    assert balance.show({"31.7.0": 10.3, "51.7.0": -2.1, "71.7.0": 4}) == {
        "phase_imbalance": 8.2
    }


def test_a_fuse_is_judged_by_the_phases_that_are_known() -> None:
    """Margins fall below zero, and an overload ends clearly below the rating."""
    balance = Balance(rating=25)
    shown = balance.show({"31.7.0": 26, "51.7.0": 4.2})
    assert shown == {
        "main_fuse": 25,
        "fuse_margin": -1,
        "fuse_margin_phase_1": -1,
        "fuse_margin_phase_2": 20.8,
        "fuse_overload_phase_1": True,
        "fuse_overload_phase_2": False,
    }
    assert balance.show({"31.7.0": 24})["fuse_overload_phase_1"] is True
    assert balance.show({"31.7.0": 23})["fuse_overload_phase_1"] is False


@pytest.mark.parametrize("key", BRIDGES)
async def test_imbalance_is_off_at_first(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """It exists where the meter tells the currents of its phases."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    found = {each.unique_id: each for each in entries(hass, await set_up(simulator))}
    has_currents = any(each.endswith("_71.7.0") for each in found)
    imbalance = [each for each in found if each.endswith("_phase_imbalance")]
    assert len(imbalance) == has_currents
    assert all(found[each].disabled for each in imbalance)


@asking
async def test_a_fuse_that_the_owner_enters_is_guarded(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Margins, warnings and the trigger work as if the bridge told the rating."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    assert not {e.translation_key for e in entries(hass, entry)} & FUSE_KEYS

    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "main_fuse": 25}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert {e.translation_key for e in entries(hass, entry)} >= FUSE_KEYS
    assert state(hass, "sensor.bridge_main_fuse") == "25"
    events = await automate_trigger(hass, entry, "fuse_rating_exceeded")
    simulator.force("51.7.0", Decimal(26))
    simulator.house.advance(10)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, "sensor.bridge_fuse_margin") == "-1"
    assert state(hass, "binary_sensor.bridge_fuse_overload_l2") == "on"
    assert [event.data["by"] for event in events] == ["sensor.bridge_current_l2"]

    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "main_fuse": 0}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert not {e.translation_key for e in entries(hass, entry)} & FUSE_KEYS
    assert er.async_get(hass).async_get("sensor.bridge_current_l2")
