"""Replace bridges, and their passwords, by others."""

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
    """Replace a bridge by another of the same kind, on another meter."""
    KINDS[simulator.key].swap(simulator)


async def locked(simulators: Start, key: str) -> Simulator:
    """Start a bridge that has a login, and turn the login on."""
    simulator = await simulators(key)
    _login(simulator).ask(simulator)
    assert simulator.credentials
    return simulator


def lock_with(simulator: Simulator, password: str) -> None:
    """Change the password of a bridge, which ends all sessions."""
    _login(simulator).change(simulator, password)


def _login(simulator: Simulator) -> Login[Simulator]:
    """Return the login of a kind that has one."""
    login = KINDS[simulator.key].login
    assert login
    return login
