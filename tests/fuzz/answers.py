"""The decoders of each kind of bridge: from a body to what its owner sees."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from math import isfinite

import orjson

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.cozify_han.memory import Memory
from custom_components.meter_bridge.bridges.egauge import models as egauge_models
from custom_components.meter_bridge.bridges.egauge.registers import parse_listing
from custom_components.meter_bridge.bridges.egauge.totals import Totals
from custom_components.meter_bridge.bridges.errors import (
    BridgeError,
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.iometer import models as meter_models
from custom_components.meter_bridge.bridges.octopus_home_pro.gas import GasConversion
from custom_components.meter_bridge.bridges.octopus_home_pro.memory import MeterMemory
from custom_components.meter_bridge.bridges.octopus_home_pro.models import (
    Details as OctopusDetails,
    MeterDetails,
    Status,
    is_refusal,
    unpack,
)
from custom_components.meter_bridge.bridges.snapshot import (
    Medium,
    Meter,
    Reading,
    Snapshot,
)
from custom_components.meter_bridge.bridges.transport.http import Answer
from custom_components.meter_bridge.bridges.uptime import Restarts
from custom_components.meter_bridge.bridges.whatwatt_go import live, report, system
from custom_components.meter_bridge.bridges.wire import number, section
from custom_components.meter_bridge.values.board import Board

type Decode = Callable[[bytes], object]

OCTOPUS_KEYS: Mapping[bytes, str] = {
    b"consum": "meter_consump",
    b"minfo": "meter_info",
    b"status": "meter_status",
}
"""What stands in a payload of an Octopus Home Pro, and the key that this is under."""

_NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
_TURNS_PER_SAVE = 64


class Owner:
    """Look at snapshots as the coordinator does, down to each entity's value."""

    def __init__(self, key: str) -> None:
        """Have an entry of this kind."""
        bridge = BRIDGES[key]
        self._board = Board(bridge)

    def look(self, snapshot: Snapshot[object]) -> None:
        """Judge what was read; a number that is none would be our mistake."""
        for reading in snapshot.readings:
            assert all(map(isfinite, reading.values.values()))
        self._board.take(snapshot)
        assert all(
            isfinite(value)
            for value in self._board.values.values()
            if isinstance(value, float)
        )
        # What has to survive a restart must be such that it can be stored.
        orjson.dumps(self._board.as_stored())


def _answer(body: bytes) -> object:
    """Decode a body as the clients do."""
    return Answer(status=200, body=body).json()


def iometer() -> Decode:
    """Read reading and status of an IOmeter."""
    owner = Owner("iometer")

    def decode(body: bytes) -> None:
        answer = _answer(body)
        status = meter_models.parse_status(answer)
        reading = meter_models.parse_reading(answer)
        serial = meter_models.parse_device_id(answer)
        owner.look(meter_models.snapshot(reading, status, serial))

    return decode


def whatwatt_go() -> Decode:
    """Read report, system and events of a whatwatt Go."""
    owner, proof, restarts = Owner("whatwatt_go"), live.Proof(), Restarts()

    def decode(body: bytes) -> None:
        answer = _answer(body)
        device = section(answer, "device")
        uptime = number(device.get("time_since_boot"))
        details = system.parse_system(answer, restarts.take(uptime, _NOW))
        details = system.with_report(details, answer)
        readings = report.parse_report(answer)
        meter = report.parse_meter(section(answer, "meter"))
        event = live.parse_live(answer, meter, 1)
        if event is not None:
            details = system.with_live(details, answer)
            readings += event.readings(proof, event.missing(readings))
        proof.take_report(readings)
        owner.look(Snapshot(readings=readings, details=details))

    return decode


def cozify_han() -> Decode:
    """Take the messages of a Cozify HAN reader."""
    owner, memory = Owner("cozify_han"), Memory()

    def decode(body: bytes) -> None:
        memory.take(_answer(body))
        owner.look(memory.snapshot())

    return decode


def octopus_home_pro() -> Decode:
    """Read the answers of an Octopus Home Pro, whose payloads are JSON in strings."""
    take = _octopus()

    def decode(body: bytes) -> None:
        is_refusal(body.decode(errors="replace"))
        take(_answer(body), is_gas=b"gas" in body)

    return decode


def octopus_home_pro_string() -> Decode:
    """Read what stands in such a string."""
    take = _octopus()

    def decode(payload: bytes) -> None:
        key = next((key for name, key in OCTOPUS_KEYS.items() if name in payload), "")
        answer = {"Status": "Success", key: payload.decode(errors="replace")}
        take(answer, is_gas=b"gas" in payload)

    return decode


def payloads(bodies: Iterable[bytes]) -> Iterable[bytes]:
    """Return the strings that the answers of an Octopus Home Pro hold."""
    for body in bodies:
        said = section(orjson.loads(body))
        yield from (
            payload.encode()
            for key in OCTOPUS_KEYS.values()
            if isinstance(payload := said.get(key), str)
        )


def _octopus() -> Callable[..., None]:
    """Take answers about either meter as the client does."""
    owner, conversion = Owner("octopus_home_pro"), GasConversion.of({})
    electricity, gas = map(MeterMemory, (Medium.ELECTRICITY, Medium.GAS))

    def take(answer: object, *, is_gas: bool) -> None:
        meter = gas if is_gas else electricity
        is_told = False
        for memory in (meter.info, meter.status, meter.consumption):
            with suppress(BridgeError):
                memory.take(unpack(answer, memory.call, meter.medium), 0.0)
                is_told = True
        if not is_told:
            raise BridgeResponseError("No answer at all")
        info, consumption = meter.info.told, meter.consumption.told
        values = consumption.values if consumption else {}
        reading = Reading(
            values=values,
            derived=conversion.derived(values) if meter.medium is Medium.GAS else (),
            time=consumption.time if consumption else None,
            meter=Meter(key=meter.medium.value, medium=meter.medium),
        )
        details = MeterDetails(
            status=meter.status.told or Status(),
            rssi=info.rssi if info else None,
            last_update=reading.time,
        )
        owner.look(
            Snapshot(readings=(reading,), details=OctopusDetails(electricity=details))
        )

    return take


def egauge() -> Decode:
    """Read the registers and the system of an eGauge."""
    owner, totals, restarts = Owner("egauge"), Totals(), Restarts()
    told = egauge_models.System()
    turn = count(1)

    def decode(body: bytes) -> None:
        nonlocal told
        answer, turns = _answer(body), next(turn)
        told = egauge_models.parse_system(
            answer, told, _NOW, egauge_models.parse_alerts(answer), restarts
        )
        listing = parse_listing(answer)
        values = egauge_models.values_of(listing, totals, turns * 10.0)
        details = egauge_models.Details(
            registers=listing.registers, values=values, system=told
        )
        owner.look(
            Snapshot(
                readings=(egauge_models.reading_of(listing, values),), details=details
            )
        )
        if turns % _TURNS_PER_SAVE == 0:
            orjson.dumps(totals.as_stored())

    return decode
