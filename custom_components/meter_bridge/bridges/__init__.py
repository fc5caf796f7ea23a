"""The registry: one line per kind of bridge."""

from collections.abc import Mapping
from typing import Any

from . import iometer, whatwatt_go
from .contract import BridgeType

BRIDGES: Mapping[str, BridgeType[Any, Any]] = {
    bridge.key: bridge
    for bridge in (
        iometer.BRIDGE,
        whatwatt_go.BRIDGE,
    )
}
