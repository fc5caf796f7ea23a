"""The Energy dashboard of a device with sun, battery, gas and water."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import EnergyManager
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.egauge.database import Register
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.egauge.site import back_feed, connect
from tests.conftest import SetUp
from tests.support.dashboards import (
    OWN,
    empty_dashboard,
    grid,
    pending,
    sensor,
    sources,
    types,
)
from tests.support.flows import (
    add,
    added,
    created,
    form,
    logged_in,
    past_roles,
    submit,
    suggestions,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

IMPORT, EXPORT, POWER = "1.8.0", "2.8.0", "16.7.0"


@pytest.fixture
async def dashboard(hass: HomeAssistant) -> EnergyManager:
    """Set up an Energy dashboard without any source."""
    return await empty_dashboard(hass)


async def offered(
    hass: HomeAssistant, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> ConfigFlowResult:
    """Go to the last step with a site that has solar power and a battery."""
    connect(simulator, back_feed).live(freezer, 12)
    return await logged_in(hass, simulator)


async def test_each_has_a_tick(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    dashboard: EnergyManager,
) -> None:
    """Grid, solar power and battery each have a tick, and are added."""
    result = await offered(hass, simulator, freezer)
    assert form(result) == ("energy", {})
    ticks = suggestions(result["data_schema"])
    assert ticks == dict.fromkeys(
        ("energy_dashboard", "energy_solar", "energy_battery"), True
    )
    entry = created(await submit(hass, result, **ticks))
    await hass.async_block_till_done()
    own = {
        key: sensor(hass, entry, f"virtual_{key}")
        for key in ("gen_energy", "gen_power", "bat_consumed", "bat_produced")
    }
    power = sensor(hass, entry, "virtual_bat_power")
    assert sources(dashboard) == [
        grid(hass, entry, (IMPORT, EXPORT, POWER)),
        {
            "type": "solar",
            "stat_energy_from": own["gen_energy"],
            "stat_rate": own["gen_power"],
            "config_entry_solar_forecast": None,
        },
        {
            "type": "battery",
            "stat_energy_from": own["bat_consumed"],
            "stat_energy_to": own["bat_produced"],
            "power_config": {"stat_rate": power},
            "stat_rate": power,
        },
    ]


@pytest.mark.parametrize("tick", ["energy_dashboard", "energy_solar", "energy_battery"])
async def test_one_of_them(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    dashboard: EnergyManager,
    tick: str,
) -> None:
    """Without its tick a source is not added; a disabled power sensor is left out."""
    registry = er.async_get(hass)
    for key in ("gen_power", "bat_power"):
        registry.async_get_or_create(
            "sensor",
            DOMAIN,
            f"egauge_{simulator.serial}_virtual_{key}",
            disabled_by=er.RegistryEntryDisabler.USER,
        )
    result = await offered(hass, simulator, freezer)
    ticks = dict.fromkeys(suggestions(result["data_schema"]), False) | {tick: True}
    created(await submit(hass, result, **ticks))
    await hass.async_block_till_done()
    expected = "grid" if tick == "energy_dashboard" else tick.removeprefix("energy_")
    assert types(dashboard) == [expected]
    assert expected == "grid" or not {"stat_rate", "power_config"} & {
        *sources(dashboard)[0]
    }


async def test_only_sun(
    hass: HomeAssistant, simulator: EgaugeSimulator, dashboard: EnergyManager
) -> None:
    """If the dashboard has a grid, only solar power is offered, or nothing."""
    await dashboard.async_update(OWN)
    simulator.house.export(500)
    simulator.tick()
    simulator.house.advance(60)
    simulator.tick()
    result = await logged_in(hass, simulator)
    assert list(suggestions(result["data_schema"])) == ["energy_solar"]
    created(await submit(hass, result, energy_solar=True))
    await hass.async_block_till_done()
    assert types(dashboard) == ["grid", "battery", "solar"]


async def test_nothing_to_add(
    hass: HomeAssistant, simulator: EgaugeSimulator, dashboard: EnergyManager
) -> None:
    """If the dashboard has a grid and nothing is generated, there is no last step."""
    await dashboard.async_update(OWN)
    await added(hass, simulator)
    assert types(dashboard) == ["grid", "battery"]


async def test_gas_and_water_by_the_options(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    set_up: SetUp,
    dashboard: EnergyManager,
) -> None:
    """A register chosen as gas or water in the options can be added at once."""
    await dashboard.async_update(OWN)
    simulator.add(Register("well", "Qv", lambda _: 0, 41, start=10**9))
    entry = await set_up(simulator)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    for chosen in ({}, {"gas": ["register_14"], "water": ["register_41"]}):
        schema = flow["data_schema"]
        assert schema
        flow = await hass.config_entries.options.async_configure(
            flow["flow_id"], {**schema({}), **chosen}
        )
    assert flow["step_id"] == "energy"
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"energy_dashboard": True}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert [
        (each["type"], each["stat_energy_from"]) for each in sources(dashboard)[2:]
    ] == [
        ("gas", sensor(hass, entry, "register_14_volume")),
        ("water", sensor(hass, entry, "register_41_volume")),
    ]


async def test_options_of_a_device_that_is_away(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    set_up: SetUp,
    dashboard: EnergyManager,
) -> None:
    """While the device is away, options are stored and no source is offered."""
    entry = await set_up(simulator)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    schema = flow["data_schema"]
    assert schema
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], schema({})
    )
    await simulator.unplug()
    schema = flow["data_schema"]
    assert schema
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {**schema({}), "net_power": "use_less_gen"}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert dashboard.data is None


async def test_a_disabled_total_is_awaited(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    dashboard: EnergyManager,
) -> None:
    """Solar power is added once its disabled total is enabled."""
    registry = er.async_get(hass)
    total = registry.async_get_or_create(
        "sensor",
        DOMAIN,
        f"egauge_{simulator.serial}_virtual_gen_energy",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    result = await offered(hass, simulator, freezer)
    ticks = dict.fromkeys(suggestions(result["data_schema"]), True)
    entry = created(await submit(hass, result, **ticks))
    await hass.async_block_till_done()
    assert pending(entry) == ["solar"]
    assert types(dashboard) == ["grid", "battery"]
    registry.async_update_entity(total.entity_id, disabled_by=None)
    await hass.async_block_till_done()
    assert types(dashboard) == ["grid", "battery", "solar"]
    assert pending(entry) is None


async def test_a_device_that_is_lost_before_the_last_step(
    hass: HomeAssistant, simulator: EgaugeSimulator, dashboard: EnergyManager
) -> None:
    """If the device does not answer, all sources of its kind are offered."""
    result = await add(hass, simulator.address, "egauge")
    result = await submit(hass, result, **simulator.credentials)
    simulator.fail_with(500, path="/api/register")
    result = await past_roles(hass, result)
    assert form(result) == ("energy", {})
    assert suggestions(result["data_schema"]) == {"energy_dashboard": True}
