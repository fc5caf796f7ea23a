"""Test the simulator against the vendor's API description and independent clients."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from egauge.webapi.auth import JWTAuth  # type: ignore[import-untyped]
from egauge.webapi.device import (  # type: ignore[import-untyped]
    Device,
    Register as TheirRegister,
)
from egauge_async.json.client import (  # type: ignore[import-untyped]
    EgaugeJsonClient,
)
import httpx
import jsonschema
import pytest

from tests.bridges.egauge.calls import judge
from tests.bridges.egauge.conftest import LOGIN, QUESTION, REGISTER, RIGHTS, SYSTEM
from tests.bridges.egauge.database import Register
from tests.bridges.egauge.device import SERIAL
from tests.bridges.egauge.simulator import EgaugeSimulator

KWH = 3_600_000


@pytest.fixture
async def http(simulator: EgaugeSimulator) -> AsyncIterator[ClientSession]:
    """Open a session with a valid token."""
    base = f"http://{simulator.address}"
    async with ClientSession(base, timeout=ClientTimeout(total=5)) as session:
        token = simulator.gate._sign(  # noqa: SLF001
            {"beg": int(simulator.gate._now), "ltm": 600}  # noqa: SLF001
        )
        session.headers["Authorization"] = f"Bearer {token}"
        yield session


async def fetch(http: ClientSession, path: str) -> Any:  # noqa: ANN401
    """Fetch a page as JSON."""
    async with http.get(path) as response:
        return await response.json()


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/auth/unauthorized", ""),
        ("/auth/rights", ""),
        ("/auth/logout", ""),
        ("/register", ""),
        ("/register", "?rate&time=now&virtual=value&raw"),
        ("/register", "?virtual=formula"),
        ("/register", "?if=epoch==1"),
        ("/register", "?time=now-5000:60:now&max-rows=7"),
        ("/sys", ""),
        ("/sys", "?filter=%7Bsn,model%7D"),
        ("/sys/sn", ""),
        ("/sys/boot", ""),
        ("/sys/time", ""),
        ("/sys/uptime", ""),
        ("/sys/version", ""),
        ("/sys/alert", ""),
        ("/config/db/epoch", ""),
        ("/config/net/hostname", ""),
        ("/log/alert", ""),
    ],
)
async def test_answers_fit_the_description(
    http: ClientSession, path: str, query: str
) -> None:
    """Every answer fits the schema of the official description."""
    judge(await fetch(http, f"/api{path}{query}"), path)


async def test_logins_fit_the_description(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """Question, refusal and nonsense have the shapes that the vendor describes."""
    del http.headers["Authorization"]
    for path in (QUESTION, RIGHTS, REGISTER, SYSTEM):
        async with http.get(path) as response:
            assert response.status == 401
            page = path.removeprefix("/api")
            judge(await response.json(), page, status="401")
    async with http.post(LOGIN, data=b"{}") as response:
        judge(await response.json(), "/auth/login", "post", str(response.status))
    async with http.get("/index.html") as response:
        assert (response.status, response.content_type) == (404, "text/html")


async def test_a_status_fits_the_description(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """Each status of a long command does, and an unknown token has an empty one."""
    simulator.script = [{"progress": 0.5, "info": "RESTORE", "args": ["x"]}]
    async with http.post(
        "/api/cmd/test-email", json={"address": "me@example.com"}
    ) as response:
        answer = await response.json()
    judge(answer, "/cmd/test-email", "post")
    for wanted in ({"progress": 0.5}, {"done": True}, {"done": True}):
        status = await fetch(http, f"/api/sys/status/{answer['token']}")
        judge(status, "/sys/status/{token}")
        assert status["result"].items() >= wanted.items()
    assert await fetch(http, f"/api/sys/status/{'0' * 32}") == {"result": {}}


async def test_counters_add_up_each_second(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """A row a second tells the rate; counters are relative to the epoch or raw."""
    simulator.house.draw(600)
    simulator.tick()
    for _ in range(2):
        simulator.house.advance(5)
        simulator.tick()
    index = simulator.database.registers.index(simulator.register("Grid"))
    (found,) = (await fetch(http, f"{REGISTER}?time=now-5:1:now&raw&reg=none+{index}"))[
        "ranges"
    ]
    counters = [int(row[0]) for row in found["rows"]]
    assert found["delta"] == 1
    assert [newer - older for newer, older in pairwise(counters)] == [600] * 5
    epoch = simulator.register("Grid").at(simulator.database.epoch)
    relative = await fetch(http, f"{REGISTER}?time=now&reg=none%2B{index}")
    assert int(relative["ranges"][0]["rows"][0][0]) == counters[0] - epoch


async def test_older_history_is_coarser(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """Seconds are kept for an hour, minutes for a year: the answer has two ranges."""
    wanted = f"{REGISTER}?time=now-2h:now&virtual=value"
    answer = await fetch(http, wanted)
    assert {each["delta"] for each in answer["ranges"]} >= {1, 60}
    assert len(answer["ranges"][0]["rows"][0]) == len(answer["registers"])
    named = await fetch(http, f"{REGISTER}?time=sod:1h:soh,epoch,now-1d::now")
    assert len(named["ranges"][0]["rows"]) == 11


async def test_registers_are_chosen(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """Numbers count the virtual registers, which are listed on demand only."""
    everything = (await fetch(http, f"{REGISTER}?virtual=value"))["registers"]
    assert [each["name"] for each in everything[:2]] == ["use", "gen"]
    assert [each["idx"] for each in everything] == list(range(len(everything)))
    assert all("did" in each for each in everything[2:])
    physical = (await fetch(http, REGISTER))["registers"]
    assert physical == everything[2:]
    some = await fetch(http, f"{REGISTER}?reg=all-0:4+3")
    assert [each["idx"] for each in some["registers"]][:2] == [3, 5]
    assert (await fetch(http, f"{REGISTER}?reg=none")).keys() == {"ts"}


async def test_the_database_can_be_zeroed(simulator: EgaugeSimulator) -> None:
    """A counter begins anew, and goes on from there."""
    grid = simulator.register("Grid")
    simulator.database.zero([grid.did] if grid.did is not None else [])
    assert grid.at(simulator.database.now) == 0
    simulator.house.draw(1000)
    simulator.tick()
    simulator.house.advance(3600)
    simulator.tick()
    assert grid.at(simulator.database.now) == KWH
    assert simulator.register("Grid+").at(simulator.database.now) > 10_000 * KWH


async def test_a_restart_takes_it_away(
    simulator: EgaugeSimulator, http: ClientSession
) -> None:
    """After a reboot it answers again, and knows no token."""
    async with http.post("/api/cmd/reboot") as response:
        judge(await response.json(), "/cmd/reboot", "post")
    assert simulator.rebooting
    await simulator.rebooting
    async with http.get(REGISTER) as response:
        assert response.status == 401


async def test_the_vendors_client_reads_it(simulator: EgaugeSimulator) -> None:
    """egauge-python logs in and reads rates and counters."""

    def read() -> tuple[TheirRegister, float, int]:
        known = simulator.credentials
        auth = JWTAuth(known["username"], known["password"])
        device = Device(f"http://{simulator.address}", auth=auth)
        register = TheirRegister(device, {"rate": "", "time": "now", "raw": ""})
        rate = register.pq_rate("Grid")
        assert rate
        return register, rate.value, register[0].regs["Grid+"]

    register, rate, imported = await asyncio.to_thread(read)
    assert {"Grid", "use", "reactivePower"} <= set(register.regs)
    assert (rate, imported) == (0.321, 11_743_027 * 3600)


async def test_another_client_reads_it(simulator: EgaugeSimulator) -> None:
    """egauge-async logs in and reads, once the type is gone that it cannot bear."""
    simulator.remove("reactivePower")
    known = simulator.credentials
    async with httpx.AsyncClient() as session:
        client = EgaugeJsonClient(
            "127.0.0.1", known["username"], known["password"], session, use_ssl=False
        )
        # It refuses a port in its host.
        client.base_url = client.auth.base_url = f"http://{simulator.address}/api"
        assert await client.get_device_serial_number() == SERIAL
        assert await client.get_hostname() == simulator.hostname
        assert (await client.get_user_rights()).usr == "owner"
        epoch = await client.get_epoch_timestamp()
        assert epoch.timestamp() == simulator.database.epoch
        assert (await client.get_current_measurements())["Grid"] == 321
        assert "Grid+" in await client.get_current_counters()


def test_odd_bodies_do_not_pass() -> None:
    """The judge itself is awake."""
    with pytest.raises(jsonschema.ValidationError):
        judge({"registers": [{"name": "x"}]}, "/register")


def test_a_discrete_register_is_not_added_up(simulator: EgaugeSimulator) -> None:
    """Its column is its number."""
    relay = simulator.register("relay")
    simulator.house.advance(10)
    simulator.tick()
    assert isinstance(relay, Register)
    assert simulator.database.column(relay, simulator.database.now, raw=False) == "5"
