"""What it takes to make a snapshot of the bytes of a message, beside its JSON alone."""

from collections.abc import Sequence
import gc
from itertools import cycle, islice
import sys
import time
import tracemalloc

from aiohttp import ClientSession
import orjson

from custom_components.meter_bridge.bridges.transport.sse import EventDecoder
from tests.kinds import KINDS
from tests.support.decoding import Decode
from tests.support.house import House
from tests.support.kind import Kind

from .feeder import Feeder
from .report import Part, figure
from .rounds import Effort, least, middle, ratio

_MESSAGES = 20
_MICRO, _KIBI = 1e6, 1024


def _decode(kind: Kind) -> Decode:
    """Return what makes a snapshot of a message that a reading comes in."""
    decoding = kind.decoding
    decoder, source = decoding.make(), decoding.reading
    for first in decoding.first:
        decoder.take(*first)

    def decode(body: bytes | str) -> object:
        assert decoder.take(source, body)
        return decoder.snapshot()

    if not decoding.events:
        return decode
    events = EventDecoder()

    def decode_event(chunk: bytes) -> object:
        (event,) = events.feed(chunk)
        return decode(event.data)

    return decode_event


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
    for kind in KINDS.values():
        if effort.takes(kind.key):
            said = pushed(kind) if kind.streams else await answered(kind)
            _add(part, kind, said, effort)
    return [part]


def pushed(kind: Kind) -> list[bytes]:
    """Return what a bridge pushes, one reading after the other."""
    house = House()
    simulator, said = kind.simulator(house), []
    for turn in range(_MESSAGES):
        house.draw(321 + turn)
        house.advance(10)
        simulator.tick()
        message = simulator.message(kind.benchmark.path)
        assert message
        said.append(message)
    return said


async def answered(kind: Kind) -> list[bytes]:
    """Return what a bridge answers, one reading after the other."""
    said = []
    with Feeder() as feeder:
        place = feeder.open(kind.key, kind.key, kind.benchmark.registers)
        url = f"http://{place.address}{kind.benchmark.path}"
        async with ClientSession(raise_for_status=True) as session:
            for _ in range(_MESSAGES):
                feeder.turn(kind.key, kind.benchmark.changes[-1])
                async with session.request(
                    kind.benchmark.method, url, json=kind.benchmark.body
                ) as answer:
                    said.append(await answer.read())
    return said


def _add(part: Part, kind: Kind, said: Sequence[bytes], effort: Effort) -> None:
    """Add the row of one kind."""
    alone = [message.rpartition(b"data: ")[2] for message in said]
    ways: tuple[tuple[Decode, Sequence[bytes]], ...] = (
        (orjson.loads, alone),
        (_decode(kind), said),
    )
    times: tuple[list[float], ...] = ([], [])
    for _ in range(effort.rounds):
        for (decode, messages), found in zip(ways, times, strict=True):
            found.append(_time(decode, messages, effort.readings))
    floor, ours = map(least, times)
    part.rows.append(
        (
            *(kind.key, len(alone[-1]), floor, ours, middle(times[1])),
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
