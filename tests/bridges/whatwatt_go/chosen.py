"""What the owner of a simulated whatwatt Go has chosen, which requests change."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

FACTORY: Mapping[str, Any] = {
    "system": {
        "name": "",
        "protection": False,
        "power_save": False,
        "p1_wifi_boost": True,
        "use_dhcp_ntp_server": True,
        "custom_ntp_server": "ntp.example.net",
        "use_custom_ntp_server": False,
    },
    "services": {
        "cloud": {
            "what_watt": True,
            "solar_manager": False,
            "mystrom": False,
            "stromkonto": False,
        },
        "local": {"solar_manager": False},
        "broadcast": True,
        "other_energy_provider": False,
        "report_interval": 30,
        "low_power_report": False,
        "log": False,
        "meter_proxy": False,
        "sd": {"enable": False, "frequency": 15, "recorder_mode": False},
        "modbus": {"enable": False, "port": 502},
        "berry": {"auto_run": False, "run_delay": 300},
    },
}
NO_KEY = "0" * 32
METER_FACTORY: Mapping[str, Any] = {
    "baudrate": 115200,
    "parity": "none",
    "stop_bits": "1",
    "buffer_size": 64,
    "method": "Passive Push",
    "encryption": False,
    "encryption_key": NO_KEY,
    "authentication_key": NO_KEY,
    "rx_invert": False,
    "tx_invert": False,
    "auto_baudrate": True,
    "if_type": "auto",
    "conv_factor": 1,
    "time_offset": 0,
    "sync_time_offset_with_ntp": False,
    "scalers_set": "default",
}
_ADDRESSES: Mapping[str, Any] = {
    "static_ip": False,
    "ip": "0.0.0.0",  # noqa: S104 (no address)
    "netmask": "0.0.0.0",  # noqa: S104
    "gateway": "0.0.0.0",  # noqa: S104
    "dns": "0.0.0.0",  # noqa: S104
}
WIFI_FACTORY: Mapping[str, Any] = {
    "enable": False,
    "name": "",
    "password": "",
    **_ADDRESSES,
    "max_tx_power": 17,
}
ETHERNET_FACTORY: Mapping[str, Any] = {"enable": True, **_ADDRESSES}
MQTT_FACTORY: Mapping[str, Any] = {
    "enable": False,
    "url": "",
    "username": "",
    "password": "",
    "client_id": "whatwattGO",
    "skip_cn_check": False,
    "publish": {"topic": "", "template": ""},
}
# No answer contains them.
_SECRET = frozenset({"password", "encryption_key", "authentication_key"})


class Chosen:
    """One document of settings: PUT merges into it, POST resets what is absent."""

    def __init__(self, factory: Mapping[str, Any]) -> None:
        """Start as from the factory."""
        self._factory = factory
        self.reset()

    def reset(self) -> None:
        """Be as from the factory again."""
        self.now: dict[str, Any] = deepcopy(dict(self._factory))

    def shown(self) -> dict[str, Any]:
        """Return the document without its passwords and keys."""
        return _without_secrets(self.now)

    def merge(self, changes: Mapping[str, Any]) -> None:
        """Change what is mentioned."""
        _merge(self.now, changes)

    def replace(self, changes: Mapping[str, Any]) -> None:
        """Change what is mentioned, and reset everything else."""
        self.reset()
        self.merge(changes)


def _without_secrets(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document, and what is nested in it, without passwords and keys."""
    return {
        key: _without_secrets(value) if isinstance(value, dict) else value
        for key, value in document.items()
        if key not in _SECRET
    }


def _merge(into: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Merge nested objects."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
