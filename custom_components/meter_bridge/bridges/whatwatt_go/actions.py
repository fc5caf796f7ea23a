"""Actions of a whatwatt Go: what needs words, and has no entity."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..contract import BridgeAction
from ..fields import CONFIRMED
from ..network import ETHERNET_FIELDS, WIFI_FIELDS, check_addresses
from .client import WhatwattClient
from .network import configure_ethernet, configure_wifi, scan
from .web import WhatwattWeb

type Fields = Mapping[str, Any]
type Response = Mapping[str, object]


async def _scan_wifi(client: WhatwattClient, _data: Fields) -> Response:
    """Look for wireless networks."""
    return await scan(client.web)


def _moving(
    configure: Callable[[WhatwattWeb, Fields], Awaitable[str | None]],
) -> Callable[[WhatwattClient, Fields], Awaitable[Response]]:
    """Return a function that changes an interface, and tells the new address."""

    async def move(client: WhatwattClient, data: Fields) -> Response:
        address = await configure(client.web, data)
        client.look_again()
        return {} if address is None else {"address": address}

    return move


async def _factory_reset(client: WhatwattClient, _data: Fields) -> Response:
    """Erase all settings, and restart."""
    await client.restore()
    return {}


ACTIONS: tuple[BridgeAction[WhatwattClient], ...] = (
    BridgeAction(key="scan_wifi", fields={}, run_fn=_scan_wifi),
    BridgeAction(
        key="configure_wifi",
        fields=WIFI_FIELDS,
        check=check_addresses,
        run_fn=_moving(configure_wifi),
        moves=True,
    ),
    BridgeAction(
        key="configure_ethernet",
        fields=ETHERNET_FIELDS,
        check=check_addresses,
        run_fn=_moving(configure_ethernet),
        moves=True,
    ),
    BridgeAction(key="factory_reset", fields={**CONFIRMED}, run_fn=_factory_reset),
)
