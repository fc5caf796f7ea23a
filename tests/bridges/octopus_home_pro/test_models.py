"""The shapes that the answers come in, and what is read from each."""

from collections.abc import Mapping
import json
from pathlib import Path

import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeResponseError,
    MeterNotReadyError,
)
from custom_components.meter_bridge.bridges.octopus_home_pro.models import (
    Call,
    Info,
    Status,
    is_refusal,
    parse_consumption,
    parse_info,
    parse_status,
    unpack,
)
from custom_components.meter_bridge.bridges.snapshot import Medium
from tests.bridges.octopus_home_pro.simulator import cjson

FIXTURES = Path(__file__).parent / "fixtures"
ELECTRICITY = Medium.ELECTRICITY


@pytest.mark.parametrize(
    ("call", "payload", "read"),
    [
        (Call.CONSUMPTION, "meter_consump", ("1.8.0", 41236518)),
        (Call.STATUS, "meter_status", ("ambient", "low")),
        (Call.INFO, "meter_info", ("rssi", -71)),
    ],
)
def test_answers(call: Call, payload: str, read: tuple[str, object]) -> None:
    """Answers are understood, and the simulator prints theirs alike."""
    answer = json.loads((FIXTURES / f"{payload}.json").read_text())
    assert cjson(json.loads(answer[payload])) == answer[payload]
    inner = unpack(answer, call, ELECTRICITY)
    consumption = parse_consumption(ELECTRICITY, inner)
    told: dict[str, object] = {
        **consumption.counts(consumption.scale),
        "ambient": parse_status(inner).ambient,
        "rssi": parse_info(inner).rssi,
    }
    assert told[read[0]] == read[1]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"mstatus": 0, "supply": 0, "aconsumindicate": 0}, (0, "off", "low")),
        ({"mstatus": 255, "supply": 1, "aconsumindicate": 1}, (255, "armed", "medium")),
        ({"mstatus": "16", "supply": 2, "aconsumindicate": 2}, (16, "on", "high")),
        ({"mstatus": 256, "supply": 3, "aconsumindicate": 3}, (None, None, None)),
        ({"mstatus": -1, "supply": 255, "aconsumindicate": -1}, (None, None, None)),
        ({"mstatus": True, "supply": None, "aconsumindicate": []}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_status(
    sent: Mapping[str, object], status: tuple[int | None, str | None, str | None]
) -> None:
    """Status numbers have their words; reserved ones have none."""
    bits, supply, ambient = status
    assert parse_status(sent) == Status(bits=bits, supply=supply, ambient=ambient)


@pytest.mark.parametrize(
    ("sent", "info"),
    [
        (
            {"eui": "02A1", "serial": "99T", "siteid": "129", "RSSI": -63},
            Info(ids=("02A1", "99T"), serial="99T", rssi=-63),
        ),
        ({"eui": "", "serial": "99T", "RSSI": 0}, Info(ids=("99T",), serial="99T")),
        ({"eui": "0000000000000000", "serial": " "}, Info()),
        ({"eui": 17, "serial": None, "RSSI": "strong"}, Info()),
    ],
)
def test_info(sent: Mapping[str, object], info: Info) -> None:
    """A meter is known by its address, else by its serial; never by its owner."""
    assert parse_info(sent) == info


@pytest.mark.parametrize("word", ["success", "SUCCESS", "Success ", None, "", 17])
@pytest.mark.parametrize("pack", [json.dumps, cjson, lambda inner: inner])
def test_wrapping(word: object, pack: object) -> None:
    """`Status` may be in any case or absent, and the payload decoded already."""
    assert callable(pack)
    answer = {"meter_status": pack({"time": 1, "status": {"type": "elec"}})}
    if word is not None:
        answer["Status"] = word
    assert unpack(answer, Call.STATUS, ELECTRICITY) == {"type": "elec"}


@pytest.mark.parametrize(
    "answer",
    [
        {"Status": "failed"},
        {"Status": "failed", "meter_consump": {"consum": {"unit": 0}}},
        {"Status": "success"},
        {"Status": "success", "meter_consump": None},
        {"Status": "success", "meter_consump": " "},
        {"Status": "success", "meter_consump": "{}"},
        {"meter_consump": '{"time": 1, "consum": {}}'},
        {"meter_consump": '{"consum": {"type": "gas", "unit": 1}}'},
        {"meter_consump": 17},
    ],
)
def test_meter_out_of_reach(answer: object) -> None:
    """A Home Pro that has nothing of the meter says so in many ways."""
    with pytest.raises(MeterNotReadyError):
        unpack(answer, Call.CONSUMPTION, ELECTRICITY)


@pytest.mark.parametrize(
    "answer", [None, [], 17, {}, {"status": 1}, {"Status": ""}, {"meter_consump": "{"}]
)
def test_no_home_pro(answer: object) -> None:
    """Anything else is not a Home Pro's answer."""
    with pytest.raises(BridgeResponseError):
        unpack(answer, Call.CONSUMPTION, ELECTRICITY)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ('{"Status": "no meter"}', True),
        ('{"Status": ""}', False),
        ('{"status": 404}', False),
        ("[]", False),
        ("404: Not Found", False),
        ("", False),
    ],
)
def test_error_bodies(body: str, refusal: object) -> None:
    """An error with a `Status` is the Home Pro's own."""
    assert is_refusal(body) is refusal
