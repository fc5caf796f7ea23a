"""Diagnostics help to find a fault, and identify neither bridge nor owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
import json
from pathlib import Path
import time
from typing import override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import orjson
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.location import PyTestLocation

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.meter_bridge.redaction import REDACTED, Redactor, is_identifying

from .conftest import SetUp, Start
from .kinds import POLLED
from .support.simulator import Simulator
from .support.waiting import eventually

SERIAL = "02A4C61B9D5E"
# Its parts are in many numbers, the whole is in no other.
LONG = "50000000005"


class InFolderOfKind(HomeAssistantSnapshotExtension):  # type: ignore[misc]  # Any
    """Keeps the snapshot of a kind of bridge in its own folder."""

    @classmethod
    @override
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Return the folder of the kind, which is the parameter of the test."""
        test = test_location.item
        assert isinstance(test, pytest.Function)
        key = str(test.callspec.params["key"])
        return str(Path(__file__).parent / "bridges" / key / "snapshots")


def redactor() -> Redactor:
    """Return a redactor of an id, a name, and a key."""
    return Redactor(
        keys={"ssid"},
        ids=[SERIAL, "whatever-1B9D5E", "20012345", "00000000", LONG, ""],
        words=["Cellar", "192.0.2.7:8080", "open sesame", "at"],
        public=["Whatever Go"],
    )


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (SERIAL, REDACTED),
        (SERIAL.lower(), REDACTED),
        ("02:a4:c6:1b:9d:5e", REDACTED),
        (f"http://bridge-{SERIAL}.local/", f"http://bridge-{REDACTED}.local/"),
        (f"gas_{SERIAL}_3.0.0", f"gas_{REDACTED}_3.0.0"),
        ("xx4C61B9xx", f"xx{REDACTED}xx"),
        ("000000B32F33", "000000B32F33"),
        ("70000005", "70000005"),
        (f"xx{LONG}xx", f"xx{REDACTED}xx"),
        ("register_10_apparent_power", "register_10_apparent_power"),
        ("the-power-of-l1-and-l2-and-l3", "the-power-of-l1-and-l2-and-l3"),
        ("at 01234567-0123-0123-0123-012345678901", f"at {REDACTED}"),
        ("A4C61", "A4C61"),
        ("whatever-1b9d5e", REDACTED),
        ("whatever", "whatever"),
        ("at 192.0.2.7:8080", f"at {REDACTED}"),
        ("1192.0.2.7:8080", "1192.0.2.7:8080"),
        ("the cellar, twice: CELLAR", f"the {REDACTED}, twice: {REDACTED}"),
        ("cellars", "cellars"),
        ("Open-Sesame!", f"{REDACTED}!"),
        ("İ 20012345", f"İ {REDACTED}"),
        (20012345, REDACTED),
        (120012345, 120012345),
        (2001.2345, 2001.2345),
        ("at 02:00:5e:10:00:01!", f"at {REDACTED}!"),
        (
            "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln",
            f"Bearer {REDACTED}",
        ),
        ("/status/0123456789abcdef01234567", f"/status/{REDACTED}"),
        ("2026-06-01T10:00:00.000000+00:00", "2026-06-01T10:00:00.000000+00:00"),
        ('{"SSID": "Cellars", "a": 1}', {"SSID": REDACTED, "a": 1}),
        ('[{"a": "[1]"}]', [{"a": [1]}]),
        ('{"ssid": ', REDACTED),
    ],
)
def test_redaction_by_value(value: object, left: object) -> None:
    """An id is redacted in every spelling and in parts, a word only as a whole."""
    assert redactor().plain(value) == left


class _Kind(StrEnum):
    """A word."""

    GAS = "gas"


@pytest.mark.parametrize(
    ("key", "is_secret"),
    [
        *((key, True) for key in ("ssid", "wifiSSID", "WIFI_SSID", "ap-ssid")),
        *((key, False) for key in ("assid", "ssids", "mode")),
    ],
)
def test_redaction_by_key(key: str, is_secret: bool) -> None:  # noqa: FBT001
    """A key is secret also if one of its words is; booleans are never redacted."""
    assert redactor().plain({key: "x"}) == {key: REDACTED if is_secret else "x"}
    assert redactor().plain({key: True}) == {key: True}


def test_redaction_by_path() -> None:
    """A key below another is secret there, and only where it holds a number."""
    redactor = Redactor(keys={"meter.type"}, ids=(), words=(), public=())
    plain = redactor.plain(
        [{"meter": {"type": "LGZ1030784855"}}, {"meter": {"type": "E450"}}]
    )
    assert plain == [{"meter": {"type": REDACTED}}, {"meter": {"type": "E450"}}]
    other = {"license": {"type": "LGZ1030784855"}, "type": "LGZ1030784855"}
    assert redactor.plain(other) == other


@dataclass
class _Thing:
    """A nested dataclass."""

    ssid: str | None
    name: object = None
    parts: Mapping[object, object] = field(default_factory=dict)


def test_redaction_goes_everywhere() -> None:
    """Keys, tuples, sets and dataclasses are redacted; other data is unchanged."""
    thing = _Thing(
        "x",
        (SERIAL, {SERIAL: [{"a": frozenset({SERIAL, "b"})}]}),
        {("id", SERIAL): 1, f"id_{SERIAL}": 2, f"id_{SERIAL.lower()}": 3, 20012345: 4},
    )
    plain = redactor().plain([thing, _Thing(None), _Kind.GAS, True, object])
    assert plain == [
        {
            "ssid": REDACTED,
            "name": [REDACTED, {REDACTED: [{"a": [REDACTED, "b"]}]}],
            "parts": {
                f"('id', '{REDACTED}')": 1,
                f"id_{REDACTED}": 2,
                f"id_{REDACTED}*1": 3,
                REDACTED: 4,
            },
        },
        {"ssid": None, "name": None, "parts": {}},
        "gas",
        True,
        "<class 'object'>",
    ]
    assert redactor().plain(datetime(2026, 6, 1, tzinfo=UTC)) == (
        "2026-06-01T00:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("Cellar", False),
        ("House 42", False),
        ("Bridge 9d5e", True),
        ("bridge-9d-5e", True),
        ("HAN-415-926", True),
    ],
)
def test_a_telling_name(name: str, telling: bool) -> None:  # noqa: FBT001
    """A name that the factory gave to a device identifies it."""
    assert is_identifying(name, [SERIAL, ""]) is telling


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator of the kind under test that pushes nothing."""
    started = await simulators(key)
    started.silent = True
    return started


@pytest.mark.parametrize("key", BRIDGES)
async def test_diagnostics(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    snapshot: SnapshotAssertion,
) -> None:
    """Everything helpful is included, and nothing that identifies."""
    freezer.move_to(simulator.house.now)
    entry = await set_up(simulator)
    # Let the check for new firmware end.
    await hass.async_block_till_done(wait_background_tasks=simulator.key in POLLED)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert json.loads(json.dumps(found)) == found
    assert simulator.address not in json.dumps(found)
    device = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[0]
    assert await async_get_device_diagnostics(hass, entry, device) == found
    # The length of a nonce varies.
    assert all(answer.pop("size") > 0 for answer in found["answers"].values())
    assert found == snapshot.use_extension(InFolderOfKind)


@pytest.mark.parametrize("key", BRIDGES)
async def test_what_explains_a_number_stays(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of readings, values and how they are judged, only serial numbers are redacted."""
    entry = await set_up(simulator)
    found = await async_get_config_entry_diagnostics(hass, entry)
    for reading in found["readings"]:
        del reading["meter"]["serial"]
    found["values"].pop("meter_number", None)
    for part in ("readings", "values", "judged", "fresh", "connection"):
        assert found[part]
        assert REDACTED not in json.dumps(found[part]), part
    shown = entry.runtime_data.board.values.keys() - {"meter_number"}
    assert found["values"].keys() == shown


@pytest.mark.parametrize(
    ("key", "request_", "path", "value"),
    [
        (
            *("octopus_home_pro", "consumption electricity"),
            *("meter_consump.consum.raw.multipler", "000001"),
        ),
        (
            *("octopus_home_pro", "consumption electricity"),
            *("meter_consump.consum.raw.rawcons", "000000B32F33"),
        ),
        ("whatwatt_go", "GET /api/v1/system", "device.license.type", "PLUS"),
        ("whatwatt_go", "GET /api/v1/system", "sd_card.type", "SDHC/SDXC"),
        ("whatwatt_go", "GET /api/v1/meter/settings", "if_type", "auto"),
        ("cozify_han", "GET /configuration", "m.f", 25),
    ],
)
async def test_what_explains_an_answer_stays(  # noqa: PLR0913, PLR0917 (a table)
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    request_: str,
    path: str,
    value: object,
) -> None:
    """Scales, types and settings of an answer are left as they were sent."""
    entry = await set_up(simulator)
    found = await async_get_config_entry_diagnostics(hass, entry)
    part = found["answers"][request_]["json"]
    for step in path.split("."):
        part = part[step]
    assert part == value


async def test_way_of_the_readings(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Diagnostics say whether a bridge streams or is polled, and since when."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator)
    await eventually(lambda: entry.runtime_data.stream.is_open)
    begun = datetime.now(UTC).isoformat()
    freezer.tick(60)
    simulator.tick()
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["connection"] == {
        "way": "stream",
        "since": begun,
        "poll_seconds": 10.0,
    }
    await simulator.unplug()
    await eventually(lambda: not entry.runtime_data.stream.is_open)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["connection"] == {
        "way": "poll",
        "since": datetime.now(UTC).isoformat(),
        "poll_seconds": 10.0,
    }


async def test_requests_that_are_redacted_alike(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Two requests whose redacted names are the same are both included."""
    simulator = await simulators("egauge")
    entry = await set_up(simulator)
    answers = entry.runtime_data.client.answers
    for token in "ab":
        answers.record(f"GET /status/{token * 20}0123456789", b"{}")
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert {f"GET /status/{REDACTED}", f"GET /status/{REDACTED}*1"} <= found[
        "answers"
    ].keys()


async def test_diagnostics_of_one_meter(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Diagnostics of another meter's device contain only that meter."""
    entry = await set_up(await simulators("octopus_home_pro"))
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_gas"), entry.entry_id
    )
    assert device
    found = await async_get_device_diagnostics(hass, entry, device)
    assert [reading["meter"]["key"] for reading in found["readings"]] == ["gas"]
    assert found["values"]["gas_3.0.0"] == 4711.018
    assert {key.partition("_")[0] for key in found["values"]} == {"gas"}
    assert found["fresh"] == {"gas": True}
    assert found.keys() & {"answers", "details"} == set()


async def test_what_is_no_json_is_left_out(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Of an answer that is not JSON, only status and size are included."""
    simulator = await simulators("octopus_home_pro")
    entry = await set_up(simulator)
    for body in (b"ssid=cellar", b'{"ssid": "cellar'):
        simulator.garble(body)
        await entry.runtime_data.async_refresh()
        found = await async_get_config_entry_diagnostics(hass, entry)
        answer = found["answers"]["consumption electricity"]
        assert answer == {"status": 200, "size": len(body)}
    payload = json.dumps({"Status": "success", "meter_consump": '{"ssid": "cellar'})
    simulator.garble(payload.encode())
    await entry.runtime_data.async_refresh()
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["answers"]["consumption electricity"]["json"] == {
        "Status": "success",
        "meter_consump": REDACTED,
    }


@pytest.mark.parametrize("key", BRIDGES)
async def test_diagnostics_of_a_bridge_that_is_away(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Diagnostics of an entry that could not be set up contain the reason."""
    entry = await set_up(simulator, serial=f"other-{SERIAL}")
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found.keys() == {"bridge", "entry"}
    assert found["entry"]["state"] == "setup_retry"
    assert "A different bridge" in str(found["entry"]["reason"])


@pytest.mark.parametrize(
    "text",
    ["a" * 65_000, "a-" * 32_000, "1" * 65_000, "02:" * 21_000, "a1." * 21_000],
    ids=lambda text: text[:3],
)
def test_a_long_word_takes_no_time(text: str) -> None:
    """However a bridge chooses its words, redaction takes time by their length only."""
    begun = time.process_time()
    redactor().plain(text)
    assert time.process_time() - begun < 1


def test_many_equal_names_take_no_time() -> None:
    """Names that become equal by redaction are numbered, each at once."""
    redactor = Redactor(keys=(), ids=["1234567"], words=(), public=())
    names = {f"1234567{'-' * size}": 1 for size in range(1000)}
    begun = time.process_time()
    plain = redactor.plain(dict.fromkeys(names, 1) | {"1234567!": 2})
    assert time.process_time() - begun < 1
    assert isinstance(plain, dict)
    assert len(plain) == 1001


def test_deep_answers_are_cut_off() -> None:
    """However deep objects, lists, or texts of JSON are nested, they are redacted."""
    lists: object = "deep"
    for _ in range(500):
        lists = {"a": [lists]}
    shown = orjson.dumps(redactor().plain(lists)).decode()
    assert REDACTED in shown
    assert "deep" not in shown
    text = "[" * 500 + "]" * 500
    assert REDACTED in orjson.dumps(redactor().plain(text)).decode()


def test_a_token_in_a_path_is_redacted() -> None:
    """A path may hold the token of a command, in which letters and digits mix."""
    token = "0123456789abcdefghijklmnopqrstuv"
    assert redactor().text(f"GET /api/sys/status/{token}") == (
        f"GET /api/sys/status/{REDACTED}"
    )
    word = "a-word-without-any-figures-in-it"
    assert redactor().text(word) == word
