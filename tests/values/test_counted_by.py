"""A sensor that counts what another one counts as well says so.

Home Assistant 2026.12 offers each sum for the Energy dashboard that is not in it yet,
unless its attribute `source` names one that is.
"""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.snapshot import Medium
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from tests.conftest import SetUp, Start
from tests.support.watching import entries


@pytest.mark.parametrize(
    ("code", "medium", "total"),
    [
        ("1.8.0", Medium.ELECTRICITY, None),
        ("2.8.0", Medium.ELECTRICITY, None),
        ("1.8.2", Medium.ELECTRICITY, "1.8.0"),
        ("2.8.1", Medium.ELECTRICITY, "2.8.0"),
        ("21.8.0", Medium.ELECTRICITY, "1.8.0"),
        ("62.8.0", Medium.ELECTRICITY, "2.8.0"),
        ("16.8.0", Medium.ELECTRICITY, "1.8.0"),
        # No energy that the dashboard could take.
        ("3.8.1", Medium.ELECTRICITY, None),
        ("1.7.0", Medium.ELECTRICITY, None),
        ("3.0.0", Medium.VOLUME, None),
        ("3.0.0", Medium.GAS, "1.8.0"),
        ("1.8.0", Medium.GAS, "3.0.0"),
    ],
)
def test_registers_name_the_total(code: str, medium: Medium, total: str | None) -> None:
    """Tariffs, phases and net sums are parts of a total, gas is counted twice."""
    assert meter_sensor(code, medium).counted_by == total


@pytest.mark.parametrize("key", BRIDGES)
async def test_no_sum_is_offered_twice(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Each sum that names no other one counts something of its own."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    sums = {
        each.entity_id: hass.states.get(each.entity_id)
        for each in entries(hass, entry)
        if each.original_device_class in {"energy", "gas", "water"}
        and not each.disabled
    }
    named = {
        entity_id: state.attributes["source"]
        for entity_id, state in sums.items()
        if state and "source" in state.attributes
    }
    assert set(named.values()) <= sums.keys() - named.keys()
    for entity_id, state in sums.items():
        assert state
        is_part = " T" in state.name or "Grid" in state.name
        assert (entity_id in named) is (is_part or state.name == "Gas meter Gas energy")
        if entity_id in named:
            assert state.state_info
            assert "source" in state.state_info["unrecorded_attributes"]
