"""Actions of a reader: operations that take fields, or return something."""

from collections.abc import Mapping
from typing import Any

from probatio import In, Optional

from ..contract import BridgeAction
from ..fields import CONFIRMED, some, ssid
from ..network import wifi_password
from .client import CozifyHanClient
from .network import INTERFACES, check_network, configure, scan


async def _scan_wifi(
    client: CozifyHanClient, _data: Mapping[str, Any]
) -> Mapping[str, object]:
    """Look for wireless networks."""
    return await scan(client.changes)


ACTIONS: tuple[BridgeAction[CozifyHanClient], ...] = (
    BridgeAction(key="scan_wifi", fields={}, run_fn=_scan_wifi),
    BridgeAction(
        key="configure_network",
        fields={
            Optional("ssid"): ssid,
            Optional("password"): wifi_password,
            Optional("ethernet"): bool,
            Optional("wifi"): bool,
            Optional("dhcp"): some(In([*INTERFACES])),
            **CONFIRMED,
        },
        check=check_network,
        run_fn=configure,
        moves=True,
    ),
)
