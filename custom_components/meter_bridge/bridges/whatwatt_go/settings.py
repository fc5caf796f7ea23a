"""/api/v1/settings and /api/v1/meter/settings → what the owner has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..wire import flag, section, text, whole

SETTINGS, METER_SETTINGS = "/api/v1/settings", "/api/v1/meter/settings"
INTERFACES = ("auto", "p1", "mbus", "ttl", "mep")

type Place = tuple[str, ...]
"""Where a setting is: the path of the answer, then its keys."""

SWITCHES: Mapping[str, Place] = {
    "whatwatt_link": (SETTINGS, "services", "cloud", "what_watt"),
    "solar_manager_link": (SETTINGS, "services", "cloud", "solar_manager"),
    "mystrom_link": (SETTINGS, "services", "cloud", "mystrom"),
    "stromkonto_link": (SETTINGS, "services", "cloud", "stromkonto"),
    "solar_manager_local": (SETTINGS, "services", "local", "solar_manager"),
    "announcement": (SETTINGS, "services", "broadcast"),
    "sd_recording": (SETTINGS, "services", "sd", "enable"),
}
NUMBERS: Mapping[str, Place] = {
    "send_interval": (SETTINGS, "services", "report_interval"),
    "sd_interval": (SETTINGS, "services", "sd", "frequency"),
    "meter_time_offset": (METER_SETTINGS, "time_offset"),
}
INTERFACE: Place = (METER_SETTINGS, "if_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner has chosen; what this firmware does not have is left out.

    Intervals and offset in s. `scalers` names the table that scales the meter's values.
    """

    switches: Mapping[str, bool] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    interface: str | None = None
    scalers: str | None = None


def parse_settings(answers: Mapping[str, object]) -> Settings:
    """Read the settings out of the answers, by their paths."""
    meter = section(answers.get(METER_SETTINGS))
    return Settings(
        switches={
            key: found
            for key, place in SWITCHES.items()
            if (found := flag(_sent(answers, place))) is not None
        },
        numbers={
            key: count
            for key, place in NUMBERS.items()
            if (count := whole(_sent(answers, place))) is not None
        },
        interface=text(_sent(answers, INTERFACE)),
        scalers=text(meter.get("scalers_set")),
    )


def change(place: Place, value: object) -> tuple[str, object]:
    """Return the path and the body of a request that changes one setting alone."""
    path, *keys = place
    body = value
    for key in reversed(keys):
        body = {key: body}
    return path, body


def _sent(answers: Mapping[str, object], place: Place) -> object:
    """Return what was sent at a place."""
    path, *branch, key = place
    return section(answers.get(path), *branch).get(key)
