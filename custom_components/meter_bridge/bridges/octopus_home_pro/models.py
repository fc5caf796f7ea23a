"""The Home Pro's JSON → what its meters say (vendor's "HAN API" document)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import orjson

from ..errors import BridgeResponseError, MeterNotReadyError
from ..snapshot import Medium, Scale
from ..wire import parse_json, section, text, whole
from .zigbee import Counts, instant, parse_scale, signed

TYPES: Mapping[Medium, str] = {Medium.ELECTRICITY: "elec", Medium.GAS: "gas"}
"""The Home Pro's own names for its meters."""

_SUCCESS = "success"
_SUPPLY = {0: "off", 1: "armed", 2: "on"}
_AMBIENT = {0: "low", 1: "medium", 2: "high"}
_BITS = range(1 << 8)


class Call(StrEnum):
    """What can be requested about a meter; the value is the end of the path."""

    STATUS = "status"
    INFO = "info"
    CONSUMPTION = "consumption"


# The key of the payload in the answer, and the key of the object inside the payload.
_KEYS: Mapping[Call, tuple[str, str]] = {
    Call.STATUS: ("meter_status", "status"),
    Call.INFO: ("meter_info", "minfo"),
    Call.CONSUMPTION: ("meter_consump", "consum"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A meter's status: eight bits, its supply, and a level of present use."""

    bits: int | None = None
    supply: str | None = None
    ambient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Which meter this is: every id, the best one first; its radio signal in dBm.

    The customer's own number (`siteid`) is deliberately not read.
    """

    ids: tuple[str, ...] = ()
    serial: str | None = None
    rssi: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """The counts of a meter, how they are meant, and when the bridge received them."""

    counts: Counts
    scale: Scale
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDetails:
    """What only this bridge reports about a meter."""

    status: Status = field(default_factory=Status)
    rssi: int | None = None
    last_update: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What only this bridge reports, by meter."""

    electricity: MeterDetails = field(default_factory=MeterDetails)
    gas: MeterDetails = field(default_factory=MeterDetails)


def is_refusal(body: str) -> bool:
    """Tell whether an error is the Home Pro's own: its body has a `Status`."""
    try:
        return text(section(orjson.loads(body)).get("Status")) is not None
    except orjson.JSONDecodeError:
        return False


def unpack(answer: object, call: Call, medium: Medium) -> Mapping[str, object]:
    """Return the object about this meter inside a good answer.

    The payload is an object, or a string of JSON. MeterNotReadyError: the bridge has
    nothing about this meter. BridgeResponseError: this is not a Home Pro's answer.
    """
    outer, (key, name) = section(answer), _KEYS[call]
    word, payload = text(outer.get("Status")), outer.get(key)
    if word is None and payload is None:
        raise BridgeResponseError("The answer is not a Home Pro's")
    if word is not None and word.lower() != _SUCCESS:
        raise MeterNotReadyError("The bridge does not reach its meter")
    if isinstance(payload, str) and payload.strip():
        payload = parse_json(payload)
    inner = section(payload, name)
    if "type" in inner and inner["type"] is None:
        raise BridgeResponseError("The answer is not a Home Pro's")
    if not inner or inner.get("type", TYPES[medium]) != TYPES[medium]:
        raise MeterNotReadyError("The bridge has nothing of this meter")
    return inner


def parse_status(status: Mapping[str, object]) -> Status:
    """Read the object of a status; a number without a meaning counts as unknown."""
    bits = whole(status.get("mstatus"))
    return Status(
        bits=bits if bits in _BITS else None,
        supply=_word(_SUPPLY, status.get("supply")),
        ambient=_word(_AMBIENT, status.get("aconsumindicate")),
    )


def _word(words: Mapping[int, str], value: object) -> str | None:
    """Return the meaning of a number."""
    found = whole(value)
    return None if found is None else words.get(found)


def parse_info(info: Mapping[str, object]) -> Info:
    """Read the object of an info: the ZigBee address is a better id than the serial."""
    eui, serial = text(info.get("eui")), text(info.get("serial"))
    rssi = whole(info.get("RSSI"))
    return Info(
        ids=tuple(each for each in (eui, serial) if each and each.strip("0")),
        serial=serial,
        rssi=rssi if rssi is not None and rssi < 0 else None,
    )


def parse_consumption(medium: Medium, consumption: Mapping[str, object]) -> Consumption:
    """Read the object of a consumption; a bad number does not affect the other."""
    raw = section(consumption, "raw")
    return Consumption(
        counts=Counts(
            medium=medium,
            total=whole(consumption.get("consumption")),
            demand=signed(consumption.get("instdmand")),
            raw_total=text(raw.get("rawcons")),
            raw_demand=text(raw.get("rawinstdmand")),
        ),
        scale=parse_scale(consumption),
        time=instant(consumption.get("lastupdated")),
    )
