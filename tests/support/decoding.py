"""How fuzzing and benchmarks feed bytes to the decoder of each kind of bridge."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_components.meter_bridge.bridges.decoder import Decoder
from custom_components.meter_bridge.bridges.transport.http import BODY_LIMIT

type Decode = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that a kind decodes beside its answers, such as a challenge.

    `make` returns a new function that decodes it. `seeds` finds sound input among the
    bodies that were received from a bridge.
    """

    make: Callable[[], Decode]
    seeds: Callable[[Iterable[bytes]], Iterable[bytes]]
    largest: int = BODY_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """The decoder of a kind of bridge, and what it takes.

    `sources` returns the sources that may send such a body. `reading` is the one that
    readings come from, as server-sent events if `events` is set. `first` is what the
    decoder has to take before a reading. `check` is given the decoder now and then.
    """

    make: Callable[[], Decoder[Any]]
    sources: Callable[[bytes], tuple[str, ...]]
    reading: str
    events: bool = False
    first: tuple[tuple[str, bytes], ...] = ()
    check: Callable[[Any], object] = lambda _decoder: None
    parts: Mapping[str, Part] = field(default_factory=dict)
