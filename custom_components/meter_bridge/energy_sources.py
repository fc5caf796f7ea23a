"""Sources for the Energy dashboard, made of the entities of a meter."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .bridges.contract import BridgeSensor, Feed
from .bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER, VOLUME
from .const import DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.energy import GAS, GRID, SOLAR, WATER
from .flow.offers import FEEDS
from .values.sources import entity_key

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        BatterySourceType,
        GasSourceType,
        GridSourceType,
        SolarSourceType,
        SourceType,
        WaterSourceType,
    )

CODES = {
    GRID: (IMPORT_ENERGY, EXPORT_ENERGY, NET_POWER),
    GAS: (VOLUME, IMPORT_ENERGY),
    WATER: (VOLUME,),
}


def entities_of(
    hass: HomeAssistant, entry: MeterBridgeEntry, meter: str, codes: Iterable[str]
) -> Mapping[str, str]:
    """Return, by code, a meter's enabled entities for registers that have a value.

    Return none at all until each of them is registered.
    """
    registry = er.async_get(hass)
    found: dict[str, str] = {}
    for code in codes:
        key = entity_key(meter, code)
        if key not in entry.runtime_data.board.values:
            continue
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.unique_id}_{key}"
        )
        entity = entity_id and registry.async_get(entity_id)
        if not entity:
            return {}
        if not entity.disabled:
            found[code] = entity.entity_id
    return found


def _grid(entities: Mapping[str, str]) -> GridSourceType | None:
    """Return a grid source; None without imported energy."""
    if IMPORT_ENERGY not in entities:
        return None
    source: GridSourceType = {
        "type": "grid",
        "stat_energy_from": entities[IMPORT_ENERGY],
        "stat_energy_to": entities.get(EXPORT_ENERGY),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    if NET_POWER in entities:
        source["power_config"] = {"stat_rate": entities[NET_POWER]}
    return source


def _gas(entities: Mapping[str, str]) -> GasSourceType | None:
    """Return a gas source, by volume if there is one, else by energy."""
    if not entities:
        return None
    return {
        "type": "gas",
        "stat_energy_from": next(iter(entities.values())),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
    }


def _water(entities: Mapping[str, str]) -> WaterSourceType | None:
    """Return a water source."""
    if VOLUME not in entities:
        return None
    return {
        "type": "water",
        "stat_energy_from": entities[VOLUME],
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
    }


def own_entities(hass: HomeAssistant, entry: MeterBridgeEntry) -> Mapping[Feed, str]:
    """Return the enabled entities of the bridge's own, by what they may add."""
    registry, board = er.async_get(hass), entry.runtime_data.board
    found: dict[Feed, str] = {}
    for key in board.values:
        description = board.source(key).description
        if not isinstance(description, BridgeSensor) or description.feeds is None:
            continue
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.unique_id}_{key}"
        )
        entity = entity_id and registry.async_get(entity_id)
        if entity and not entity.disabled:
            found.setdefault(description.feeds, entity.entity_id)
    return found


def own_source(kind: str, entities: Mapping[Feed, str]) -> SourceType | None:
    """Return a source of entities of the bridge's own; None until all exist."""
    if kind not in FEEDS or not entities.keys() >= FEEDS[kind]:
        return None
    if kind == GAS:
        return _gas({VOLUME: entities[Feed.GAS]})
    if kind == WATER:
        return _water({VOLUME: entities[Feed.WATER]})
    if kind == SOLAR:
        solar: SolarSourceType = {
            "type": "solar",
            "stat_energy_from": entities[Feed.SOLAR],
            "config_entry_solar_forecast": None,
        }
        if Feed.SOLAR_POWER in entities:
            solar["stat_rate"] = entities[Feed.SOLAR_POWER]
        return solar
    battery: BatterySourceType = {
        "type": "battery",
        "stat_energy_from": entities[Feed.DISCHARGED],
        "stat_energy_to": entities[Feed.CHARGED],
    }
    if Feed.BATTERY_POWER in entities:
        battery["power_config"] = {"stat_rate": entities[Feed.BATTERY_POWER]}
    return battery


MAKERS: Mapping[str, Callable[[Mapping[str, str]], SourceType | None]] = {
    GRID: _grid,
    GAS: _gas,
    WATER: _water,
}
