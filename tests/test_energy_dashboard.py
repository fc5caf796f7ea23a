"""The last step of adding a bridge offers its meter to the Energy dashboard."""

from copy import deepcopy

from homeassistant.components.energy.data import EnergyManager, SourceType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import (
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOURCES,
    DOMAIN,
)

from .bridges.egauge.simulator import EgaugeSimulator
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .conftest import SetUp, Start
from .kinds import KINDS
from .support.dashboards import (
    EXPORT,
    FULL,
    IMPORT,
    OWN,
    POWER,
    answered,
    empty_dashboard,
    gas,
    grid,
    pending,
    sensor,
    sources,
    types,
)
from .support.flows import (
    added,
    announce,
    announcement,
    form,
    logged_in,
    submit,
    suggestions,
)
from .support.waiting import eventually

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def dashboard(hass: HomeAssistant) -> EnergyManager:
    """Set up an Energy dashboard without any source."""
    return await empty_dashboard(hass)


@pytest.mark.parametrize("key", BRIDGES)
async def test_added(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager, key: str
) -> None:
    """If the owner agrees, each kind adds its counters and its power, only once."""
    simulator = await simulators(key)
    result = await logged_in(hass, simulator)
    assert suggestions(result["data_schema"]) == {CONF_ENERGY_DASHBOARD: True}
    assert result["description_placeholders"] == {
        "name": BRIDGES[key].name,
        "host": simulator.address,
    }
    entry = await answered(hass, result)
    await eventually(lambda: pending(entry) is None)
    energy = KINDS[key].energy
    expected: list[SourceType] = [grid(hass, entry, energy.grid)]
    if energy.gas:
        expected.append(gas(hass, entry, energy.gas))
    assert sources(dashboard) == expected


@pytest.mark.parametrize("key", BRIDGES)
async def test_not_wanted(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager, key: str
) -> None:
    """If the owner does not agree, nothing is added, and nothing is stored."""
    result = await logged_in(hass, await simulators(key))
    entry = await answered(hass, result, wanted=False)
    assert CONF_ENERGY_SOURCES not in entry.data
    assert dashboard.data is None


@pytest.mark.parametrize("key", BRIDGES)
async def test_media(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A kind of bridge declares the media of all meters that it can read."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    readings = entry.runtime_data.data.readings
    assert {each.meter.medium for each in readings} == set(BRIDGES[key].media)


async def test_found_by_itself(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """For a discovered bridge the question follows after its confirmation."""
    result = await announce(hass, announcement(await simulators("iometer")))
    assert form(result) == ("confirm", {})
    await answered(hass, await submit(hass, result))
    await eventually(lambda: types(dashboard) == ["grid"])


async def test_no_dashboard(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """Without an Energy dashboard the owner is not asked."""
    hass.config.components.remove("energy")
    entry = await added(hass, await simulators("iometer"))
    assert pending(entry) is None


@pytest.mark.parametrize("key", ["iometer", "octopus_home_pro"])
async def test_own_sources(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager, key: str
) -> None:
    """Configured sources are kept; only a missing type of source is added."""
    await dashboard.async_update(deepcopy(OWN))
    before = deepcopy(dashboard.data)
    assert before
    simulator = await simulators(key)
    register = KINDS[key].energy.gas
    if register is None:
        await added(hass, simulator)
        assert dashboard.data == before
        return
    entry = await answered(hass, await logged_in(hass, simulator))
    expected = [*before["energy_sources"], gas(hass, entry, register)]
    assert dashboard.data == {**before, "energy_sources": expected}
    assert repr(sources(dashboard)) == repr(expected)


async def test_all_there(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """If every type of source is configured, the owner is not asked."""
    await answered(hass, await logged_in(hass, await simulators("octopus_home_pro")))
    assert types(dashboard) == ["grid", "gas"]
    again = await simulators("octopus_home_pro")
    assert isinstance(again, OctopusHomeProSimulator)
    again.electricity.eui = "02A1B2FFFEC30003"
    again.gas.eui = "02A1B2FFFEC30004"
    assert (await logged_in(hass, again))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("key", BRIDGES)
async def test_nothing_to_add(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager, key: str
) -> None:
    """With a full dashboard no kind asks, and its entry leaves all as it is."""
    await dashboard.async_update(deepcopy(FULL))
    before = deepcopy(dashboard.data)
    result = await logged_in(hass, await simulators(key))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert CONF_ENERGY_SOURCES not in result["data"]
    assert dashboard.data == before


async def test_configured_while_asked(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """A type that the owner configures while the form is open is not added."""
    result = await logged_in(hass, await simulators("octopus_home_pro"))
    await dashboard.async_update(deepcopy(OWN))
    entry = await answered(hass, result)
    assert types(dashboard) == ["grid", "battery", "gas"]
    assert pending(entry) is None


async def test_two_bridges(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """Of two bridges that are both to be added at the same time, only one is."""
    results = [
        await logged_in(hass, await simulators(key)) for key in ("cozify_han", "egauge")
    ]
    entries = [await answered(hass, result) for result in results]
    await eventually(lambda: [pending(entry) for entry in entries] == [None, None])
    assert types(dashboard) == ["grid"]


def disable(hass: HomeAssistant, *unique_ids: str) -> None:
    """Disable entities in the registry, as of a bridge that was removed before."""
    for unique_id in unique_ids:
        er.async_get(hass).async_get_or_create(
            "sensor", DOMAIN, unique_id, disabled_by=er.RegistryEntryDisabler.USER
        )


async def test_disabled_export(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """A disabled export counter has no statistics, and is left out."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    disable(hass, *(f"egauge_{simulator.serial}_{code}" for code in (EXPORT, POWER)))
    entry = await answered(hass, await logged_in(hass, simulator))
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, None, None))]


async def test_disabled_import(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """With import disabled there is no source; enabling it adds the source."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    disable(hass, f"egauge_{simulator.serial}_{IMPORT}")
    entry = await answered(hass, await logged_in(hass, simulator))
    assert dashboard.data is None
    assert pending(entry) == ["grid"]
    er.async_get(hass).async_update_entity(
        sensor(hass, entry, IMPORT), disabled_by=None
    )
    await hass.async_block_till_done()
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, EXPORT, POWER))]


@pytest.mark.parametrize(
    ("disabled", "left"), [(["3.0.0"], ["1.8.0"]), (["3.0.0", "1.8.0"], [])]
)
async def test_disabled_gas(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    disabled: list[str],
    left: list[str],
) -> None:
    """With its volume disabled, gas is added by its energy, if it has that."""
    simulator = await simulators("octopus_home_pro")
    assert isinstance(simulator, OctopusHomeProSimulator)
    eui = simulator.electricity.eui
    disable(hass, *(f"octopus_home_pro_{eui}_gas_{code}" for code in disabled))
    entry = await answered(hass, await logged_in(hass, simulator))
    expected = [gas(hass, entry, f"gas_{code}") for code in left]
    assert sources(dashboard)[1:] == expected
