"""IOmeter's JSON → snapshot (vendor's "IOmeter Bridge API Documentation", v1)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
import re

from ..obis import REGISTERS, measured
from ..snapshot import Meter, Reading, Snapshot
from ..wire import entries, moment, section, text, whole

# Groups are hexadecimal although the vendor does not say so: the trailing ff is 255,
# and 10, 24, 38, 4c are 16, 36, 56, 76: net power in total and of each phase.
_OBIS = re.compile(
    r"01-00:([0-9a-f]{2})\.([0-9a-f]{2})\.([0-9a-f]{2})\*ff", re.IGNORECASE
)
_HEXADECIMAL, _DECIMAL = 16, 10
_HEXADECIMAL_NET = frozenset({"01-00:10.07.00*ff", "01-00:24.07.00*ff"})
_DECIMAL_NET = frozenset({"01-00:16.07.00*ff", "01-00:36.07.00*ff"})
_OBIS_LENGTH = len("01-00:10.07.00*ff")
# Any other word counts as unknown.
_CONNECTION = {"connected": True, "disconnected": False}
_ATTACHMENT = {"attached": True, "detached": False}
_FULL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the bridge reports about itself and about the core on the meter.

    Signal strengths in dBm: `bridge_rssi` is the bridge's Wi-Fi, `core_rssi` the radio
    between core and bridge. The core's `battery` in %, sent only while it runs on it.
    `pin` and `power_supply` are the vendor's words. None: it was not sent.
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


def parse_device_id(status: object) -> str | None:
    """Return the bridge's own id from an answer of /v1/status."""
    return text(section(status, "device").get("id"))


def parse_installation(answer: object) -> str | None:
    """Return the id of core and bridge together; older firmware has none."""
    return text(section(answer).get("installationId"))


def parse_meter_number(answer: object) -> str | None:
    """Return the meter's number from either answer; None without a meter."""
    return text(section(answer, "meter").get("number"))


def parse_status(answer: object) -> Status:
    """Read /v1/status; of a disconnected core nothing else is sent."""
    bridge = section(answer, "device", "bridge")
    core = section(answer, "device", "core")
    return Status(
        core_connected=_CONNECTION.get(text(core.get("connectionStatus")) or ""),
        core_attached=_ATTACHMENT.get(text(core.get("attachmentStatus")) or ""),
        pin=text(core.get("pinStatus")),
        power_supply=text(core.get("powerStatus")),
        battery=_percentage(core.get("batteryLevel")),
        bridge_rssi=whole(bridge.get("rssi")),
        core_rssi=whole(core.get("rssi")),
        bridge_version=text(bridge.get("version")),
        core_version=text(core.get("version")),
        meter_number=parse_meter_number(answer),
    )


def _percentage(value: object) -> int | None:
    """Return a whole number from 0 to 100."""
    found = whole(value)
    return found if found is not None and 0 <= found <= _FULL else None


def parse_reading(answer: object) -> Reading | None:
    """Read /v1/reading: W (import positive), Wh and the meter's time.

    None without a meter or without any register that is known.
    """
    reading = section(answer, "meter", "reading")
    registers = [section(each) for each in entries(reading.get("registers"))]
    codes = _codes(tuple(_wire(entry.get("obis")) for entry in registers))
    values: dict[str, float] = {}
    unread: set[str] = set()
    for code, entry in zip(codes, registers, strict=True):
        value = measured(code, entry.get("value"), text(entry.get("unit")) or "")
        if value is not None:
            values[code] = value
        elif code in REGISTERS:
            unread.add(code)
    if not values and not unread:
        return None
    return Reading(
        values=values,
        time=moment(reading.get("time")),
        meter=Meter(serial=parse_meter_number(answer)),
        unread=frozenset(unread),
    )


def _wire(sent: object) -> str:
    """Return a code as it was sent, else empty text."""
    return sent if isinstance(sent, str) and len(sent) == _OBIS_LENGTH else ""


@lru_cache(maxsize=16)
def _codes(wires: tuple[str, ...]) -> tuple[str, ...]:
    """Translate the codes of a reading; cached, since most readings have the same."""
    base = _base({wire.lower() for wire in wires})
    return tuple(parse_obis(wire, base) for wire in wires)


def _base(wires: AbstractSet[str]) -> int:
    """Return the base of the numbers in these codes.

    Net power in total and of phase 1 shows it: as 16 and 36 only if the codes are
    decimal, since no meter sends what those are as hexadecimal ones without net power.
    """
    is_decimal = wires >= _DECIMAL_NET and _HEXADECIMAL_NET.isdisjoint(wires)
    return _DECIMAL if is_decimal else _HEXADECIMAL


def parse_obis(wire: object, base: int = _HEXADECIMAL) -> str:
    """Return C.D.E of a code such as 01-00:4c.07.00*ff, else empty text."""
    match = _OBIS.fullmatch(_wire(wire))
    if not match or (base == _DECIMAL and not "".join(match.groups()).isdecimal()):
        return ""
    return ".".join(str(int(group, base)) for group in match.groups())


def snapshot(
    reading: Reading | None, status: Status, serial: str | None
) -> Snapshot[Status]:
    """Combine the latest reading and the latest status."""
    if reading and status.meter_number is None:
        status = replace(status, meter_number=reading.meter.serial)
    return Snapshot(
        readings=(reading,) if reading else (),
        details=status,
        serial=serial,
        firmware=status.bridge_version,
    )
