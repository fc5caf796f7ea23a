"""The network blocks of `/system`."""

from tests.support.simulator import Json


def wifi(mac: str, rssi: int, *, pairing: bool) -> Json:
    """Return the wireless network."""
    return {
        "ssid": "simulated",
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
        **_addresses("192.0.2.64"),
        "status": "OK",
        "mode": "STA",
    }


def ethernet(mac: str, *, up: bool) -> Json:
    """Return the wired network, whose MAC address is the wireless one plus three."""
    return {
        "mac": f"{int(mac, 16) + 3:012X}",
        "status": "Up" if up else "Down",
        **(_addresses("192.0.2.65") if up else {}),
    }


def _addresses(address: str) -> dict[str, Json]:
    """Return the addresses of an interface."""
    router = "192.0.2.1"
    return {"ip": address, "mask": "255.255.255.0", "gateway": router, "dns": router}
