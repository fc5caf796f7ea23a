"""Mishaps of the network, and answers that do not end normally."""

from .bodies import MEBIBYTE
from .cell import Cell
from .mishap import STREAM, Act, Mishap, Sees, nothing, sees

_GROUP = "The connection"
_NEVER = 1 << 30
_AWAY = frozenset({"cannot_connect"})


def _calling(verb: str, *given: object) -> Act:
    """Return an act that calls a method of the simulator and breaks open streams."""

    async def act(cell: Cell) -> None:
        getattr(cell.simulator, verb)(*given)
        cell.simulator.cut_streams()

    return act


async def _unplug(cell: Cell) -> None:
    """Unplug the bridge."""
    await cell.simulator.unplug()


async def _plug_in(cell: Cell) -> None:
    """Plug the bridge in again."""
    await cell.simulator.plug_in()


async def _close_everywhere(cell: Cell) -> None:
    """Poll once for every byte at which an answer can be cut, the last one first."""
    simulator = cell.simulator
    simulator.longest_answer = 0
    simulator.cut_after(_NEVER)
    await cell.poll()
    simulator.cut_streams()
    for position in reversed(range(simulator.longest_answer)):
        simulator.cut_after(position)
        # Polls by hand: the owner is told of each failure.
        await cell.coordinator.async_refresh()
        cell.look()
        cell.times += 1


async def _silence(cell: Cell) -> None:
    """Send nothing, neither on open streams nor to requests."""
    cell.simulator.silent = True
    cell.simulator.stall()


async def _cut(cell: Cell) -> None:
    """Reset the open streams."""
    cell.simulator.cut_streams()


NETWORK = (
    Mishap(
        group=_GROUP,
        name="refuses connections",
        cause=_unplug,
        cure=_plug_in,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
    ),
    Mishap(
        group=_GROUP,
        name="resets the connection in the middle of an answer",
        cause=_calling("reset_mid_body"),
        then=_cut,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        # Half of a login's challenge is not recognised as one.
        errors=_AWAY | {"not_recognised"},
    ),
    Mishap(
        group=_GROUP,
        name="closes the connection after any byte of an answer",
        cause=_close_everywhere,
        then=_cut,
        rounds=1,
        sees=sees(Sees.GONE),
        errors=_AWAY,
    ),
    Mishap(
        group=_GROUP,
        name="accepts requests and never answers",
        cause=_silence,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
        is_slow=True,
    ),
    Mishap(
        group=_GROUP,
        name="stalls in the middle of an answer",
        cause=_calling("stall_mid_body"),
        then=_cut,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
        is_slow=True,
    ),
    Mishap(
        group=_GROUP,
        name="answers one byte a second",
        cause=_calling("trickle"),
        then=_cut,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
        is_slow=True,
    ),
    Mishap(
        group=_GROUP,
        name="fails one poll",
        cause=_calling("fail_with", 503),
        rounds=1,
        sees=sees(Sees.KEPT),
    ),
    Mishap(
        group=_GROUP,
        name="answers after 12 s",
        # A hundredth of it, as of the time that clients wait.
        cause=_calling("dawdle", 0.12),
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES, Sees.LIVE),
        errors=_AWAY,
        is_slow=True,
    ),
    Mishap(
        group=_GROUP,
        name="resets its streams again and again",
        cause=nothing,
        then=_cut,
        sees=sees(Sees.LIVE),
        needs=(STREAM,),
    ),
    Mishap(
        group=_GROUP,
        name="answers 10 MiB",
        cause=_calling("flood", 10 * MEBIBYTE),
        then=_cut,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=frozenset({"not_recognised"}),
    ),
)
