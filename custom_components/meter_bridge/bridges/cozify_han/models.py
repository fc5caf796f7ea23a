"""The reader's messages → reading and identity (vendor's "Cozify Han API", 1.0)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
import re

from ..client import Identity
from ..obis import EXPORT_ENERGY, EXPORT_POWER, IMPORT_ENERGY
from ..snapshot import Meter
from ..wire import number, section, text

METER = "HAN_METER_MESSAGE"
STATE = "HAN_STATE_MESSAGE"
# /configuration has the first name; newer streams send the same under the second.
CONFIGURATION = "HAN_CONFIGURATION"
CONFIGURATION_MESSAGE = "HAN_CONFIGURATION_MESSAGE"
HEALTH = "HAN_HEALTH_MESSAGE"
METER_IDENTITY = "HAN_METER_IDENTITY_MESSAGE"

# Sent in kWh and kvarh.
_ENERGIES = {"ic": IMPORT_ENERGY, "ec": EXPORT_ENERGY, "ric": "3.8.0", "rec": "4.8.0"}
_TO_BASE_UNIT = 3
# Powers (W, var): total, then phases. Voltages and currents (V, A): phases.
_ARRAYS = {
    "pi": ("1.7.0", "21.7.0", "41.7.0", "61.7.0"),
    "pe": ("2.7.0", "22.7.0", "42.7.0", "62.7.0"),
    "ri": ("3.7.0", "23.7.0", "43.7.0", "63.7.0"),
    "re": ("4.7.0", "24.7.0", "44.7.0", "64.7.0"),
    "u": ("32.7.0", "52.7.0", "72.7.0"),
    "i": ("31.7.0", "51.7.0", "71.7.0"),
}
_NET_POWER = ("16.7.0", "36.7.0", "56.7.0", "76.7.0")
# Import and export power, by the code of net power.
_DIRECTIONS = {
    net: {imported, exported}
    for net, imported, exported in zip(
        _NET_POWER, _ARRAYS["pi"], _ARRAYS["pe"], strict=True
    )
}
# Firmware 1.0.1.3 sends seconds, newer documents show milliseconds.
_FIRST_MILLISECONDS = 1e11
# A clock that has not been set from the network yet counts from 1970.
_PLAUSIBLE = range(1_577_836_800, 4_102_444_800)
_HEX = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """One reading in W, var, Wh, varh, V, A; `time` and `token` as in `Reading`."""

    values: Mapping[str, float] = field(default_factory=dict)
    time: datetime | None = None
    token: Hashable = None

    @property
    def says_nothing(self) -> bool:
        """Tell whether this is what a reader sends before it has read the meter."""
        return self.token == 0 and not any(self.values.values())


def kind_of(message: object) -> str | None:
    """Return the type of a message; None if it is not one of a HAN reader's."""
    kind = text(section(message).get("type"))
    return kind if kind and kind.startswith("HAN_") else None


def parse_telegram(message: object) -> Telegram:
    """Read a meter message; values that were not sent are left out."""
    sent = section(message)
    values = {
        code: value
        for key, code in _ENERGIES.items()
        if (value := number(sent.get(key), _TO_BASE_UNIT)) is not None
    }
    for key, codes in _ARRAYS.items():
        if key in sent:
            values |= _spread(sent[key], codes)
    # The vendor replaced `p` by `pi` and `pe`: it counts only where one of them lacks.
    net = _spread(sent.get("p"), _NET_POWER)
    if not net and values.get(EXPORT_ENERGY) == 0 and EXPORT_POWER not in values:
        # A reader on a meter without export sends no `pe`, but counts it as zero.
        net = _spread(sent.get("pi"), _NET_POWER)
    values |= {
        code: value
        for code, value in net.items()
        if not _DIRECTIONS[code] <= values.keys()
    }
    time = _parse_time(sent.get("ts"))
    token = number(sent.get("ts")) if time is None else None
    return Telegram(values=values, time=time, token=token)


def _spread(array: object, codes: tuple[str, ...]) -> dict[str, float]:
    """Return the elements of an array by their codes; the array may be short."""
    if not isinstance(array, list):
        return {}
    return {
        code: value
        for code, element in zip(codes, array, strict=False)
        if (value := number(element)) is not None
    }


def _parse_time(sent: object) -> datetime | None:
    """Return the time of a telegram, sent in seconds or milliseconds since 1970."""
    seconds = number(sent)
    if seconds is None:
        return None
    if seconds > _FIRST_MILLISECONDS:
        seconds /= 1000
    if not _PLAUSIBLE.start <= seconds < _PLAUSIBLE.stop:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def parse_identity(message: object) -> Identity | None:
    """Read which reader sent a state: its MAC, else serial number, else UUID."""
    sent = section(message)
    mac = _parse_mac(sent.get("mac"))
    ids = [
        known
        for known in (mac, text(sent.get("serial")), text(sent.get("uuid")))
        if known is not None
    ]
    if not ids:
        return None
    return Identity(
        serial=ids[0],
        also=frozenset(ids[1:]),
        name=text(sent.get("name")),
        model=text(sent.get("model")),
        firmware=text(sent.get("version")),
        mac=mac,
    )


def _parse_mac(sent: object) -> str | None:
    """Return a MAC in lower case with colons; None if it is all zeros."""
    digits = re.sub(r"[:-]", "", text(sent) or "").lower()
    if not _HEX.fullmatch(digits) or not digits.strip("0"):
        return None
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def parse_meter(message: object) -> Meter:
    """Read which meter this is; what was not sent is None."""
    sent = section(message)
    return Meter(
        serial=text(sent.get("meterId")),
        manufacturer=text(sent.get("manufacturerId")),
        model=text(sent.get("meterName")),
    )
