"""How a whatwatt Go is on the network: Wi-Fi and Ethernet."""

from collections.abc import Mapping
from typing import Any

from ..errors import BridgeConnectionError, BridgeResponseError
from ..network import ADDRESSES, Network, response
from ..wire import entries, section, text, whole
from .decoder import SYSTEM
from .web import WhatwattWeb

_SCAN = "/api/v1/wifi/scan"
_WIFI, _ETHERNET = "/api/v1/wifi/sta/settings", "/api/v1/eth/settings"


async def scan(web: WhatwattWeb) -> Mapping[str, object]:
    """Look for wireless networks, strongest first; their names are not recorded."""
    answer = (await web.request("GET", _SCAN, name="")).json()
    if not isinstance(answer, list):
        raise BridgeResponseError("The answer is no list of networks")
    return response(
        Network(
            ssid=text(sent.get("ssid")),
            channel=whole(sent.get("channel")),
            rssi=whole(sent.get("rssi")),
            security=text(sent.get("auth_mode")),
        )
        for sent in map(section, entries(answer))
    )


async def configure_wifi(web: WhatwattWeb, data: Mapping[str, Any]) -> str | None:
    """Join a wireless network; return the device's new address, if it is known."""
    body = {"enable": True, "name": data["ssid"], **_addresses(data)}
    if "password" in data:
        body["password"] = data["password"]
    return await _configure(web, _WIFI, body, beside="ethernet")


async def configure_ethernet(web: WhatwattWeb, data: Mapping[str, Any]) -> str | None:
    """Change the wired network; return the device's new address, if it is known."""
    body = _addresses(data)
    if "enabled" in data:
        body["enable"] = data["enabled"]
    return await _configure(web, _ETHERNET, body, beside="wifi")


def _addresses(data: Mapping[str, Any]) -> dict[str, object]:
    """Return what of a request concerns addresses; nothing where they stay."""
    if "ip" in data:
        return {"static_ip": True, **{key: data[key] for key in ADDRESSES}}
    return {} if "dhcp" not in data else {"static_ip": not data["dhcp"]}


async def _configure(
    web: WhatwattWeb, path: str, body: dict[str, object], *, beside: str
) -> str | None:
    """Change one interface; return the new address, unless another one is in use.

    The device may be gone before it has answered.
    """
    system = (await web.request("GET", SYSTEM)).json()
    address = text(body.get("ip"))
    try:
        (await web.change(path, body)).json()
    except BridgeConnectionError as error:
        if address is None or error.status is not None:
            raise
    is_other = text(section(system, beside).get("ip")) == web.http.url.host
    return None if is_other else address
