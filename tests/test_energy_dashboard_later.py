"""A meter without counters is added to the Energy dashboard later, or never."""

from copy import deepcopy
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import EnergyManager
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from .bridges.egauge.simulator import EgaugeSimulator
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .conftest import Start
from .support.dashboards import (
    EXPORT,
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
from .support.flows import created, form, logged_in, submit
from .support.simulator import Simulator
from .support.waiting import eventually

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

DAY = timedelta(days=1)


@pytest.fixture
async def dashboard(hass: HomeAssistant) -> EnergyManager:
    """Set up an Energy dashboard without any source."""
    return await empty_dashboard(hass)


async def waiting(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Add a bridge, to be added to the dashboard, whose meter has no counters yet."""
    # A total that is not sent is the sum of its tariffs.
    for code in (IMPORT, "1.8.1", "1.8.2", EXPORT):
        simulator.force(code, None)
    simulator.tick()
    result = await logged_in(hass, simulator)
    assert form(result) == ("energy_later", {})
    entry = await answered(hass, result)
    assert pending(entry) == ["grid"]
    return entry


async def begin_to_count(hass: HomeAssistant, simulator: Simulator) -> None:
    """Let a meter send its counters from now on."""
    simulator.heal()
    simulator.house.advance(10)
    simulator.tick()
    await hass.async_block_till_done()


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_power_comes_first(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    *,
    is_restarted: bool,
) -> None:
    """A meter is added, with all registers, when its counters first appear."""
    simulator = await simulators("iometer")
    entry = await waiting(hass, simulator)
    assert dashboard.data is None
    if is_restarted:
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert pending(entry) == ["grid"]
    await eventually(lambda: simulator.open_streams == 2)
    await begin_to_count(hass, simulator)
    await eventually(lambda: pending(entry) is None)
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, EXPORT, POWER))]


async def test_only_import(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """A meter that only sends import makes a complete source."""
    simulator = await simulators("iometer")
    for code in (EXPORT, POWER):
        simulator.force(code, None)
    for code in ("36.7.0", "56.7.0", "76.7.0"):
        simulator.force(code, None)
    simulator.tick()
    entry = await answered(hass, await logged_in(hass, simulator))
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, None, None))]


async def power_arrives(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """Let the meter send its power from now on, as after its PIN was entered."""
    await eventually(lambda: simulator.open_streams == 2)
    simulator.heal()
    simulator.house.advance(10)
    simulator.tick()
    await eventually(lambda: POWER in entry.runtime_data.board.values)
    await hass.async_block_till_done()


async def without_power(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Add a meter that sends no power yet to the dashboard."""
    for code in (POWER, "36.7.0", "56.7.0", "76.7.0"):
        simulator.force(code, None)
    simulator.tick()
    return await answered(hass, await logged_in(hass, simulator))


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_power_comes_last(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    *,
    is_restarted: bool,
) -> None:
    """Power that comes later is added to the source, also after a restart, once."""
    simulator = await simulators("iometer")
    entry = await without_power(hass, simulator)
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, EXPORT, None))]
    if is_restarted:
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    await power_arrives(hass, simulator, entry)
    assert sources(dashboard) == [grid(hass, entry, (IMPORT, EXPORT, POWER))]
    assert "energy_grid" not in entry.data


@pytest.mark.parametrize("change", [{"number_energy_price": 0.3}, {"name": "Flat"}])
async def test_power_is_not_added_to_what_the_owner_changed(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    change: dict[str, object],
) -> None:
    """A source that is not as it was added stays as it is; so does its removal."""
    simulator = await simulators("iometer")
    entry = await without_power(hass, simulator)
    mine = [{**sources(dashboard)[0], **change}]
    await dashboard.async_update({"energy_sources": mine})  # type: ignore[typeddict-item]
    await power_arrives(hass, simulator, entry)
    assert sources(dashboard) == mine
    assert "energy_grid" not in entry.data


async def test_no_register_of_the_grid(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """An eGauge that does not measure the grid has nothing to tick, and says so."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    for name in ("Grid", "Grid+", "Grid-"):
        simulator.rename(name, f"Shed {name}")
    result = await logged_in(hass, simulator)
    assert form(result) == ("energy_none", {})
    assert result["data_schema"] is None
    entry = created(await submit(hass, result))
    assert pending(entry) is None
    assert dashboard.data is None


async def test_given_up(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A meter whose counters appear after more than a day is not added."""
    simulator = await simulators("iometer")
    entry = await waiting(hass, simulator)
    await eventually(lambda: simulator.open_streams == 2)
    later = dt_util.utcnow() + DAY
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()
    assert pending(entry) is None
    await begin_to_count(hass, simulator)
    await eventually(lambda: IMPORT in entry.runtime_data.board.values)
    await hass.async_block_till_done()
    assert sensor(hass, entry, IMPORT)
    assert dashboard.data is None


@pytest.mark.parametrize("is_late", [True, False])
async def test_start_after_a_while(
    hass: HomeAssistant,
    simulators: Start,
    dashboard: EnergyManager,
    freezer: FrozenDateTimeFactory,
    *,
    is_late: bool,
) -> None:
    """If Home Assistant was off for a day, nothing is added any more."""
    simulator = await simulators("iometer")
    entry = await waiting(hass, simulator)
    await hass.config_entries.async_unload(entry.entry_id)
    simulator.heal()
    simulator.tick()
    freezer.tick(DAY if is_late else DAY / 2)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert types(dashboard) == ([] if is_late else ["grid"])
    assert pending(entry) is None


async def test_configured_meanwhile(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """A source that the owner has added meanwhile is kept, and none is added."""
    simulator = await simulators("iometer")
    entry = await waiting(hass, simulator)
    await dashboard.async_update(deepcopy(OWN))
    before = deepcopy(dashboard.data)
    await eventually(lambda: simulator.open_streams == 2)
    await begin_to_count(hass, simulator)
    await eventually(lambda: pending(entry) is None)
    assert dashboard.data == before


async def test_some_of_it(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """A source that is ready is added, and the other is still awaited."""
    simulator = await simulators("octopus_home_pro")
    assert isinstance(simulator, OctopusHomeProSimulator)
    simulator.refuse(meter="gas")
    entry = await answered(hass, await logged_in(hass, simulator))
    assert types(dashboard) == ["grid"]
    assert pending(entry) == ["gas"]
    simulator.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert sources(dashboard)[1:] == [gas(hass, entry, "gas_3.0.0")]
    assert pending(entry) is None


async def test_dashboard_is_gone(
    hass: HomeAssistant, simulators: Start, dashboard: EnergyManager
) -> None:
    """Nothing is added if Home Assistant no longer has an Energy dashboard."""
    simulator = await simulators("iometer")
    entry = await waiting(hass, simulator)
    hass.config.components.remove("energy")
    await eventually(lambda: simulator.open_streams == 2)
    await begin_to_count(hass, simulator)
    await eventually(lambda: IMPORT in entry.runtime_data.board.values)
    await hass.async_block_till_done()
    assert sensor(hass, entry, IMPORT)
    assert dashboard.data is None
    assert pending(entry) == ["grid"]
