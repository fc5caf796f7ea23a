"""The registry: one line per kind of bridge."""

from collections.abc import Mapping
from typing import Any

from . import cozify_han, egauge, iometer, octopus_home_pro, whatwatt_go
from .contract import BridgeType

BRIDGES: Mapping[str, BridgeType[Any, Any]] = {
    bridge.key: bridge
    for bridge in (
        cozify_han.BRIDGE,
        egauge.BRIDGE,
        iometer.BRIDGE,
        octopus_home_pro.BRIDGE,
        whatwatt_go.BRIDGE,
    )
}
