"""A mishap as data: its name, how to cause it, and what the owner must see."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from custom_components.meter_bridge.bridges import BRIDGES

from .cell import Cell

type Act = Callable[[Cell], Awaitable[None]]


class Sees(StrEnum):
    """What an owner sees of a bridge during a mishap."""

    LIVE = "live"
    HELD = "counter held"
    KEPT = "kept"
    BACK = "live, with the older reading in between"
    PART = "partly unavailable"
    GONE = "unavailable"
    FADES = "kept, then unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a bridge needs for a mishap to be possible, and why it may not be."""

    is_met: Callable[[Cell], bool]
    otherwise: str


STREAM = Need(
    is_met=lambda cell: BRIDGES[cell.key].pushes, otherwise="it has no stream"
)
CLOCK = Need(
    is_met=lambda cell: cell.truth.has_time,
    otherwise="its readings are not ordered by a time of the meter",
)
READER = Need(
    is_met=lambda cell: not cell.simulator.counts_by_itself,
    otherwise="it is the meter itself, and counts energy by its own clock",
)
NUMBER = Need(
    is_met=lambda cell: type(cell.simulator)(cell.house).exchange_meter(),
    otherwise="no number of its meter is read",
)
SCALE = Need(
    is_met=lambda cell: type(cell.simulator)(cell.house).lose_scale(),
    otherwise="its values come with their units",
)
ANNOUNCED = Need(
    is_met=lambda cell: cell.simulator.announcement is not None,
    otherwise="it announces no port by mDNS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One row of the matrix.

    It is caused once and lasts for some rounds, in each of which time passes, the meter
    is read, pushed messages arrive, and the bridge is polled. `then` is called in each
    round after the reading. At the end the mishap heals, or `cure` ends it, and all is
    right again within some seconds. `errors` are those whose message may be shown. One
    that `fades` goes on until all values are unavailable, however long that takes.
    """

    group: str
    name: str
    cause: Act
    sees: frozenset[Sees]
    errors: frozenset[str] = frozenset()
    needs: tuple[Need, ...] = ()
    then: Act | None = None
    cure: Act | None = None
    rounds: int = 2
    step: float = 20.0
    back_within: float = 60.0
    is_slow: bool = False
    fades: bool = False
    is_polled: bool = True
    reloads: bool = False
    reports: str | None = None
    reports_at_once: bool = False

    @property
    def key(self) -> str:
        """Key of the mishap."""
        return f"{self.group}: {self.name}"


def sees(*seen: Sees) -> frozenset[Sees]:
    """Return what an owner may see; which one depends on the kind of bridge."""
    return frozenset(seen)


async def nothing(_cell: Cell) -> None:
    """Do nothing: the mishap is caused by `then`, in each round."""
