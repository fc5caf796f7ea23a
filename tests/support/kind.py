"""What the suites over all kinds of bridge need to know of one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from .house import House
from .plants import Plants
from .shown import Shown
from .simulator import Simulator
from .wrong import Wrong

if TYPE_CHECKING:
    from .decoding import Decoding

type Codes = tuple[str, ...]
type Calls = Iterable[tuple[str, Mapping[str, object]]]


def do_nothing(_: object) -> None:
    """Do nothing, as most simulators need nothing done."""


def call_nothing(_: str) -> Calls:
    """Call no action, as most bridges have none."""
    return ()


class Register(NamedTuple):
    """One value that somebody else's code read."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login[S: Simulator]:
    """How to handle the login of a simulator.

    `ask` switches it on where the owner may do without. `change` sets another password,
    and ends what the old one opened. `plant` puts a secret in the place of each part.
    """

    change: Callable[[S, str], None]
    plant: Callable[[S, Plants], None]
    ask: Callable[[S], None] = do_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """What the Energy dashboard gets, and what of a wrong counter must be believed.

    `grid` are the registers of import, export and power, `gas` is that of the volume.
    """

    grid: tuple[str, str | None, str | None] = ("1.8.0", "2.8.0", "16.7.0")
    gas: str | None = None
    believed: frozenset[Wrong] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Home Assistant's own integration for the same bridge, whose domain is our key.

    It needs a `package`. Nothing is pushed down the channel `beside`. `parse` is how a
    plain integration reads an answer.
    """

    package: str
    parse: Callable[[Any], Mapping[str, Register]]
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """How a reading is measured.

    It comes from `path`, where `body` is sent to get one. To change all the registers
    of a row of `changes` changes as many states, as far as this can be. A bridge that
    lists its `registers` has a simulator `with_registers`, which lists so many.
    """

    path: str
    changes: tuple[Codes, ...]
    body: Mapping[str, str] | None = None
    registers: int = 0
    with_registers: Callable[[House, int], Simulator] | None = None
    peer: Peer | None = None

    @property
    def method(self) -> str:
        """Return how a reading is asked for."""
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind[S: Simulator = Any]:
    """One kind of bridge; what has a default suits a box that is polled.

    - `title`, `unique_id`, `pinned`: what the entry of a fresh simulator has of these
    - `asked`: the path on which a bridge is asked who it is
    - `swap`: be another device, on another meter
    - `vocabulary`: keys of the texts without which nothing is recognised or read
    - `shown`: keys of the texts that are shown, by the reason for it
    - `streams`: how many an entry follows
    - `restart`: start again; the connection is cut by whoever asks for it
    - `actions`: calls of its own actions that pass a secret on to the device
    """

    simulator: type[S]
    title: str
    unique_id: str
    asked: str
    swap: Callable[[S], None]
    benchmark: Benchmark
    vocabulary: Codes = ()
    shown: Mapping[Shown, frozenset[str]] = field(default_factory=dict)
    pinned: Mapping[str, str] = field(default_factory=dict)
    streams: int = 0
    login: Login[S] | None = None
    energy: Energy = Energy()
    restart: Callable[[S], Awaitable[None] | None] = do_nothing
    actions: Callable[[str], Calls] = call_nothing

    @property
    def key(self) -> str:
        """Return the key of the bridge."""
        return self.simulator.key

    @property
    def decoding(self) -> Decoding:
        """Return `DECODING` of its `decode` module.

        That is imported only here: it imports our client, which simulators, and
        programs that run nothing else, do without.
        """
        found: Decoding = import_module(f"tests.bridges.{self.key}.decode").DECODING
        return found
