"""A client talks to one bridge: its address and login, its identity, its requests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .questions import Said
from .snapshot import Snapshot
from .transport.address import Address
from .transport.answers import Answers
from .transport.http import BridgeHttp

PINNED_CERTIFICATE = "certificate"
"""The key in `Identity.pinned` of a certificate that nobody vouches for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a bridge is, and the login for it.

    `pinned` is what the bridge showed at set-up (`Identity.pinned`): the login must not
    be weaker now. If the address `is_announced`, it comes from an announcement, which
    anybody can send: the password does not go there unencrypted. `is_typed` if the
    owner has just typed the password, and knows the address. `options` holds a number
    for each `BridgeOption` of the kind, and `answers` the owner's answers to
    `BridgeType.questions`.
    """

    address: Address
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    verify_ssl: bool = False
    pinned: Mapping[str, str] = field(default_factory=dict)
    is_announced: bool = False
    is_typed: bool = False
    options: Mapping[str, float] = field(default_factory=dict)
    answers: Said = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which device this is.

    `serial` stays the same for the life of the device. `also` holds its other ids: the
    entry may have been set up under one of them. `pinned` is kept with the entry and
    comes back in `Access.pinned`. `is_open` if it asked for no login.
    """

    serial: str
    also: frozenset[str] = frozenset()
    name: str | None = None
    model: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    mac: str | None = None
    pinned: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyPower:
    """The power in an hour: mean, minimum and maximum (W)."""

    mean: float
    least: float
    most: float


class Client[D](ABC):
    """One bridge on the network. Every method raises only `BridgeError`s."""

    def __init__(self, http: BridgeHttp) -> None:
        """Use this HTTP client; send nothing yet."""
        self._http = http

    @property
    def answers(self) -> Answers:
        """Return the latest answers of the bridge, for diagnostics."""
        return self._http.answers

    @abstractmethod
    async def identify(self) -> Identity:
        """Check that a bridge of this kind answers, and return which one it is.

        The password is sent only after an answer has shown the kind of the bridge.
        """

    @abstractmethod
    async def fetch(self) -> Snapshot[D]:
        """Request everything that is known now."""

    async def stream(self, publish: Callable[[Snapshot[D]], None]) -> None:
        """Publish what the bridge pushes until the stream breaks, which raises.

        Only called if `BridgeType.pushes` is set.
        """
        raise NotImplementedError

    async def counters_at(
        self, keys: frozenset[str], instants: Sequence[int]
    ) -> Mapping[str, Mapping[int, float]]:
        """Return totals at these times (Unix seconds), as far as the bridge remembers.

        Keys are OBIS codes of the main meter and keys of the bridge's own sensors.
        Values are as in a reading: raw counts stay raw, and for a total that is worked
        out from others, the others are returned. Nothing is interpolated. Only called
        if `BridgeType.recall_seconds` is set.
        """
        raise NotImplementedError

    async def powers_in(
        self,
        keys: frozenset[str],  # noqa: ARG002 (for those that remember powers)
        hours: Sequence[int],  # noqa: ARG002
    ) -> Mapping[str, Mapping[int, HourlyPower]]:
        """Return powers over hours (by their start, Unix seconds), as far as known.

        Keys are those of a reading. An hour is known only if the bridge remembers
        values from all parts of it, which many bridges do not. Only called if
        `BridgeType.recall_seconds` is set.
        """
        return {}

    def memory(self) -> Mapping[str, list[float]]:
        """Return what has to survive a restart of Home Assistant."""
        return {}

    def recall(self, memory: Mapping[str, list[float]]) -> None:  # noqa: B027
        """Restore what `memory` returned before the restart."""


type Progress = Callable[[float | None], None]
"""Report the part that is done, from 0 to 1; None while it is not known."""
