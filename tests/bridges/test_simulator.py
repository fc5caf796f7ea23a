"""Test the base and the mishaps of all simulators."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import ClientError, ClientSession, ClientTimeout
import pytest

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "/v1/reading"


@pytest.fixture
async def simulator() -> AsyncIterator[IometerSimulator]:
    """Run any simulator."""
    simulator = IometerSimulator(House())
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http(simulator: IometerSimulator) -> AsyncIterator[ClientSession]:
    """Open a session with a timeout of half a second."""
    timeout = ClientTimeout(total=2)
    base = f"http://{simulator.address}"
    async with ClientSession(base, timeout=timeout) as session:
        yield session


async def test_it_answers_with_a_status(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """It can answer with a status, on one path only."""
    simulator.fail_with(503, "busy", path=PATH)
    async with http.get(PATH) as response:
        assert (response.status, await response.text()) == (503, "busy")
    async with http.get("/v1/status") as response:
        assert response.status == 200


@pytest.mark.usefixtures("warp")
async def test_it_stalls_until_it_is_healed(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """A stalled request ends with the client's timeout, or with an answer if healed."""
    simulator.stall()
    with pytest.raises(TimeoutError):
        await http.get(PATH)
    waiting = asyncio.create_task(http.get(PATH))
    await asyncio.sleep(0.05)
    simulator.heal()
    async with await waiting as response:
        assert response.status == 200


@pytest.mark.usefixtures("warp")
async def test_it_trickles(simulator: IometerSimulator, http: ClientSession) -> None:
    """The body is sent byte by byte, and at once when healed."""
    simulator.trickle(0.1)
    with pytest.raises(TimeoutError):
        async with http.get(PATH) as response:
            await response.read()
    simulator.trickle(0)
    async with http.get(PATH) as response:
        assert (await response.json())["meter"]["number"] == simulator.meter_number


async def test_it_garbles(simulator: IometerSimulator, http: ClientSession) -> None:
    """Any bytes can be sent as JSON."""
    simulator.garble(b"\xff{")
    async with http.get(PATH) as response:
        assert response.content_type == "application/json"
        assert await response.read() == b"\xff{"


async def test_it_floods(simulator: IometerSimulator, http: ClientSession) -> None:
    """An extremely long body is sent, without a length."""
    simulator.flood(1024 * 1024)
    async with http.get(PATH) as response:
        assert response.content_length is None
        assert len(await response.read()) == 1024 * 1024


async def test_it_redirects(simulator: IometerSimulator, http: ClientSession) -> None:
    """Requests are redirected."""
    simulator.redirect("http://127.0.0.1:9/")
    async with http.get(PATH, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"] == "http://127.0.0.1:9/"


async def test_it_resets_mid_body(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """The connection is reset in the middle of a body."""
    simulator.reset_mid_body()
    with pytest.raises(ClientError):
        async with http.get(PATH) as response:
            await response.read()
    simulator.heal()
    async with http.get(PATH) as response:
        assert response.status == 200


async def test_it_moves(simulator: IometerSimulator, http: ClientSession) -> None:
    """After a move only the new address answers."""
    old = simulator.address
    await simulator.move()
    with pytest.raises(ClientError):
        await http.get(PATH)
    assert simulator.address != old
    async with http.get(f"http://{simulator.address}{PATH}") as response:
        assert response.status == 200


async def test_it_blacks_out_for_a_moment(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """It disappears, and returns at the same address."""
    address = simulator.address
    await simulator.black_out(0.01)
    assert simulator.address == address
    async with http.get(PATH) as response:
        assert response.status == 200


async def test_it_can_be_stopped_while_dark(simulator: IometerSimulator) -> None:
    """A simulator that is stopped during a blackout does not return."""
    simulator.black_out(60)
    await asyncio.sleep(0.05)
    await simulator.stop()


async def test_it_logs_what_was_asked(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """Method, path, headers and the number of simultaneous requests are recorded."""
    await asyncio.gather(http.get(PATH), http.get("/nowhere"), http.post(PATH))
    asked = {(request.method, request.path) for request in simulator.requests}
    assert asked == {("GET", PATH), ("GET", "/nowhere"), ("POST", PATH)}
    assert "User-Agent" in simulator.requests[0].headers


async def test_a_silent_stream_stays_open(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """A silent stream stays open without readings, but raw bytes are sent."""
    headers = {"Accept": "text/event-stream"}
    async with http.get(PATH, headers=headers) as response:
        await response.content.readuntil(b"\n\n")
        simulator.silent = True
        simulator.tick()
        assert simulator.open_streams == 1
        simulator.push_raw(b": only this\n\n")
        assert await response.content.readuntil(b"\n\n") == b": only this\n\n"
