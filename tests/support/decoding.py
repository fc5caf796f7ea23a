"""How fuzzing and benchmarks call the decoder of each kind of bridge."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_components.meter_bridge.bridges.decoder import Decoder
from custom_components.meter_bridge.bridges.transport.http import BODY_LIMIT

type Decode = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Another input that a kind decodes, such as the challenge of a login.

    `make` returns a new function that decodes it. `seeds` selects valid inputs from the
    bodies that a bridge has sent.
    """

    make: Callable[[], Decode]
    seeds: Callable[[Iterable[bytes]], Iterable[bytes]]
    largest: int = BODY_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """The decoder of a kind of bridge, and its inputs.

    `sources` returns the sources that a body may come from. `reading` is the source of
    readings, which are server-sent events if `events` is set. `first` are the inputs
    that the decoder needs before a reading. `check` is called with the decoder from
    time to time, and raises if its state is wrong.
    """

    make: Callable[[], Decoder[Any]]
    sources: Callable[[bytes], tuple[str, ...]]
    reading: str
    events: bool = False
    first: tuple[tuple[str, bytes], ...] = ()
    check: Callable[[Any], object] = lambda _decoder: None
    parts: Mapping[str, Part] = field(default_factory=dict)
