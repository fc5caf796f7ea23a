"""Feed a decoder, and measure time and memory."""

from contextlib import suppress
from dataclasses import dataclass, field
import gc
from pathlib import Path
from random import Random
import sys
import time
import traceback

from custom_components.meter_bridge.bridges.errors import BridgeError
from tests.support.decoding import Decode

from .decoders import Decoder
from .mutate import Mutator
from .seeds import Recording

LIMIT_SECONDS = 0.1
"""The most time for an input of up to a MiB: asyncio reports slower callbacks."""
# A cache of the last thousand names holds some blocks for each of them; a leak would
# hold some for each input.
_MOST_BLOCKS = 30_000
_PAGE = 4096
_REPEATS = 5


@dataclass(slots=True, kw_only=True)
class Figures:
    """The figures of a run; seconds are processor time."""

    inputs: int = 0
    refused: int = 0
    size: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_input: bytes = b""
    more_blocks: int = 0
    more_memory: int = 0
    failures: dict[str, bytes] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Tell whether only BridgeErrors were raised, in time, and no memory leaked."""
        return (
            not self.failures
            and self.slowest < LIMIT_SECONDS
            and self.more_blocks < _MOST_BLOCKS
        )


def run(
    name: str, decoder: Decoder, recordings: dict[str, Recording], count: int, seed: int
) -> Figures:
    """Decode `count` inputs; the first tenth fills the caches."""
    random = Random(f"{seed} {name}")  # noqa: S311 (to be had again by its seed)
    mutator = Mutator(sorted(decoder.seeds(recordings)), random, decoder.largest)
    decode, figures, clock = decoder.make(), Figures(), time.thread_time
    blocks, memory = 0, 0
    for number in range(count):
        if number == count // 10:
            blocks, memory = _memory()
        data = mutator.next()
        figures.size += len(data)
        start = clock()
        try:
            decode(data)
        except BridgeError:
            figures.refused += 1
        except Exception as error:  # noqa: BLE001 (it is what is looked for)
            _note(figures, error, data)
        seconds = clock() - start
        figures.seconds += seconds
        if seconds > figures.slowest:
            seconds = min(seconds, *(_again(decode, data) for _ in range(_REPEATS)))
            if seconds > figures.slowest:
                figures.slowest, figures.slowest_input = seconds, data
    figures.inputs = count
    after_blocks, after_memory = _memory()
    figures.more_blocks, figures.more_memory = (
        after_blocks - blocks,
        after_memory - memory,
    )
    return figures


def _again(decode: Decode, data: bytes) -> float:
    """Measure again: a busy machine may have made it slow."""
    start = time.thread_time()
    with suppress(Exception):  # it was noted the first time
        decode(data)
    return time.thread_time() - start


def _note(figures: Figures, error: Exception, data: bytes) -> None:
    """Keep the shortest input for each place in the code that failed."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    before = figures.failures.get(place)
    if before is None or len(data) < len(before):
        figures.failures[place] = data


def _memory() -> tuple[int, int]:
    """Return the memory in use: Python's blocks, and the bytes of the process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return sys.getallocatedblocks(), pages * _PAGE
