"""The description of a kind of bridge for the tests and benchmarks of all kinds."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
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
    """Do nothing: the default of optional callbacks."""


def call_nothing(_: str) -> Calls:
    """Return no calls: most bridges have no actions of their own."""
    return ()


class Register(NamedTuple):
    """A value that another integration has read."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login[S: Simulator]:
    """How to handle the login of a simulator.

    `ask` turns the login on, if it is optional. `change` sets another password, and
    ends the sessions of the old one. `plant` replaces its parts by secrets. Each of
    `ways` to log in is prepared with a folder for files; the simulator listens anew.
    """

    change: Callable[[S, str], None]
    plant: Callable[[S, Plants], None]
    ask: Callable[[S], None] = do_nothing
    ways: Mapping[str, Callable[[S, Path], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """The registers for the Energy dashboard, and wrong readings that cannot be found.

    `grid` are the registers of import, export and power, `gas` is that of the volume.
    `believed` are wrong readings that look like good ones on this kind of bridge.
    """

    grid: tuple[str, str | None, str | None] = ("1.8.0", "2.8.0", "16.7.0")
    gas: str | None = None
    believed: frozenset[Wrong] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Home Assistant's own integration for the same bridge; its domain is our key.

    It needs a `package`. The channel `beside` is silenced in the comparison. `parse`
    reads an answer for the plain integration.
    """

    package: str
    parse: Callable[[Any], Mapping[str, Register]]
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """How to measure a reading.

    Readings come from `path`, by a request with `body` if it has one. Each row of
    `changes` has registers, which change as many states if possible. If the number of
    `registers` can be chosen, `with_registers` creates a simulator with so many. In a
    house there are so many `seconds` between two readings, and there should be at most
    `most_rows` an hour; `at_home` creates a simulator for that, if the usual one sends
    what other integrations do not take.
    """

    path: str
    changes: tuple[Codes, ...]
    body: Mapping[str, str] | None = None
    registers: int = 0
    seconds: int = 1
    most_rows: int | None = None
    at_home: Callable[[House], Simulator] | None = None
    with_registers: Callable[[House, int], Simulator] | None = None
    peer: Peer | None = None

    @property
    def method(self) -> str:
        """Return the HTTP method of a request for a reading."""
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind[S: Simulator = Any]:
    """One kind of bridge; the defaults suit a bridge that is polled.

    - `title`, `unique_id`, `pinned`: those of an entry for a new simulator
    - `asked`: the path that identifies a bridge
    - `operations`: how many operations the manufacturer's document has
    - `swap`: turn a simulator into another device, on another meter
    - `vocabulary`: JSON keys of texts that the client needs unchanged
    - `shown`: JSON keys of texts that may be shown, by the reason
    - `streams`: how many streams an entry follows
    - `restart`: restart the device; the caller cuts the connections
    - `actions`: calls of its own actions, with a secret among their fields
    - `remember`: let a simulator remember totals, which its owner has to switch on
    - `crowds`: send other registers or meters each turn, as many as it can
    """

    simulator: type[S]
    title: str
    unique_id: str
    asked: str
    operations: int
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
    remember: Callable[[S], None] = do_nothing
    crowds: Mapping[str, Callable[[S, int], None]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the key of the bridge."""
        return self.simulator.key

    @property
    def decoding(self) -> Decoding:
        """Return `DECODING` of its `decode` module.

        It is imported only here, because it imports our client, which programs that
        only run simulators do not need.
        """
        found: Decoding = import_module(f"tests.bridges.{self.key}.decode").DECODING
        return found
