"""Test the simulator against the vendor's samples and what owners have seen."""

import asyncio
from collections.abc import Mapping
import json
from typing import Any

from aiohttp import ClientSession, WSMsgType
import pytest

from tests.bridges.cozify_han.conftest import (
    EVENTS,
    METER,
    METER_ID,
    OLD_EVENTS,
    OLD_METER,
    SOCKET,
    STATE,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.waiting import eventually

# Keys of the samples in the vendor's documentation of API 1.0.
SAMPLES: Mapping[str, str] = {
    STATE: "type uuid name model serial version state mac ethIp wifiIp online channel",
    METER: "type ts ic ec ric rec p pi pe r ri re u i",
    OLD_METER: "type ts ic ec ric rec p pi pe r ri re u i",
    METER_ID: "type manufacturerId deviceType meterId meterName",
    "/configuration": "type v t s p m e w",
    "/health": "type uuid hostname free_heap_size minimum_free_heap_size "
    "cpu_reset_reason uptime_ms",
}
NEWER = {STATE: "ts rebootPending rebootReason", "/health": "ts"}


async def get(simulator: CozifyHanSimulator, path: str) -> Any:  # noqa: ANN401
    """Ask for one object."""
    async with (
        ClientSession() as session,
        session.get(f"http://{simulator.address}{path}") as response,
    ):
        return await response.json()


async def status(simulator: CozifyHanSimulator, path: str) -> int:
    """Ask for a path and see whether it is there."""
    async with (
        ClientSession() as session,
        session.get(f"http://{simulator.address}{path}") as response,
    ):
        return response.status


@pytest.mark.parametrize(("path", "keys"), SAMPLES.items(), ids=SAMPLES)
async def test_answers_have_the_keys_of_the_samples(
    simulator: CozifyHanSimulator, path: str, keys: str
) -> None:
    """Both revisions of the documentation are kept to the letter."""
    assert (await get(simulator, path)).keys() == set(keys.split())
    simulator.profile.is_new, simulator.profile.reboot_reason = True, "OTA_UPDATE"
    newer = f"{keys} {NEWER.get(path, '')}"
    assert (await get(simulator, path)).keys() == set(newer.split())


async def test_unknown_paths(simulator: CozifyHanSimulator) -> None:
    """What this firmware does not have is not found."""
    assert await status(simulator, "/info") == 404
    simulator.profile.absent = frozenset({METER_ID, SOCKET, EVENTS, OLD_EVENTS})
    for path in simulator.profile.absent:
        assert await status(simulator, path) == 404


@pytest.mark.parametrize(
    ("amperes", "shown"),
    [
        ("1.9", 1.89),
        ("3.3", 3.29),
        ("2.2", 2.2),
        ("18.4", 18.39),
        ("25.6", 25.6),
        ("13.7", 13.69),
        ("1.1", 1.1),
        ("2.4", 2.4),
        ("1.3", 1.29),
        ("3.0", 3),
        ("1.4", 1.39),
    ],
)
async def test_currents_are_cut_as_owners_have_seen(
    simulator: CozifyHanSimulator, amperes: str, shown: float
) -> None:
    """All eleven currents in screenshots of real readers come out the same."""
    simulator.house.react(0)
    simulator.house.draw(round(231.4 * float(amperes)), phase=1)
    simulator.tick()
    assert (await get(simulator, METER))["i"][0] == shown


async def test_one_phase_exports_while_the_total_imports(
    simulator: CozifyHanSimulator,
) -> None:
    """Phases are summed as the meter does; both directions add up to the total."""
    simulator.house.draw(3000, phase=1)
    simulator.house.export(1000, phase=2)
    simulator.tick()
    meter = await get(simulator, METER)
    assert meter["pi"] == [2065, 3000, 0, 65]
    assert meter["pe"] == [0, 0, 1000, 0]
    assert meter["p"] == [2065, 3000, -1000, 65]


async def test_shapes_of_the_telegram(simulator: CozifyHanSimulator) -> None:
    """Text, milliseconds, short and null arrays, and what is left out."""
    profile = simulator.profile
    seconds = (await get(simulator, METER))["ts"]
    profile.milliseconds, profile.energies_as_text = True, True
    profile.lengths, profile.left_out = {"pi": 1, "u": 0, "i": None}, frozenset({"r"})
    simulator.tick()
    meter = await get(simulator, METER)
    assert meter["ts"] == (seconds + 1) * 1000
    assert meter["ic"] == "11743.027"
    assert (meter["pi"], meter["u"], meter["i"]) == ([321], [], None)
    assert "r" not in meter
    profile.clock_stands_still, profile.phases = True, (1,)
    simulator.tick()
    again = await get(simulator, METER)
    assert again["ts"] == meter["ts"]
    assert again["p"] == [321, 144]


async def test_totals_may_follow_once_a_minute(simulator: CozifyHanSimulator) -> None:
    """Energy stands still while power changes."""
    simulator.profile.energy_seconds = 60
    simulator.house.draw(3600)
    shown = []
    for _ in range(4):
        simulator.house.advance(20)
        simulator.tick()
        shown.append((await get(simulator, METER))["ic"])
    assert shown == [11743.027, 11743.027, 11743.087, 11743.087]


async def test_passwords_are_masked(simulator: CozifyHanSimulator) -> None:
    """A password that is set is shown as three stars."""
    assert (await get(simulator, "/configuration"))["w"]["p"] == "***"
    simulator.profile.password = None
    assert "p" not in (await get(simulator, "/configuration"))["w"]


async def test_without_a_meter(simulator: CozifyHanSimulator) -> None:
    """The reader is unable to tell what it never got."""
    simulator.profile.has_meter = False
    simulator.tick()
    assert await status(simulator, METER) == 503
    assert await status(simulator, STATE) == 200


async def test_the_socket(simulator: CozifyHanSimulator) -> None:
    """It begins with the state, goes on with telegrams, and ends in good order."""
    simulator.chatter = True
    async with (
        ClientSession() as session,
        session.ws_connect(f"http://{simulator.address}{SOCKET}") as socket,
    ):
        kinds = [json.loads((await socket.receive()).data)["type"]]
        simulator.tick()
        kinds += [json.loads((await socket.receive()).data)["type"] for _ in range(2)]
        assert kinds == [
            "HAN_STATE_MESSAGE",
            "HAN_SOMETHING_MESSAGE",
            "HAN_METER_MESSAGE",
        ]
        simulator.end_streams()
        assert (await socket.receive()).type is WSMsgType.CLOSE
    assert simulator.open_streams == 0


async def test_a_client_that_leaves_is_noticed(simulator: CozifyHanSimulator) -> None:
    """A closed socket takes no room; a deaf one answers no ping."""
    simulator.profile.answers_pings = False
    async with ClientSession() as session:
        url = f"http://{simulator.address}{SOCKET}"
        async with session.ws_connect(url, autoping=False) as socket:
            await socket.receive()
            await socket.ping()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.1)
        await eventually(lambda: simulator.open_streams == 0)
