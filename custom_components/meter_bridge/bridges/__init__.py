"""The registry: one line per kind of bridge."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry

from ..const import CONF_BRIDGE
from . import cozify_han, egauge, iometer, octopus_home_pro, whatwatt_go
from .contract import BridgeType
from .errors import UnknownKindError

type Kind = BridgeType[Any, Any]

BRIDGES: Mapping[str, Kind] = {
    bridge.key: bridge
    for bridge in (
        cozify_han.BRIDGE,
        egauge.BRIDGE,
        iometer.BRIDGE,
        octopus_home_pro.BRIDGE,
        whatwatt_go.BRIDGE,
    )
}


def bridge_of(entry: ConfigEntry) -> Kind:
    """Return the kind of an entry's bridge.

    Raise UnknownKindError for an entry that a newer version has made.
    """
    key: str = entry.data.get(CONF_BRIDGE, "")
    if key not in BRIDGES:
        raise UnknownKindError(f"No such kind of bridge: {key}")
    return BRIDGES[key]
