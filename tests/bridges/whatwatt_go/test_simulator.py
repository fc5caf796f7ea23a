"""The simulator: its answers fit the descriptions and samples of a real device."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json
from typing import Any

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
)
from jsonschema import ValidationError
import pytest

from tests.bridges.whatwatt_go.conftest import FIXTURES, load
from tests.bridges.whatwatt_go.judged import judge_answer
from tests.bridges.whatwatt_go.profiles import E450, E570, ENSOR, KMP, LGZ, Profile
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")

REPORT = "/api/v1/report"
SYSTEM = "/api/v1/system"
SETTINGS = "/api/v1/settings"
METER_SETTINGS = "/api/v1/meter/settings"
LIVE = "/api/v1/live"
# What stands beside the samples of pages: an event of the stream, and the schemas.
NO_PAGES = {"documents", "live", "shapes"}


@pytest.fixture
async def simulator() -> AsyncIterator[WhatwattGoSimulator]:
    """Run a device on loopback."""
    simulator = WhatwattGoSimulator(House())
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http(simulator: WhatwattGoSimulator) -> AsyncIterator[ClientSession]:
    """Open a session to it."""
    base = f"http://{simulator.address}"
    async with ClientSession(base, timeout=ClientTimeout(total=5)) as session:
        yield session


async def fetch(http: ClientSession, path: str) -> dict[str, dict[str, object]]:
    """Fetch a page as JSON."""
    async with http.get(path) as response:
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        page: dict[str, dict[str, object]] = await response.json()
        return page


async def live(response: ClientResponse) -> dict[str, object]:
    """Read one live event."""
    name, data = (await response.content.readuntil(b"\n\n")).split(b"\n", 1)
    assert name == b"event: live"
    event: dict[str, object] = json.loads(data.removeprefix(b"data: "))
    return event


def shape(value: object) -> object:
    """Keep the keys and forget the values."""
    if isinstance(value, dict):
        return {key: shape(it) for key, it in value.items()}
    return None


@pytest.mark.parametrize("firmware", ["new", "old"])
@pytest.mark.parametrize("profile", [E450, E570, ENSOR, KMP, LGZ])
async def test_answers_are_what_is_described(
    simulator: WhatwattGoSimulator,
    http: ClientSession,
    profile: Profile,
    firmware: str,
) -> None:
    """Every answer fits the schemas, with each meter and firmware, and without one."""
    setattr(simulator, "firmware", firmware)  # noqa: B010
    simulator.profile = profile
    simulator.volume_id = "30012345"
    simulator.tick()
    for path in (REPORT, SYSTEM, SETTINGS, METER_SETTINGS):
        judge_answer(path, await fetch(http, path))
    simulator.status = "NOT CONNECTED"
    simulator.ethernet_up, simulator.sd_installed = True, False
    simulator.tick()
    for path in (REPORT, SYSTEM):
        judge_answer(path, await fetch(http, path))


@pytest.mark.parametrize(
    "sample",
    sorted(file.stem for file in FIXTURES.glob("*.json") if file.stem not in NO_PAGES),
)
def test_samples_are_what_is_described(sample: str) -> None:
    """The samples that the client is tested with fit the same schemas."""
    judge_answer(f"/api/v1/{sample.split('_', maxsplit=1)[0]}", load(sample))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("report", "energy", "active", "positive", "total"), "1"),
        (("report", "energy", "active", "positive", "t3"), 1),
        (("report", "instantaneous_power", "active", "positive", "l1"), -0.1),
        (("report", "date_time_utc"), "2026-06-01T12:00:07+02:00"),
        (("report", "power_factor"), 1.1),
        (("meter", "status"), "ok"),
        (("system", "boot_id"), 7),
        (("system", "password"), "open sesame"),
    ],
)
async def test_the_schemas_can_refuse(
    http: ClientSession, keys: tuple[str, ...], value: object
) -> None:
    """A value of another type, unit or form does not fit, nor does an unknown key."""
    answer = await fetch(http, REPORT)
    *branches, leaf = keys
    node: dict[str, Any] = answer
    for branch in branches:
        node = node[branch]
    node[leaf] = value
    with pytest.raises(ValidationError):
        judge_answer(REPORT, answer)


@pytest.mark.parametrize(
    ("profile", "sample"),
    [
        (KMP, "report_kmp"),
        (LGZ, "report_lgz_utc"),
        (ENSOR, "report_ensor"),
    ],
)
async def test_a_report_has_the_keys_of_a_real_one(
    simulator: WhatwattGoSimulator, http: ClientSession, profile: Profile, sample: str
) -> None:
    """Nothing is there that the real meter does not send, and nothing is missing."""
    simulator.profile = profile
    simulator.volume_id = "30012345" if profile is ENSOR else None
    simulator.volume_known = False
    simulator.tick()
    assert shape(await fetch(http, REPORT)) == shape(load(sample))


@pytest.mark.parametrize(
    ("path", "sample"),
    [(SYSTEM, "system"), (SETTINGS, "settings")],
)
async def test_the_other_pages_have_the_keys_of_real_ones(
    simulator: WhatwattGoSimulator, http: ClientSession, path: str, sample: str
) -> None:
    """The device describes itself and its settings as a real one does."""
    simulator.ethernet_up = True
    assert shape(await fetch(http, path)) == shape(load(sample))


async def test_a_report_shows_the_house(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """Power is one-sided in kW, energy in kWh with its three decimals."""
    report = (await fetch(http, REPORT))["report"]
    assert report["id"] == 222
    assert report["instantaneous_power"] == {
        "active": {
            "positive": {"total": 0.321, "l1": 0.144, "l2": 0.112, "l3": 0.065},
            "negative": {"total": 0, "l1": 0, "l2": 0, "l3": 0},
        },
        "reactive": {"positive": {"total": 0}, "negative": {"total": 0.028}},
    }
    assert report["energy"] == {
        "active": {
            "positive": {"total": 11743.027, "t1": 8957.276, "t2": 2785.751},
            "negative": {"total": 3184.502, "t1": 2860.417, "t2": 324.085},
        },
        "reactive": {
            "positive": {"total": 298.967},
            "negative": {"total": 2878.486},
        },
    }
    simulator.house.export(1500)
    simulator.tick()
    report = (await fetch(http, REPORT))["report"]
    assert report["id"] == 223
    assert '"negative":{"total":1.5,' in json.dumps(report).replace(" ", "")


async def test_local_time_pretends_to_be_utc(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """New firmware adds the truth; the device's clock is not the meter's."""
    page = await fetch(http, REPORT)
    assert simulator.house.now == datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
    assert page["report"]["date_time"] == "2026-06-01T12:00:00Z"
    assert page["report"]["date_time_local"] == "2026-06-01T12:00:00+02:00"
    assert page["report"]["date_time_utc"] == "2026-06-01T10:00:00Z"
    assert page["system"]["date_time_utc"] == "2026-06-01T10:00:06Z"
    simulator.firmware = "old"
    assert "date_time_utc" not in (await fetch(http, REPORT))["report"]
    assert "license" not in (await fetch(http, SYSTEM))["device"]


async def test_without_a_licence_there_is_no_report(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """The answer is 404 in plain text; everything else goes on."""
    simulator.license = "FREE"
    async with http.get(REPORT) as response:
        assert response.status == 404
        assert response.content_type == "text/plain"
        assert await response.text() == "License required"
    assert (await fetch(http, SYSTEM))["device"]["license"] == {"type": "FREE"}
    async with http.get(LIVE) as response:
        simulator.tick()
        assert (await live(response))["P_In"] == 0.321


async def test_a_meter_that_is_not_understood_has_no_values(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """The report keeps its number, the stream its peace."""
    simulator.status = "NOT CONNECTED"
    simulator.tick()
    page = await fetch(http, REPORT)
    assert page["report"] == {"id": 222}
    assert page["meter"] == {"status": "NOT CONNECTED", "interface": "NONE"}
    assert simulator.message("live") is None


async def test_the_live_stream_pads_with_zero(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """A register that the meter does not send is zero in the stream."""
    simulator.profile = E450
    async with http.get(LIVE) as response:
        assert response.content_type == "text/event-stream"
        simulator.tick()
        event = await live(response)
        assert (event["E_In"], event["V_P1"]) == (11743.027, 0)
        assert (event["Date"], event["Time"]) == ("2026-06-01", "12:00:01")
        assert event["Uptime"] == 0.57
        simulator.live_padded = False
        simulator.tick()
        assert "V_P1" not in await live(response)


async def test_a_second_listener_ends_the_first_ones_stream(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """There is one stream; who comes last has it."""
    async with http.get(LIVE) as first, http.get(LIVE) as second:
        assert await first.content.read() == b""
        simulator.tick()
        assert (await live(second))["P_In"] == 0.321
        assert simulator.open_streams == 1


async def test_it_reboots(simulator: WhatwattGoSimulator, http: ClientSession) -> None:
    """After 204 it is gone for a while, then begins to count anew."""
    before = (await fetch(http, REPORT))["system"]["boot_id"]
    simulator.reboot_seconds = 0
    async with http.post("/api/v1/reboot") as response:
        assert response.status == 204
    assert simulator.rebooting is not None
    await simulator.rebooting
    page = await fetch(http, REPORT)
    assert page["report"]["id"] == 1
    assert page["system"]["boot_id"] != before
    assert page["system"]["time_since_boot"] == 0
    simulator.reboot_seconds = 60
    async with http.post("/api/v1/reboot") as response:
        assert response.status == 204
    await asyncio.sleep(0.05)
    with pytest.raises(ClientError):
        await fetch(http, SYSTEM)


async def test_a_volume_meter_counts_too(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """A meter on the bus comes with its own id, time and cubic metres."""
    simulator.volume_id = "30012345"
    simulator.tick()
    volume = {
        "bus": 1,
        "meter_id": "30012345",
        "date_time": "2026-06-01T12:00:01",
        "cumulative": 4711.018,
    }
    assert (await fetch(http, REPORT))["report"]["volume"] == [volume]


async def test_the_card_lists_and_gives_whole_files(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """Range is ignored, a missing file is 500 and a missing card 503."""
    simulator.sd_files = {"20260531.CSV": b"RID,TIME\r\n"}
    listed = {"name": "20260531.CSV", "size": 10, "type": "file"}
    page: dict[str, object] = {**await fetch(http, "/sdcard/")}
    assert page == {"path": "/sdcard/", "files": [listed]}
    headers = {"Range": "bytes=4-"}
    async with http.get("/sdcard/20260531.CSV", headers=headers) as response:
        assert (response.status, await response.text()) == (200, "RID,TIME\r\n")
    async with http.get("/sdcard/20260530.CSV") as response:
        assert response.status == 500
    simulator.sd_installed = False
    async with http.get("/sdcard/") as response:
        assert response.status == 503
