"""The network blocks of `/system`."""

from collections.abc import Mapping
from typing import Any

from tests.support.simulator import Json

HOME = "simulated"
NEIGHBOURS: tuple[Mapping[str, Json], ...] = (
    {"ssid": "far away", "rssi": -88, "channel": 11, "auth_mode": "WPA2"},
    {"ssid": HOME, "rssi": -57, "channel": 6, "auth_mode": "WPA2-WPA3"},
    {"ssid": "guests", "rssi": -71, "channel": 1, "auth_mode": "open"},
)


def scanned() -> list[Json]:
    """Return the wireless networks nearby, in no order."""
    return [
        {
            **each,
            "bssid": f"02000000A00{number}",
            "ht": "20",
            "signal": 2 * (100 + int(str(each["rssi"]))),
            "pairwise_cipher": "CCMP",
            "group_cipher": "CCMP",
            "phy": "bgn",
            "wps": "false",
            "country": "CH",
        }
        for number, each in enumerate(NEIGHBOURS)
    ]


def wifi(
    mac: str, rssi: int, chosen: Mapping[str, Any], *, pairing: bool
) -> dict[str, Json]:
    """Return the wireless network."""
    return {
        "ssid": chosen["name"],
        "bssid": "02000000A001",
        "channel": 6,
        "ht": "20",
        "rssi": rssi,
        "signal": min(100, max(0, 2 * (rssi + 100))),
        "auth_mode": "WPA2-WPA3",
        "pairwise_cipher": "CCMP",
        "group_cipher": "CCMP",
        "phy": "bgn",
        "wps": pairing,
        "country": "CH",
        "mac": mac,
        **_addresses("192.0.2.64", chosen),
        "status": "OK",
        "mode": "STA",
    }


def ethernet(mac: str, chosen: Mapping[str, Any], *, up: bool) -> Json:
    """Return the wired network, whose MAC address is the wireless one plus three."""
    return {
        "mac": f"{int(mac, 16) + 3:012X}",
        "status": "Up" if up else "Down",
        **(_addresses("192.0.2.65", chosen) if up else {}),
    }


def _addresses(address: str, chosen: Mapping[str, Any]) -> dict[str, Json]:
    """Return the addresses of an interface: those that were chosen, else DHCP's."""
    if chosen["static_ip"]:
        mask, names = chosen["netmask"], ("ip", "gateway", "dns")
        return {"mask": mask, **{key: chosen[key] for key in names}}
    router = "192.0.2.1"
    return {"ip": address, "mask": "255.255.255.0", "gateway": router, "dns": router}
