"""Reports to readings: every value has its own code, and nothing else is read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.meter_bridge.bridges.obis import NET_POWER, VOLUME
from custom_components.meter_bridge.bridges.snapshot import (
    Medium,
    Meter,
)
from custom_components.meter_bridge.bridges.whatwatt_go.report import (
    parse_report,
)
from tests.bridges.whatwatt_go.conftest import load
from tests.support.accounts import shown

KMP = {
    "1.7.0": 347,
    "21.7.0": 82,
    "41.7.0": 17,
    "61.7.0": 248,
    "2.7.0": 0,
    "22.7.0": 0,
    "42.7.0": 0,
    "62.7.0": 0,
    "16.7.0": 347,
    "36.7.0": 82,
    "56.7.0": 17,
    "76.7.0": 248,
    "3.7.0": 0,
    "4.7.0": 94,
    "31.7.0": 0.41,
    "51.7.0": 0.3,
    "71.7.0": 1.12,
    "32.7.0": 231,
    "52.7.0": 229,
    "72.7.0": 233,
    "1.8.0": 17365038,
    "1.8.1": 11902594,
    "1.8.2": 5462444,
    "2.8.0": 0,
    "2.8.1": 0,
    "2.8.2": 0,
    "3.8.0": 431852,
    "4.8.0": 1694307,
    "13.7.0": 0.91,
}
LGZ = {
    "1.7.0": 0,
    "21.7.0": 0,
    "41.7.0": 0,
    "61.7.0": 0,
    "2.7.0": 1505,
    "22.7.0": 500,
    "42.7.0": 500,
    "62.7.0": 505,
    "16.7.0": -1505,
    "36.7.0": -500,
    "56.7.0": -500,
    "76.7.0": -505,
    "23.7.0": 1,
    "43.7.0": 0,
    "63.7.0": 0,
    "24.7.0": 0,
    "44.7.0": 33,
    "64.7.0": 0,
    "31.7.0": 2.1,
    "51.7.0": 2.2,
    "71.7.0": 2.3,
    "32.7.0": 232,
    "52.7.0": 0,
    "72.7.0": 0,
    "1.8.0": 518246,
    "2.8.0": 197305,
    "3.8.0": 64719,
    "4.8.0": 107652,
}
ENSOR = {
    "1.7.0": 23,
    "21.7.0": 23,
    "41.7.0": 0,
    "61.7.0": 0,
    "2.7.0": 0,
    "22.7.0": 0,
    "42.7.0": 0,
    "62.7.0": 0,
    "16.7.0": 23,
    "36.7.0": 23,
    "56.7.0": 0,
    "76.7.0": 0,
    "31.7.0": 0.31,
    "51.7.0": 0,
    "71.7.0": 0,
    "32.7.0": 230.07,
    "52.7.0": 34.85,
    "72.7.0": 35.27,
    "1.8.0": 342050,
    "1.8.1": 213618,
    "1.8.2": 128432,
    "2.8.0": 0,
    "2.8.1": 0,
    "2.8.2": 0,
}
E450 = {
    "1.7.0": 57,
    "2.7.0": 0,
    "16.7.0": 57,
    "1.8.0": 63482,
    "1.8.1": 41905,
    "1.8.2": 22396,
    "2.8.0": 12718,
    "2.8.1": 10304,
    "2.8.2": 2414,
    "5.8.0": 28946,
    "5.8.1": 26800,
    "5.8.2": 2146,
    "6.8.0": 3159,
    "6.8.1": 3159,
    "6.8.2": 0,
    "7.8.0": 4862,
    "7.8.1": 3908,
    "7.8.2": 954,
    "8.8.0": 25731,
    "8.8.1": 6209,
    "8.8.2": 20648,
}
E570 = {
    "1.7.0": 5250,
    "21.7.0": 1750,
    "41.7.0": 1750,
    "61.7.0": 1750,
    "2.7.0": 0,
    "22.7.0": 0,
    "42.7.0": 0,
    "62.7.0": 0,
    "16.7.0": 5250,
    "36.7.0": 1750,
    "56.7.0": 1750,
    "76.7.0": 1750,
    "9.7.0": 5301,
    "1.6.0": 5210,
    "1.6.1": 5210,
    "1.6.2": 3870,
    "2.6.0": 1004,
    "2.6.1": 1004,
    "2.6.2": 0,
    "1.8.0": 9614358,
    "2.8.0": 3184502,
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("kmp", KMP), ("lgz", LGZ), ("ensor", ENSOR), ("e450", E450), ("e570", E570)],
)
def test_every_value_of_a_report_gets_its_name(
    name: str, expected: dict[str, float]
) -> None:
    """Each meter's report becomes OBIS codes in W, var, VA, Wh, varh, V and A."""
    main, *_ = parse_report(load(f"report_{name}"))
    assert shown(main) == expected


def test_a_report_tells_its_meter_and_time() -> None:
    """Readings have the meter's true time, and their id as token."""
    (reading,) = parse_report(load("report_kmp"))
    assert reading.time == datetime(2026, 6, 1, 10, 0, 7, tzinfo=UTC)
    assert reading.token == ("report", 58, "2026-06-01T12:00:07Z")
    assert reading.meter == Meter(
        serial="20012345", manufacturer="Kamstrup", model="OMNIPOWER rev. AF1"
    )


def test_a_time_with_a_false_z_orders_nothing() -> None:
    """Old firmware only sends local time, which is not used: it may go backwards."""
    (reading,) = parse_report(load("report_lgz"))
    assert reading.time is None
    assert reading.token == ("report", 2764, "2026-06-01T12:00:07Z")
    assert reading.meter == Meter(serial="LGZ1030000012345", manufacturer="Landis+Gyr")


def test_a_local_time_with_its_offset_will_do() -> None:
    """Without UTC time, local time with an offset is used."""
    report = {
        "date_time_local": "2026-06-01T12:00:07+02:00",
        "power_factor": 1,
    }
    answer = {"report": report, "meter": {"status": "OK"}}
    (reading,) = parse_report(answer)
    assert reading.time == datetime(2026, 6, 1, 10, 0, 7, tzinfo=UTC)
    assert reading.token is None


def test_a_volume_meter_is_a_meter_of_its_own() -> None:
    """A meter on the M-Bus has its own reading in m³, none without a value."""
    _, volume = parse_report(load("report_ensor"))
    assert volume.values == {VOLUME: 4711.018}
    assert volume.meter.key == "volume_2_30023456"
    assert volume.meter.medium is Medium.VOLUME
    assert volume.meter.serial == "30023456"


@pytest.mark.parametrize(
    "answer",
    [
        load("report_key_required"),
        {"report": {"power_factor": 1}, "meter": {"status": "NO DATA"}},
        {"report": {"power_factor": 1}},
        {"report": {"id": 3}, "meter": {"status": "OK"}},
        {"report": [], "meter": {"status": "OK"}},
        [],
        None,
    ],
)
def test_no_meter_no_reading(answer: object) -> None:
    """Values are read only while the status is OK; an empty report is no reading."""
    assert parse_report(answer) == ()


@pytest.mark.parametrize(
    "bad", [None, "x", True, [], {}, "NaN", float("nan"), float("inf"), 1e300, "0x1"]
)
def test_what_is_no_number_is_left_out(bad: object) -> None:
    """A value of the wrong type is left out; others are not."""
    report = {
        "instantaneous_power": {
            "active": {"positive": {"total": 0.3}, "negative": {"total": bad}}
        },
        "energy": {"active": {"positive": bad}},
        "voltage": bad,
        "current": {"l1": bad},
        "power_factor": bad,
        "volume": [bad, {"meter_id": "3", "cumulative": bad}],
    }
    (reading,) = parse_report({"report": report, "meter": {"status": "OK"}})
    assert reading.values == {"1.7.0": 300}


@pytest.mark.parametrize(
    ("sample", "net", "imported", "exported"),
    [
        ("report_kmp", 347, 17365038, 0),
        ("report_lgz_utc", -1505, 518246, 197305),
        ("report_ensor", 23, 342050, 0),
    ],
)
def test_every_number_is_taken(
    sample: str, net: float, imported: float, exported: float
) -> None:
    """All numbers of complete reports are read, with their digits."""
    answer: Any = load(sample)
    reading, *_ = parse_report(answer)
    values = shown(reading)
    assert (values[NET_POWER], values["1.8.0"], values["2.8.0"]) == (
        net,
        imported,
        exported,
    )
    derived = {NET_POWER, "36.7.0", "56.7.0", "76.7.0"}
    sent = {
        key: answer["report"].get(key)
        for key in ("instantaneous_power", "voltage", "current", "energy")
    }
    sent["power_factor"] = answer["report"].get("power_factor")
    assert len(values.keys() - derived) == count_numbers(sent)
    assert reading.time is not None


def count_numbers(value: object) -> int:
    """Count the numbers in a tree."""
    if isinstance(value, dict):
        return sum(count_numbers(below) for below in value.values())
    return int(isinstance(value, int | float))
