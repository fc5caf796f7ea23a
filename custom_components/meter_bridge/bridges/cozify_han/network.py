"""How a reader is on the network: Ethernet, Wi-Fi, and networks nearby."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import time
from typing import Any

from ..errors import (
    BridgeConnectionError,
    NoWayLeftError,
    ScanFailedError,
    UnfitFieldsError,
)
from ..network import Network, response
from ..wire import entries, section, text, whole
from .changes import Changes
from .client import CozifyHanClient

# The keys of both interfaces in the settings, by the fields of the action.
INTERFACES: Mapping[str, str] = {"ethernet": "e", "wifi": "w"}
_RUNNING, _SUCCESS = "SCAN_RUNNING", "SCAN_SUCCESS"
_SCAN_SECONDS, _PAUSE_SECONDS = 60.0, 2.0
# The vendor's document names the properties of a network, but not their keys.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "ssid": ("ssid", "s"),
    "channel": ("channel", "ch"),
    "rssi": ("rssi", "r"),
    "security": ("auth", "authmode", "authtype", "authentication", "security"),
}


async def scan(changes: Changes) -> Mapping[str, object]:
    """Look for wireless networks, strongest first.

    ScanFailedError: the reader reports a failure, or no result within a minute. The
    reader may be off the network meanwhile.
    """
    until = time.monotonic() + _SCAN_SECONDS
    found = await changes.scan(start=True)
    while found.get("status") == _RUNNING:
        if time.monotonic() > until:
            raise ScanFailedError("The reader does not come to an end")
        await asyncio.sleep(_PAUSE_SECONDS)
        with suppress(BridgeConnectionError):
            found = await changes.scan(start=False)
    if found.get("status") != _SUCCESS:
        raise ScanFailedError("The reader cannot look for networks")
    return response(map(_parse_network, entries(found.get("networks"))))


def _parse_network(entry: object) -> Network:
    """Read one network, in whichever spelling its keys are."""
    sent = {
        key.lower().replace("_", "").replace("-", ""): value
        for key, value in section(entry).items()
    }
    ssid, channel, rssi, security = (
        next((sent[key] for key in keys if key in sent), None)
        for keys in _KEYS.values()
    )
    return Network(
        ssid=text(ssid),
        channel=whole(channel),
        rssi=whole(rssi),
        security=text(security),
    )


def check_network(data: dict[str, Any]) -> dict[str, Any]:
    """Require a change, and one that leaves the reader reachable.

    UnfitFieldsError: a network without its password, or another change together with
    one that turns an interface off.
    """
    if data.keys() <= {"confirm"}:
        raise UnfitFieldsError("There is nothing to change")
    if ("ssid" in data) != ("password" in data):
        raise UnfitFieldsError("A network needs its password")
    changes = data.keys() - {"confirm"}
    if any(data.get(name) is False for name in INTERFACES) and len(changes) > 1:
        raise UnfitFieldsError("What turns an interface off comes alone")
    return data


async def configure(
    client: CozifyHanClient, data: Mapping[str, Any]
) -> Mapping[str, object]:
    """Change the interfaces; return the new address if the one in use is turned off.

    NoWayLeftError: the other interface is not connected, and nothing was changed.
    """
    address = await _address_left(client, data)
    try:
        await _change(client.changes, data)
    except BridgeConnectionError as error:
        # The reader may leave the network before it answers.
        if address is None or error.status is not None:
            raise
    client.look_again()
    return {} if address is None else {"address": address}


async def _address_left(client: CozifyHanClient, data: Mapping[str, Any]) -> str | None:
    """Return where the reader will be if the interface in use is turned off."""
    off = [name for name in INTERFACES if data.get(name) is False]
    if not off:
        return None
    now = await client.addresses()
    ethernet_is_off = off == ["ethernet"]
    lost, left = (
        (now.ethernet, now.wifi) if ethernet_is_off else (now.wifi, now.ethernet)
    )
    if left is None:
        raise NoWayLeftError("The other interface is not connected")
    return left if client.host == lost else None


async def _change(changes: Changes, data: Mapping[str, Any]) -> None:
    """Send settings first: joining a network restarts the reader."""
    body: dict[str, dict[str, object]] = {}
    for name, key in INTERFACES.items():
        if name in data:
            body.setdefault(key, {})["e"] = data[name]
        if name in data.get("dhcp", ()):
            body.setdefault(key, {})["n"] = {"m": "dhcp"}
    if body:
        await changes.configure(body)
    if "ssid" in data:
        await changes.set_up_wifi(data["ssid"], data["password"])
