"""A short run of scripts/fuzz."""

from random import Random
import time

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeResponseError

from .decoders import DECODERS, Decoder
from .mutate import Mutator
from .run import LIMIT_SECONDS, run
from .seeds import Recording, record_all

COUNT = 2000


_HEARD: dict[str, Recording] = {}


@pytest.fixture
async def recordings() -> dict[str, Recording]:
    """Return recordings of all simulators, made once."""
    if not _HEARD:
        _HEARD.update(await record_all())
    return _HEARD


@pytest.mark.parametrize("name", DECODERS)
def test_only_our_errors_come_out(name: str, recordings: dict[str, Recording]) -> None:
    """Every input gives a value or a BridgeError, in time, without a memory leak."""
    figures = run(name, DECODERS[name], recordings, COUNT, seed=1)
    assert not figures.failures
    assert figures.slowest < LIMIT_SECONDS
    assert figures.is_good


def test_every_bridge_has_a_decoder(recordings: dict[str, Recording]) -> None:
    """Every kind of bridge has a decoder and valid inputs."""
    assert BRIDGES.keys() <= DECODERS.keys()
    assert all(list(decoder.seeds(recordings)) for decoder in DECODERS.values())


def test_failures_are_found(recordings: dict[str, Recording]) -> None:
    """A decoder that raises another error, is slow or leaks memory is reported."""
    kept: list[bytes] = []
    slow: set[bytes] = set()

    def decode(data: bytes) -> None:
        kept.append(data)
        if b"{" not in data:
            raise BridgeResponseError("No object")
        if b'"device"' not in data:
            raise KeyError(data)
        if len(data) > 2000 and (not slow or data in slow):
            slow.add(data)
            end = time.thread_time() + 1.2 * LIMIT_SECONDS
            while time.thread_time() < end:
                pass

    decoder = Decoder(make=lambda: decode, seeds=DECODERS["iometer"].seeds)
    figures = run("iometer", decoder, recordings, COUNT, seed=1)
    (place,) = figures.failures
    assert place.startswith("KeyError at test_fuzz.py:")
    assert figures.slowest > LIMIT_SECONDS
    assert figures.more_blocks > COUNT // 2
    assert not figures.is_good


def test_mutations_are_to_be_had_again() -> None:
    """The same seed gives the same inputs, most of which differ from each other."""
    sound = b'{"a": [1, 2.5, "x"], "b": {"c": null}}'
    first, again = (
        [mutator.next() for _ in range(1000)]
        for mutator in (Mutator([sound], Random(3)), Mutator([sound], Random(3)))  # noqa: S311
    )
    assert first == again
    assert len(set(first)) > 500
    assert max(map(len, first)) <= 1 << 20
