"""What a meter on the meter bus counts is for its owner to say."""

from typing import Any

from homeassistant.components.energy.data import EnergyManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
)
from tests.conftest import SetUp, Start
from tests.support.dashboards import empty_dashboard, sources
from tests.support.flows import form, suggestions
from tests.support.watching import entries

ENTITY = "sensor.volume_meter_volume"


@pytest.fixture
async def entry(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> MockConfigEntry:
    """Set up a bridge with a meter on its meter bus."""
    simulator = await simulators("whatwatt_go")
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    assert hass.states.get(ENTITY)
    return entry


async def asked(hass: HomeAssistant, entry: MockConfigEntry) -> Any:  # noqa: ANN401
    """Answer the first form as it is shown; return the next step."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = suggestions(result["data_schema"])
    return await hass.config_entries.options.async_configure(result["flow_id"], typed)


async def answer(hass: HomeAssistant, result: Any, **words: object) -> Any:  # noqa: ANN401
    """Answer a step; return the next one."""
    result = await hass.config_entries.options.async_configure(result["flow_id"], words)
    await hass.async_block_till_done()
    return result


@pytest.mark.parametrize(
    ("said", "looks", "places"),
    [
        (("gas", "m³"), ("gas", "m³", "Gas meter Volume"), 0),
        (("water", "L"), ("water", "m³", "Water meter Volume"), -3),
        (("heat", "m³"), ("volume", "m³", "Heat meter Volume"), 0),
        (("heat", "MWh"), ("energy", "MWh", "Heat meter Heat"), 0),
        (("cold", "GJ"), ("energy", "GJ", "Cold meter Cold"), 0),
        (("gas", "kWh"), ("energy", "kWh", "Gas meter Gas energy"), 0),
        (("volume", "m³"), ("volume", "m³", "Volume meter Volume"), 0),
    ],
)
async def test_a_meter_is_what_its_owner_says(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    said: tuple[str, str],
    looks: tuple[str, str, str],
    places: int,
) -> None:
    """Class, unit, names and number follow at once; the entity stays the same one."""
    (medium, unit), (device_class, shown_unit, name) = said, looks
    before = hass.states.get(ENTITY)
    assert before
    result = await asked(hass, entry)
    assert form(result) == ("meter", {})
    result = await answer(hass, result, medium=medium, unit=unit)
    assert result["type"] is FlowResultType.CREATE_ENTRY

    state = hass.states.get(ENTITY)
    assert state
    assert state.attributes["device_class"] == device_class
    assert state.attributes["unit_of_measurement"] == shown_unit
    assert state.attributes["state_class"] == "total_increasing"
    assert state.name == name
    assert float(state.state) == pytest.approx(float(before.state) * 10**places)
    assert sum(each.entity_id == ENTITY for each in entries(hass, entry)) == 1


async def test_what_was_said_is_asked_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The form shows what the owner has said, who may take it back."""
    result = await answer(hass, await asked(hass, entry), medium="gas", unit="m³")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    result = await asked(hass, entry)
    assert suggestions(result["data_schema"]) == {"medium": "gas", "unit": "m³"}
    await answer(hass, result, medium="volume", unit="m³")
    state = hass.states.get(ENTITY)
    assert state
    assert state.attributes["device_class"] == "volume"


async def test_water_is_no_energy(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A unit that does not fit is refused, and may be corrected."""
    result = await answer(hass, await asked(hass, entry), medium="water", unit="kWh")
    assert form(result) == ("meter", {"unit": "unit_does_not_fit"})
    result = await answer(hass, result, medium="water", unit="m³")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.fixture
async def dashboard(hass: HomeAssistant) -> EnergyManager:
    """Have an Energy dashboard that nobody has configured."""
    return await empty_dashboard(hass)


@pytest.mark.parametrize("medium", ["gas", "water"])
async def test_gas_and_water_come_to_the_dashboard(
    hass: HomeAssistant, entry: MockConfigEntry, dashboard: EnergyManager, medium: str
) -> None:
    """They are offered where the dashboard has none, and added if the owner agrees."""
    result = await answer(hass, await asked(hass, entry), medium=medium, unit="m³")
    assert form(result) == ("energy", {})
    result = await answer(hass, result, energy_dashboard=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (source,) = sources(dashboard)
    assert source["type"] == medium
    assert source["stat_energy_from"] == ENTITY
    assert not {"energy_sources", "energy_asked"} & entry.data.keys()

    # What is in the dashboard is not offered again.
    result = await answer(hass, await asked(hass, entry), medium=medium, unit="L")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("medium", "wanted"), [("gas", False), ("heat", True), ("volume", True)]
)
async def test_nothing_comes_to_the_dashboard_unasked(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    dashboard: EnergyManager,
    medium: str,
    *,
    wanted: bool,
) -> None:
    """Who declines, or has a meter that the dashboard cannot take, changes nothing."""
    result = await answer(hass, await asked(hass, entry), medium=medium, unit="m³")
    if not wanted:
        result = await answer(hass, result, energy_dashboard=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert sources(dashboard) == []


async def test_diagnostics_name_no_meter(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The options are kept by serial number, which leaves the house nowhere."""
    await answer(hass, await asked(hass, entry), medium="gas", unit="m³")
    assert "30012345" in str(entry.options)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert "30012345" not in str(found)
