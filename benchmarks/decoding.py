"""The cost of decoding a message into a snapshot, beside that of its JSON alone."""

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
    """Return a function that decodes a message with a reading into a snapshot."""
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
            messages = pushed(kind) if kind.streams else await answered(kind)
            _add(part, kind, messages, effort)
    return [part]


def pushed(kind: Kind) -> list[bytes]:
    """Return messages that a bridge pushes, each with another reading."""
    house = House()
    simulator, messages = kind.simulator(house), []
    for turn in range(_MESSAGES):
        house.draw(321 + turn)
        house.advance(10)
        simulator.tick()
        message = simulator.message(kind.benchmark.path)
        assert message
        messages.append(message)
    return messages


async def answered(kind: Kind) -> list[bytes]:
    """Return answers of a bridge, each with another reading."""
    messages = []
    with Feeder() as feeder:
        place = feeder.open(kind.key, kind.key, kind.benchmark.registers)
        url = f"http://{place.address}{kind.benchmark.path}"
        async with ClientSession(raise_for_status=True) as session:
            for _ in range(_MESSAGES):
                feeder.next_reading(kind.key, kind.benchmark.changes[-1])
                async with session.request(
                    kind.benchmark.method, url, json=kind.benchmark.body
                ) as answer:
                    messages.append(await answer.read())
    return messages


def _add(part: Part, kind: Kind, messages: Sequence[bytes], effort: Effort) -> None:
    """Add the row of one kind of bridge."""
    alone = [message.rpartition(b"data: ")[2] for message in messages]
    ways: tuple[tuple[Decode, Sequence[bytes]], ...] = (
        (orjson.loads, alone),
        (_decode(kind), messages),
    )
    times: tuple[list[float], ...] = ([], [])
    for _ in range(effort.rounds):
        for (decode, inputs), found in zip(ways, times, strict=True):
            found.append(_time(decode, inputs, effort.readings))
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
    """Return the processor time of a message (µs)."""
    taken = list(islice(cycle(messages), count))
    before = time.thread_time()
    for message in taken:
        decode(message)
    return (time.thread_time() - before) / count * _MICRO


def _blocks(decode: Decode, messages: Sequence[bytes]) -> float:
    """Return how many blocks of memory the result of a message keeps.

    Blocks that were only needed while decoding do not count.
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
    """Return the peak memory that decoding a message needs (KiB)."""
    peaks = []
    tracemalloc.start()
    for message in messages:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        decode(message)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return min(peaks) / _KIBI
