"""Mishaps of the way to a bridge, and answers that never end well."""

from .bodies import MEBIBYTE
from .cell import Cell
from .mishap import STREAM, Act, Mishap, Sees, nothing, sees

_GROUP = "The connection"
_NEVER = 1 << 30
_AWAY = frozenset({"cannot_connect"})


def _calling(verb: str, *given: object) -> Act:
    """Call a verb of the bridge, and let streams that are open meet the same."""

    async def act(cell: Cell) -> None:
        getattr(cell.simulator, verb)(*given)
        cell.simulator.cut_streams()

    return act


async def _unplug(cell: Cell) -> None:
    """Pull the plug."""
    await cell.simulator.unplug()


async def _plug_in(cell: Cell) -> None:
    """Put the plug back."""
    await cell.simulator.plug_in()


async def _close_everywhere(cell: Cell) -> None:
    """Poll once for every byte at which an answer can end, the last one first."""
    simulator = cell.simulator
    simulator.longest_answer = 0
    simulator.cut_after(_NEVER)
    await cell.poll()
    simulator.cut_streams()
    for position in reversed(range(simulator.longest_answer)):
        simulator.cut_after(position)
        await cell.coordinator.async_refresh()
        cell.look()
        cell.times += 1


async def _silence(cell: Cell) -> None:
    """Say nothing more, neither on the open streams nor to requests."""
    cell.simulator.silent = True
    cell.simulator.stall()


async def _cut(cell: Cell) -> None:
    """Reset the streams."""
    cell.simulator.cut_streams()


NETWORK = (
    Mishap(
        group=_GROUP,
        name="refuses connections",
        cause=_unplug,
        cure=_plug_in,
        sees=sees(Sees.GONE),
        says=_AWAY,
    ),
    Mishap(
        group=_GROUP,
        name="resets the connection in the middle of an answer",
        cause=_calling("reset_mid_body"),
        then=_cut,
        sees=sees(Sees.GONE),
        # Half a question for the login is none.
        says=_AWAY | {"not_recognised"},
    ),
    Mishap(
        group=_GROUP,
        name="closes the connection after any byte of an answer",
        cause=_close_everywhere,
        then=_cut,
        sees=sees(Sees.GONE),
        says=_AWAY,
        rounds=1,
    ),
    Mishap(
        group=_GROUP,
        name="accepts requests and never answers",
        cause=_silence,
        sees=sees(Sees.GONE),
        says=_AWAY,
        is_slow=True,
        rounds=1,
    ),
    Mishap(
        group=_GROUP,
        name="stalls in the middle of an answer",
        cause=_calling("stall_mid_body"),
        then=_cut,
        sees=sees(Sees.GONE),
        says=_AWAY,
        is_slow=True,
        rounds=1,
    ),
    Mishap(
        group=_GROUP,
        name="answers one byte a second",
        cause=_calling("trickle"),
        then=_cut,
        sees=sees(Sees.GONE),
        says=_AWAY,
        is_slow=True,
        rounds=1,
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
        sees=sees(Sees.GONE),
        says=frozenset({"not_recognised"}),
    ),
)
