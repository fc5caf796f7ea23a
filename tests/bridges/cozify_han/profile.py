"""The simulated reader: firmware, settings, meter, and its messages about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.simulator import Json

NO_ADDRESS = "0.0.0.0"  # noqa: S104
_NAME = "Cozify-HAN-415-926"
# Times have milliseconds, as in the vendor's newer samples.
_TS = 1_780_308_000_000


@dataclass(kw_only=True)
class Profile:
    """Firmware, settings and meter, which a test can change."""

    version: str = "1.0.1.7"
    channel: str = "release"
    reader_state: str = "REGISTERED"
    uuid: str = "0c6f9b1e-7a44-4d0e-9f63-2d51c08a7be4"
    mac: str | None = "02:5A:C3:10:7E:44"
    serial: str | None = "SN-T01-0042"
    meter_id: str = "T000000000007001"
    online: bool = True
    ethernet_ip: str = "192.0.2.50"
    wifi_ip: str = "192.0.2.51"
    # Fields of the newer API revision, which also adds times everywhere.
    is_new: bool = False
    reboot_pending: bool = False
    reboot_reason: str | None = None

    absent: frozenset[str] = frozenset()
    content_type: str = "application/json"
    answers_pings: bool = True

    has_meter: bool = True
    phases: tuple[int, ...] = (1, 2, 3)
    milliseconds: bool = False
    clock_stands_still: bool = False
    energy_seconds: int = 0
    energies_as_text: bool = False
    truncates_current: bool = True
    # Key of the telegram to the number of its elements; None for null.
    lengths: dict[str, int | None] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    fuse: Json = 25
    fixed_price: float = 7.34
    uses_spot_price: bool = False
    ethernet_enabled: bool = True
    ethernet_mode: str = "dhcp"
    wifi_enabled: bool = True
    wifi_mode: str = "dhcp"
    ssid: str = "Kotiverkko"
    password: str | None = "Salasana-2026"
    # Methods that change settings; no document names the one that works.
    verbs: tuple[str, ...] = ("PUT",)
    # Where it looks for networks, and how often it says that it still does.
    scan_path: str = "/scan"
    scan_rounds: int = 2
    scan_fails: bool = False
    scan_drops: bool = False
    networks: tuple[Mapping[str, Json], ...] = (
        {"ssid": "naapuri", "bssid": "02:00:5E:00:53:0A", "rssi": -82, "channel": 6},
        {
            "ssid": "Kotiverkko",
            "bssid": "02:00:5E:00:53:0B",
            "rssi": -51,
            "channel": 11,
            "authmode": "WPA2_PSK",
        },
    )

    free_heap: int = 182_144
    reset_reason: str = "RST_POWERON"
    uptime_ms: int = 1_234_567

    def state(self) -> dict[str, Json]:
        """Return the message `state`; `online` is the connection to the cloud."""
        state: dict[str, Json] = {"type": "HAN_STATE_MESSAGE"}
        if self.is_new:
            state["ts"] = _TS
        state |= {"uuid": self.uuid, "name": _NAME, "model": "HAN"}
        state |= {
            key: value
            for key, value in (("serial", self.serial), ("mac", self.mac))
            if value is not None
        }
        state |= {
            "version": self.version,
            "state": self.reader_state,
            "ethIp": self.ethernet_ip if self.ethernet_enabled else NO_ADDRESS,
            "wifiIp": self.wifi_ip if self.wifi_enabled else NO_ADDRESS,
            "online": self.online,
        }
        if self.is_new:
            state["rebootPending"] = self.reboot_pending
            if self.reboot_reason is not None:
                state["rebootReason"] = self.reboot_reason
        return state | {"channel": self.channel}

    def configuration(self) -> dict[str, Json]:
        """Return the settings, with masked passwords."""
        wifi: dict[str, Json] = {"e": self.wifi_enabled, "s": self.ssid}
        if self.password is not None:
            wifi["p"] = "***"
        wifi |= {"z": 1, "b": True, "n": {"m": self.wifi_mode}}
        return {
            "type": "HAN_CONFIGURATION",
            "v": self.version,
            "t": "Europe/Helsinki",
            "s": self.uses_spot_price,
            "p": self.fixed_price,
            "m": {"f": self.fuse},
            "e": {"e": self.ethernet_enabled, "n": {"m": self.ethernet_mode}},
            "w": wifi,
        }

    def health(self) -> dict[str, Json]:
        """Return the health of the reader's computer."""
        health: dict[str, Json] = {"type": "HAN_HEALTH_MESSAGE"}
        if self.is_new:
            health["ts"] = _TS
        return health | {
            "uuid": self.uuid,
            "hostname": _NAME,
            "free_heap_size": self.free_heap,
            "minimum_free_heap_size": self.free_heap - 5824,
            "cpu_reset_reason": self.reset_reason,
            "uptime_ms": self.uptime_ms,
        }

    def meter_identity(self) -> dict[str, Json]:
        """Return the identity of the meter."""
        return {
            "type": "HAN_METER_IDENTITY_MESSAGE",
            "manufacturerId": "TST",
            "deviceType": "E",
            "meterId": self.meter_id,
            "meterName": "TM100",
        }
