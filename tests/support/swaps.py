"""Other bridges, and other passwords, in the place of those that we know."""

from tests.conftest import Start
from tests.kinds import KINDS

from .kind import Login
from .simulator import Simulator


async def another(simulators: Start, key: str) -> Simulator:
    """Start a second bridge of a kind."""
    simulator = await simulators(key)
    swap(simulator)
    return simulator


def swap(simulator: Simulator) -> None:
    """Put another bridge of the same kind, on another meter, in its place."""
    KINDS[simulator.key].swap(simulator)


async def locked(simulators: Start, key: str) -> Simulator:
    """Start a bridge of a kind that has a login, and ask for it."""
    simulator = await simulators(key)
    _login(simulator).ask(simulator)
    assert simulator.credentials
    return simulator


def lock_with(simulator: Simulator, password: str) -> None:
    """Give a bridge another password; what it let in before is out."""
    _login(simulator).change(simulator, password)


def _login(simulator: Simulator) -> Login[Simulator]:
    """Return how to handle the login of a kind that has one."""
    login = KINDS[simulator.key].login
    assert login
    return login
