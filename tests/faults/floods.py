"""Floods: more than any meter says, down a stream or in place of an answer."""

from collections.abc import Callable

from tests.floods.pours import FLOODS, Flood
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

from .bodies import MEBIBYTE
from .cell import Cell
from .mishap import STREAM, Act, Mishap, Sees, nothing, sees

_CONNECTION, _STREAM = "The connection", "The stream"
# More than the budgets of messages and bytes that a stream has.
_MESSAGES = 300
_AWAY = frozenset({"cannot_connect", "not_recognised"})
_POURED = {
    "an endless line": "sends a line without end",
    "endless headers": "sends headers without end",
    "100 Continue": "sends `100 Continue` without end",
    "an endless chunk extension": "sends an extension of a chunk without end",
    "256 MiB of newlines, packed": "sends 256 MiB of newlines, packed",
}


def _pouring(flood: Flood) -> Act:
    """Return an act that pours in place of every answer, and breaks open streams."""

    async def pour(cell: Cell) -> None:
        cell.simulator.pour(flood.pour(()))
        cell.simulator.cut_streams()

    return pour


def _pushing(push: Callable[[Simulator], None]) -> Act:
    """Return an act that pushes, and waits until all streams were given up."""

    async def act(cell: Cell) -> None:
        simulator = cell.simulator
        before = _asked(simulator) + simulator.open_streams
        push(simulator)
        await eventually(lambda: _asked(simulator) >= before, seconds=10)

    return act


def _asked(simulator: Simulator) -> int:
    """Return how often a stream was asked for."""
    return sum(
        "event-stream" in each.headers.get("Accept", "") or "Upgrade" in each.headers
        for each in simulator.requests
    )


def _readings(simulator: Simulator) -> None:
    """Push the present reading hundreds of times."""
    for _ in range(_MESSAGES):
        simulator.publish()


def _tiny(simulator: Simulator) -> None:
    """Push hundreds of messages that say nothing."""
    for _ in range(_MESSAGES):
        simulator.push_raw(b"data: 1\n\n")


def _comments(simulator: Simulator) -> None:
    """Push 2 MiB of comments."""
    simulator.push_raw(b":\n" * MEBIBYTE)


def _line(simulator: Simulator) -> None:
    """Push a line of 2 MiB that does not end."""
    simulator.push_raw(b"x" * (2 * MEBIBYTE))


POURED = tuple(
    Mishap(
        group=_CONNECTION,
        name=_POURED[flood.name],
        cause=_pouring(flood),
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
        is_slow=True,
    )
    for flood in FLOODS
    if flood.name in _POURED
)
PUSHED = tuple(
    Mishap(
        group=_STREAM,
        name=name,
        cause=nothing,
        then=_pushing(push),
        needs=(STREAM,),
        sees=sees(Sees.LIVE),
    )
    for name, push in (
        ("300 readings at once", _readings),
        ("300 tiny events at once", _tiny),
        ("comments without end", _comments),
        ("a line without end", _line),
    )
)
