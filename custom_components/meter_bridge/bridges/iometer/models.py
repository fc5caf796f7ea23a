"""IOmeter's JSON → snapshot (vendor's "IOmeter Bridge API Documentation", v1)."""

from collections.abc import Mapping
from dataclasses import dataclass
import re

from ..obis import NET_POWER, measured
from ..snapshot import Meter, Reading, Snapshot
from ..wire import moment, section, text, whole

# Groups are hexadecimal although the vendor does not say so: the trailing ff is 255,
# and 10, 24, 38, 4c are 16, 36, 56, 76: net power in total and of each phase.
_OBIS = re.compile(
    r"01-00:([0-9a-f]{2})\.([0-9a-f]{2})\.([0-9a-f]{2})\*ff", re.IGNORECASE
)
_POWER_L1 = "36.7.0"
_POWER_L2_L3 = {"56.7.0", "76.7.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the bridge says of itself and of the core on the meter.

    Signal strengths in dBm, battery in %; None is what the bridge did not say.
    """

    core_connected: bool | None = None
    core_attached: bool | None = None
    pin: str | None = None
    power_supply: str | None = None
    battery: int | None = None
    bridge_rssi: int | None = None
    core_rssi: int | None = None
    bridge_version: str | None = None
    core_version: str | None = None
    meter_number: str | None = None


def parse_serial(status: object) -> str | None:
    """Return the bridge's own id from an answer of /v1/status."""
    return text(section(status, "device").get("id"))


def parse_meter_number(answer: object) -> str | None:
    """Return the meter's number from either answer; no meter yet is None."""
    return text(section(answer, "meter").get("number"))


def parse_status(answer: object) -> Status:
    """Read /v1/status; a disconnected core says nothing but that."""
    bridge, core = (
        section(answer, "device", "bridge"),
        section(answer, "device", "core"),
    )
    return Status(
        core_connected=_is(core, "connectionStatus", "connected"),
        core_attached=_is(core, "attachmentStatus", "attached"),
        pin=text(core.get("pinStatus")),
        power_supply=text(core.get("powerStatus")),
        battery=whole(core.get("batteryLevel")),
        bridge_rssi=whole(bridge.get("rssi")),
        core_rssi=whole(core.get("rssi")),
        bridge_version=text(bridge.get("version")),
        core_version=text(core.get("version")),
        meter_number=parse_meter_number(answer),
    )


def _is(core: Mapping[str, object], key: str, wanted: str) -> bool | None:
    """Compare one word of the status; None where it is not sent."""
    word = text(core.get(key))
    return None if word is None else word == wanted


def parse_reading(answer: object) -> Reading | None:
    """Read /v1/reading: W, Wh, and the meter's own time; None without a meter."""
    reading = section(answer, "meter", "reading")
    registers = reading.get("registers")
    if not isinstance(registers, list):
        return None
    values: dict[str, float] = {}
    for register in registers:
        entry = section(register)
        code = parse_obis(entry.get("obis"))
        value = measured(code, entry.get("value"), text(entry.get("unit")) or "")
        if value is not None:
            values[code] = value
    if (
        NET_POWER not in values
        and _POWER_L1 in values
        and not _POWER_L2_L3 & values.keys()
    ):
        # Some meters send their total under the code of L1 and no total at all.
        values[NET_POWER] = values.pop(_POWER_L1)
    return Reading(
        values=values,
        time=moment(reading.get("time")),
        meter=Meter(serial=parse_meter_number(answer)),
    )


def parse_obis(wire: object) -> str:
    """Return C.D.E of a hexadecimal code such as 01-00:4c.07.00*ff, or nothing."""
    match = _OBIS.fullmatch(wire) if isinstance(wire, str) else None
    return ".".join(str(int(group, 16)) for group in match.groups()) if match else ""


def snapshot(
    reading: Reading | None, status: Status, serial: str | None
) -> Snapshot[Status]:
    """Put together what the two endpoints said last."""
    return Snapshot(
        readings=() if reading is None else (reading,),
        details=status,
        serial=serial,
        firmware=status.bridge_version,
    )
