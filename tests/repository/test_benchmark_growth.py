"""Test that many bridges can be measured; the figures are not checked here."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest

from benchmarks.alone import alone
from benchmarks.fleet import READING, STATUS, Fleet
from benchmarks.growth import Found, grow
from benchmarks.memory import Weight, plain
from benchmarks.recording import rows
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import Start
from tests.kinds import KINDS


async def _measure() -> tuple[dict[str, float], Found, Weight]:
    """Run each measurement once."""
    return (
        await rows("every_reading", 3, 1),
        await grow(2, 1, spread=True),
        await plain((2, 3), is_traced=False, entities=2),
    )


@pytest.mark.programs
def test_measuring() -> None:
    """Readings are recorded, arrive, and change states."""
    recorded, size, floor = alone(_measure)
    assert recorded.keys() == KINDS.keys()
    assert recorded["iometer"]
    assert (size.readings, floor.entities) == (2, 2)
    assert size.states >= 1


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Create a fleet, and stop it at the end."""
    fleet = Fleet()
    yield fleet
    fleet.close()


async def _ask(
    session: ClientSession, address: str, path: str, accept: str
) -> tuple[str, list[bytes]]:
    """Return the type of an answer, and the first three lines of its body."""
    headers = {"Accept": accept}
    async with session.get(f"http://{address}{path}", headers=headers) as answer:
        lines = [await answer.content.readline() for _ in range(3)]
        return answer.content_type, lines


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("path", [READING, STATUS])
async def test_a_fleet_answers_as_the_simulator_does(
    hass: HomeAssistant, simulators: Start, fleet: Fleet, path: str, accept: str
) -> None:
    """A bridge of the fleet answers like the real simulator, except for its id."""
    bridge = (await fleet.grow(1))[0]
    simulator = await simulators("iometer")
    assert isinstance(simulator, IometerSimulator)
    simulator.house.draw(3600)
    simulator.house.advance(1)
    simulator.tick()
    simulator.device_id = bridge.device_id
    session = async_get_clientsession(hass)
    cheap = await _ask(session, f"127.0.0.1:{bridge.port}", path, accept)
    assert cheap == await _ask(session, simulator.address, path, accept)
