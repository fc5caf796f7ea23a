"""A short run of scripts/fuzz."""

from random import Random
import time

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeResponseError

from .decoders import DECODERS, Decoder
from .mutate import Mutator
from .run import LIMIT_SECONDS, run
from .seeds import Heard, hear_all

COUNT = 2000


_HEARD: dict[str, Heard] = {}


@pytest.fixture
async def heard() -> dict[str, Heard]:
    """Return what there is to hear at the simulators, which are asked once."""
    if not _HEARD:
        _HEARD.update(await hear_all())
    return _HEARD


@pytest.mark.parametrize("name", DECODERS)
def test_only_our_errors_come_out(name: str, heard: dict[str, Heard]) -> None:
    """Whatever comes in: a value or a BridgeError, soon, and nothing stays behind."""
    figures = run(name, DECODERS[name], heard, COUNT, seed=1)
    assert not figures.failures
    assert figures.slowest < LIMIT_SECONDS
    assert figures.is_good


def test_every_bridge_has_a_decoder(heard: dict[str, Heard]) -> None:
    """No kind of bridge is left out, nor has nothing to be heard."""
    assert BRIDGES.keys() <= DECODERS.keys()
    assert all(list(decoder.seeds(heard)) for decoder in DECODERS.values())


def test_failures_are_found(heard: dict[str, Heard]) -> None:
    """A decoder that raises something else, is slow or keeps what it got is no good."""
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
    figures = run("iometer", decoder, heard, COUNT, seed=1)
    (place,) = figures.failures
    assert place.startswith("KeyError at test_fuzz.py:")
    assert figures.slowest > LIMIT_SECONDS
    assert figures.more_blocks > COUNT // 2
    assert not figures.is_good


def test_mutations_are_to_be_had_again() -> None:
    """The same number gives the same input, most of which is odd in its own way."""
    sound = b'{"a": [1, 2.5, "x"], "b": {"c": null}}'
    first, again = (
        [mutator.next() for _ in range(1000)]
        for mutator in (Mutator([sound], Random(3)), Mutator([sound], Random(3)))  # noqa: S311
    )
    assert first == again
    assert len(set(first)) > 500
    assert max(map(len, first)) <= 1 << 20
