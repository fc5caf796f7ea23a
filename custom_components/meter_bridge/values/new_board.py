"""Make the board of an entry, from its options and the registries."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..bridges.contract import BridgeType
from ..bridges.wire import shift
from ..const import CONF_MAX_POWER, DOMAIN
from ..meter.plausible import Limits
from .board import Board
from .room import MOST_ENTITIES, MOST_METERS, Room, Rooms
from .wishes import Wishes

_PLACES_OF_KILO = 3


def new_board(
    hass: HomeAssistant, entry: ConfigEntry, bridge: BridgeType[Any, Any]
) -> Board:
    """Return a board without any reading."""
    return Board(
        bridge,
        limits_of(entry, bridge),
        Wishes.of(entry.options, bridge),
        rooms=_rooms(hass, entry),
    )


def limits_of(entry: ConfigEntry, bridge: BridgeType[Any, Any]) -> Limits:
    """Return the largest power that the owner has set (kW), else the preset."""
    chosen: float | None = entry.options.get(CONF_MAX_POWER)
    if chosen is None:
        return Limits(max_power=bridge.max_power)
    return Limits(max_power=shift(chosen, _PLACES_OF_KILO), is_set=True)


def _rooms(hass: HomeAssistant, entry: ConfigEntry) -> Rooms:
    """Return the names that an entry has in the registries, and how many it may add."""
    prefix = f"{entry.unique_id}_"
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    meters = {
        name.removeprefix(prefix)
        for device in devices
        for domain, name in device.identifiers
        if domain == DOMAIN and name.startswith(prefix)
    }
    known = {each.unique_id.removeprefix(prefix) for each in entities}
    return Rooms(entities=Room(MOST_ENTITIES, known), meters=Room(MOST_METERS, meters))
