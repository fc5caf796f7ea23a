"""Start a simulator of a certain class."""

from collections.abc import Awaitable, Callable

from .simulator import Simulator


async def start[S: Simulator](
    simulators: Callable[[str], Awaitable[Simulator]], kind: type[S]
) -> S:
    """Start a simulator of this class."""
    started = await simulators(kind.key)
    assert isinstance(started, kind)
    return started
