"""What a reader reports about itself: state, settings, health, the meter's make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..uptime import StartTime
from ..wire import flag, number, section, text, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """/han; `online` is about the vendor's cloud, not about the meter."""

    firmware: str | None = None
    channel: str | None = None
    state: str | None = None
    online: bool | None = None
    reboot_pending: bool | None = None
    reboot_reason: str | None = None
    ethernet: bool | None = None
    wifi: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The IP address of each interface; None for one that is not connected."""

    ethernet: str | None
    wifi: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The settings of a network interface; its mode is `dhcp` or `static`."""

    enabled: bool | None = None
    mode: str | None = None

    def is_up(self, *, has_address: bool | None) -> bool | None:
        """Tell whether it is enabled and has an address."""
        return False if self.enabled is False else has_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """/configuration: fuse in A, price in the unit of the vendor's app.

    `fuse` is None where none is set, which the reader calls a `fuse_setting` of 0.
    """

    fuse: float | None = None
    fuse_setting: float | None = None
    fixed_price: float | None = None
    uses_spot_price: bool | None = None
    ethernet: Link = field(default_factory=Link)
    wifi: Link = field(default_factory=Link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """/health: free memory in bytes, and the last restart."""

    free_heap: int | None = None
    last_restart: datetime | None = None
    reset_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Everything except the reading."""

    state: State = field(default_factory=State)
    settings: Settings = field(default_factory=Settings)
    health: Health = field(default_factory=Health)
    meter_manufacturer: str | None = None
    meter_type: str | None = None

    @property
    def ethernet(self) -> bool | None:
        """Tell whether Ethernet is connected."""
        return self.settings.ethernet.is_up(has_address=self.state.ethernet)

    @property
    def wifi(self) -> bool | None:
        """Tell whether Wi-Fi is connected."""
        return self.settings.wifi.is_up(has_address=self.state.wifi)


def parse_state(message: object) -> State:
    """Read a state message; older firmware does not announce restarts."""
    sent = section(message)
    return State(
        firmware=text(sent.get("version")),
        channel=text(sent.get("channel")),
        state=text(sent.get("state")),
        online=flag(sent.get("online")),
        reboot_pending=flag(sent.get("rebootPending")),
        reboot_reason=text(sent.get("rebootReason")),
        ethernet=_has_address(sent.get("ethIp")),
        wifi=_has_address(sent.get("wifiIp")),
    )


def parse_addresses(message: object) -> Addresses:
    """Read the addresses out of a state message."""
    sent = section(message)
    return Addresses(
        ethernet=text(sent.get("ethIp")) if _has_address(sent.get("ethIp")) else None,
        wifi=text(sent.get("wifiIp")) if _has_address(sent.get("wifiIp")) else None,
    )


def _has_address(sent: object) -> bool | None:
    """Tell whether this is an address: an interface without one sends 0.0.0.0."""
    return bool(sent.strip("0.: ")) if isinstance(sent, str) else None


def parse_settings(message: object, before: Settings) -> Settings:
    """Read a configuration message; what it does not mention stays as `before`."""
    sent = section(message)
    grid = section(sent, "m")
    return Settings(
        fuse=_positive(grid["f"]) if "f" in grid else before.fuse,
        fuse_setting=number(grid["f"]) if "f" in grid else before.fuse_setting,
        fixed_price=number(sent["p"]) if "p" in sent else before.fixed_price,
        uses_spot_price=flag(sent["s"]) if "s" in sent else before.uses_spot_price,
        ethernet=_parse_link(section(sent, "e"), before.ethernet),
        wifi=_parse_link(section(sent, "w"), before.wifi),
    )


def _positive(sent: object) -> float | None:
    """Return a number above zero."""
    found = number(sent)
    return found if found is not None and found > 0 else None


def _parse_link(sent: Mapping[str, object], before: Link) -> Link:
    """Read the settings of a network interface."""
    address = section(sent, "n")
    return Link(
        enabled=flag(sent["e"]) if "e" in sent else before.enabled,
        mode=text(address["m"]) if "m" in address else before.mode,
    )


def parse_health(message: object, start_time: StartTime, now: datetime) -> Health:
    """Read a health message that arrived at `now`."""
    sent = section(message)
    return Health(
        free_heap=whole(sent.get("free_heap_size")),
        last_restart=start_time.update(number(sent.get("uptime_ms"), -3), now),
        reset_reason=text(sent.get("cpu_reset_reason")),
    )


def parse_meter_make(message: object) -> tuple[str | None, str | None]:
    """Read manufacturer (a FLAG id such as KFM) and device type of the meter."""
    sent = section(message)
    return text(sent.get("manufacturerId")), text(sent.get("deviceType"))
