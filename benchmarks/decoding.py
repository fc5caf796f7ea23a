"""What it takes to make a snapshot of the bytes of a message, beside its JSON alone."""

from collections.abc import Callable, Mapping, Sequence
import gc
from itertools import count, cycle, islice
import sys
import time
import tracemalloc

from aiohttp import ClientSession
import orjson

from custom_components.meter_bridge.bridges.cozify_han.memory import Memory
from custom_components.meter_bridge.bridges.egauge import models as egauge
from custom_components.meter_bridge.bridges.egauge.registers import parse_listing
from custom_components.meter_bridge.bridges.egauge.totals import Totals
from custom_components.meter_bridge.bridges.iometer import models as iometer
from custom_components.meter_bridge.bridges.octopus_home_pro.memory import MeterMemory
from custom_components.meter_bridge.bridges.octopus_home_pro.models import (
    Details as OctopusDetails,
    MeterDetails,
    unpack,
)
from custom_components.meter_bridge.bridges.snapshot import (
    Medium,
    Meter,
    Reading,
    Snapshot,
)
from custom_components.meter_bridge.bridges.transport.http import Answer
from custom_components.meter_bridge.bridges.transport.sse import EventDecoder
from custom_components.meter_bridge.bridges.whatwatt_go import live, system
from tests.simulate import SIMULATORS
from tests.support.house import House

from .cases import KINDS, Kind
from .feeder import Feeder
from .report import Part, figure
from .rounds import Effort, least, middle, ratio

type Decode = Callable[[bytes], object]

_MESSAGES = 20
_MICRO, _KIBI = 1e6, 1024


def _json(body: bytes) -> object:
    """Decode a body as the clients do."""
    return Answer(status=200, body=body).json()


def _cozify_han() -> Decode:
    """Take a telegram from a WebSocket."""
    memory = Memory()

    def decode(body: bytes) -> object:
        memory.take(_json(body))
        return memory.snapshot()

    return decode


def _egauge() -> Decode:
    """Read an answer with registers, their counters and their rates."""
    totals, clock, told = Totals(), count(), egauge.System()

    def decode(body: bytes) -> object:
        listing = parse_listing(_json(body))
        values = egauge.values_of(listing, totals, float(next(clock)))
        return Snapshot(
            readings=(egauge.reading_of(listing, values),),
            details=egauge.Details(
                registers=listing.registers, values=values, system=told
            ),
        )

    return decode


def _iometer() -> Decode:
    """Take a reading from an event stream."""
    events, told = EventDecoder(), iometer.Status()

    def decode(chunk: bytes) -> object:
        (event,) = events.feed(chunk)
        return iometer.snapshot(iometer.parse_reading(event.json()), told, None)

    return decode


def _octopus_home_pro() -> Decode:
    """Read an answer about consumption."""
    memory = MeterMemory(Medium.ELECTRICITY)
    asked = memory.consumption

    def decode(body: bytes) -> object:
        asked.take(unpack(_json(body), asked.call, memory.medium), 0.0)
        assert asked.told
        reading = Reading(
            values=asked.told.values,
            time=asked.told.time,
            meter=Meter(key=memory.medium.value, medium=memory.medium),
        )
        details = OctopusDetails(electricity=MeterDetails(last_update=reading.time))
        return Snapshot(readings=(reading,), details=details)

    return decode


def _whatwatt_go() -> Decode:
    """Take a live event from an event stream; it misses nothing of a report."""
    events, proof, turn = EventDecoder(), live.Proof(), count()
    meter, told = Meter(), system.Details()

    def decode(chunk: bytes) -> object:
        (event,) = events.feed(chunk)
        sent = event.json()
        said = live.parse_live(sent, meter, next(turn))
        assert said
        return Snapshot(
            readings=said.readings(proof), details=system.with_live(told, sent)
        )

    return decode


DECODERS: Mapping[str, Callable[[], Decode]] = {
    "cozify_han": _cozify_han,
    "egauge": _egauge,
    "iometer": _iometer,
    "octopus_home_pro": _octopus_home_pro,
    "whatwatt_go": _whatwatt_go,
}
"""By key of the bridge: how to make what decodes the messages its readings come in."""


async def decoding(effort: Effort) -> list[Part]:
    """Measure every kind of bridge."""
    part = Part(
        title="Decoding a message, from its bytes to a snapshot",
        head=(
            *("Bridge", "Bytes", "Its JSON alone (µs)", "Ours (µs)", "Ours, median"),
            *("x JSON alone", "Blocks of JSON", "Blocks of ours"),
            *("Peak of JSON (KiB)", "Peak of ours (KiB)"),
        ),
    )
    for kind in KINDS:
        if effort.takes(kind.key):
            said = pushed(kind) if kind.pushes else await answered(kind)
            _add(part, kind.key, said, effort)
    return [part]


def pushed(kind: Kind) -> list[bytes]:
    """Return what a bridge pushes, one reading after the other."""
    house = House()
    simulator, said = SIMULATORS[kind.key](house), []
    for turn in range(_MESSAGES):
        house.draw(321 + turn)
        house.advance(10)
        simulator.tick()
        message = simulator.message(kind.path)
        assert message
        said.append(message)
    return said


async def answered(kind: Kind) -> list[bytes]:
    """Return what a bridge answers, one reading after the other."""
    said = []
    with Feeder() as feeder:
        place = feeder.open(kind.key, kind.key, kind.registers)
        url = f"http://{place.address}{kind.path}"
        async with ClientSession(raise_for_status=True) as session:
            for _ in range(_MESSAGES):
                feeder.turn(kind.key, kind.changes[-1])
                async with session.request(kind.method, url, json=kind.body) as answer:
                    said.append(await answer.read())
    return said


def _add(part: Part, key: str, said: Sequence[bytes], effort: Effort) -> None:
    """Add the row of one kind."""
    alone = [message.rpartition(b"data: ")[2] for message in said]
    ways: tuple[tuple[Decode, Sequence[bytes]], ...] = (
        (orjson.loads, alone),
        (DECODERS[key](), said),
    )
    times: tuple[list[float], ...] = ([], [])
    for _ in range(effort.rounds):
        for (decode, messages), found in zip(ways, times, strict=True):
            found.append(_time(decode, messages, effort.readings))
    floor, ours = map(least, times)
    part.rows.append(
        (
            *(key, len(alone[-1]), floor, ours, middle(times[1])),
            ratio(ours, floor),
            *(_blocks(*way) for way in ways),
            *(_peak(*way) for way in ways),
        )
    )


def _time(decode: Decode, messages: Sequence[bytes], count: int) -> float:
    """Return what a message takes of the processor (µs)."""
    taken = list(islice(cycle(messages), count))
    before = time.thread_time()
    for message in taken:
        decode(message)
    return (time.thread_time() - before) / count * _MICRO


def _blocks(decode: Decode, messages: Sequence[bytes]) -> float:
    """Return how many blocks of memory stay with what comes of a message.

    Those that were only needed on the way are not among them.
    """
    kept: list[object] = [None] * len(messages)
    gc.collect()
    gc.disable()
    before = sys.getallocatedblocks()
    for place, message in enumerate(messages):
        kept[place] = decode(message)
    after = sys.getallocatedblocks()
    gc.enable()
    return figure((after - before) / len(messages))


def _peak(decode: Decode, messages: Sequence[bytes]) -> float:
    """Return how much memory a message takes at once at most (KiB)."""
    peaks = []
    tracemalloc.start()
    for message in messages:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        decode(message)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return min(peaks) / _KIBI
