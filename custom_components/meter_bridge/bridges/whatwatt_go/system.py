"""/api/v1/system → what the device reports about itself and its connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..wire import flag, number, section, text, whole
from .settings import Settings

METER_OK = "ok"
# The meter encrypts its data: its key was not entered, or is wrong.
LOCKED = ("key_required", "encryption_key")
TARIFFS = range(1, 5)
SUPPLIES = ("usb", "mbus", "p1", "scap")
CLOUDS = ("whatwatt", "mystrom", "solar_manager", "mqtc", "stromkonto")
# The words of myStrom's status that mean that it is connected.
_LINKED = ("connected", "registered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the device reports about itself and its connections.

    Voltages in V, currents by phase in A, signal in dBm, interval in s. None: this
    firmware does not send it, or it does not apply.
    """

    meter_status: str | None = None
    tariff: int | None = None
    conv_factor: float | None = None
    report_interval: float | None = None
    last_restart: datetime | None = None
    voltages: Mapping[str, float] = field(default_factory=dict)
    license: str | None = None
    firmware: str | None = None
    wifi_rssi: int | None = None
    ethernet: bool | None = None
    signed_currents: Mapping[int, float] = field(default_factory=dict)
    clouds: Mapping[str, bool] = field(default_factory=dict)
    sd_card: bool | None = None
    settings: Settings = field(default_factory=Settings)


def parse_system(answer: object, last_restart: datetime | None) -> Details:
    """Read /api/v1/system."""
    device, meter = section(answer, "device"), section(answer, "meter")
    link = word(section(answer, "ethernet").get("status"))
    rssi = whole(section(answer, "wifi").get("rssi"))
    clouds, plug = section(answer, "clouds"), section(device, "plug")
    return Details(
        meter_status=word(meter.get("status")),
        tariff=_tariff(meter.get("tariff")),
        # 0 means that there is no meter.
        report_interval=number(meter.get("report_interval")) or None,
        last_restart=last_restart,
        voltages={
            key: value
            for key in (f"v_{name}" for name in SUPPLIES)
            if (value := number(plug.get(key))) is not None
        },
        firmware=text(device.get("firmware")),
        license=word(section(device, "license").get("type")),
        # 0 means that there is no wireless network.
        wifi_rssi=rssi if rssi and rssi < 0 else None,
        ethernet=None if link is None else link == "up",
        clouds={
            key: linked
            for key in CLOUDS
            if (linked := _cloud(section(clouds, key))) is not None
        },
        sd_card=flag(section(answer, "sd_card").get("installed")),
    )


def _cloud(sent: Mapping[str, object]) -> bool | None:
    """Tell whether the device is connected to a service; None if that is turned off."""
    if flag(sent.get("enabled")) is False:
        return None
    status = word(sent.get("status"))
    return flag(sent.get("connected")) if status is None else status in _LINKED


def with_report(details: Details, answer: object) -> Details:
    """Add what only a report has, or has sooner."""
    report = section(answer, "report")
    return replace(
        details,
        meter_status=word(section(answer, "meter").get("status")),
        tariff=_tariff(report.get("tariff")) or details.tariff,
        conv_factor=number(report.get("conv_factor")) or details.conv_factor,
    )


def with_live(details: Details, event: object) -> Details:
    """Add the tariff, which the live stream has sooner."""
    tariff = _tariff(section(event).get("T")) or details.tariff
    return details if tariff == details.tariff else replace(details, tariff=tariff)


def _tariff(sent: object) -> int | None:
    """Return the active tariff; None for 0, which means no tariff."""
    found = whole(sent)
    return found if found in TARIFFS else None


def word(sent: object) -> str | None:
    """Return one of the device's words as a key: `KEY REQUIRED` is key_required."""
    found = text(sent)
    return None if found is None else found.lower().replace(" ", "_")
