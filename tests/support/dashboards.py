"""The sources of the Energy dashboard, and those that a bridge should add."""

from copy import deepcopy

from homeassistant.components.energy.data import (
    ENERGY_SOURCE_SCHEMA,
    EnergyManager,
    EnergyPreferencesUpdate,
    GridSourceType,
    SourceType,
    async_get_manager,
)
from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.meter_bridge.const import (
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOURCES,
    DOMAIN,
)

from .flows import created, form, submit

IMPORT, EXPORT, POWER = "1.8.0", "2.8.0", "16.7.0"
OWN: EnergyPreferencesUpdate = {
    "energy_sources": [
        {
            "type": "grid",
            "stat_energy_from": "sensor.old_import",
            "stat_energy_to": None,
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": 0.31,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "power_config": {"stat_rate_inverted": "sensor.old_power"},
            "cost_adjustment_day": 0.25,
            "name": "Cellar",
        },
        {
            "type": "battery",
            "stat_energy_from": "sensor.discharged",
            "stat_energy_to": "sensor.charged",
        },
    ],
    "device_consumption": [{"stat_consumption": "sensor.fridge"}],
    "device_consumption_water": [],
}

# With every type of source that any bridge could add.
FULL: EnergyPreferencesUpdate = {
    **OWN,
    "energy_sources": [
        *OWN["energy_sources"],
        {
            "type": "solar",
            "stat_energy_from": "sensor.old_solar",
            "config_entry_solar_forecast": None,
        },
        {
            "type": "gas",
            "stat_energy_from": "sensor.old_gas",
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
        },
        {
            "type": "water",
            "stat_energy_from": "sensor.old_water",
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
        },
    ],
}


async def empty_dashboard(hass: HomeAssistant) -> EnergyManager:
    """Set up an Energy dashboard without any source."""
    hass.config.components.add("energy")
    return await async_get_manager(hass)


def sources(dashboard: EnergyManager) -> list[SourceType]:
    """Return the configured sources, after Home Assistant has validated them."""
    if dashboard.data is None:
        return []
    found = dashboard.data["energy_sources"]
    assert ENERGY_SOURCE_SCHEMA(deepcopy(found)) == found
    return found


def types(dashboard: EnergyManager) -> list[str]:
    """Return the types of the configured sources."""
    return [source["type"] for source in sources(dashboard)]


def pending(entry: ConfigEntry) -> object:
    """Return the types of source that an entry has yet to add; None: no more."""
    return entry.data.get(CONF_ENERGY_SOURCES)


def sensor(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str:
    """Return the entity id of a register."""
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{entry.unique_id}_{key}"
    )
    assert entity_id
    return entity_id


def grid(
    hass: HomeAssistant, entry: ConfigEntry, keys: tuple[str, str | None, str | None]
) -> GridSourceType:
    """Return the grid source with these registers."""
    imported, exported, power = keys
    source: GridSourceType = {
        "type": "grid",
        "stat_energy_from": imported and sensor(hass, entry, imported),
        "stat_energy_to": exported and sensor(hass, entry, exported),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    if power:
        source["power_config"] = {"stat_rate": sensor(hass, entry, power)}
        source["stat_rate"] = sensor(hass, entry, power)
    return source


def gas(hass: HomeAssistant, entry: ConfigEntry, key: str) -> SourceType:
    """Return the gas source with this register."""
    return {
        "type": "gas",
        "stat_energy_from": sensor(hass, entry, key),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
    }


async def answered(
    hass: HomeAssistant, result: ConfigFlowResult, *, wanted: bool = True
) -> ConfigEntry:
    """Answer the last step of the flow, and wait until sources have been added."""
    step, errors = form(result)
    assert step in ("energy", "energy_later")
    assert not errors
    entry = created(await submit(hass, result, **{CONF_ENERGY_DASHBOARD: wanted}))
    await hass.async_block_till_done()
    return entry
