"""From messages to readings: what each firmware sends, and what none should."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
import json
from pathlib import Path

import pytest

from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.cozify_han.models import (
    Telegram,
    kind_of,
    parse_identity,
    parse_meter,
    parse_telegram,
)
from custom_components.meter_bridge.bridges.snapshot import Meter, Reading
from custom_components.meter_bridge.bridges.wire import shift
from tests.support.accounts import shown

FIXTURES = Path(__file__).parent / "fixtures"
TIME = datetime(2026, 1, 12, 10, 14, 5, tzinfo=UTC)

TELEGRAMS: Mapping[str, Telegram] = {
    "three-phase": Telegram(
        values={
            "1.8.0": 8912690,
            "2.8.0": 0,
            "3.8.0": 411070,
            "4.8.0": 1002.5,
            "16.7.0": 1637,
            "36.7.0": 424,
            "56.7.0": 758,
            "76.7.0": 455,
            "1.7.0": 1637,
            "21.7.0": 424,
            "41.7.0": 758,
            "61.7.0": 455,
            "2.7.0": 0,
            "22.7.0": 0,
            "42.7.0": 0,
            "62.7.0": 0,
            "3.7.0": 262,
            "23.7.0": 45,
            "43.7.0": 98,
            "63.7.0": 119,
            "4.7.0": 0,
            "24.7.0": 0,
            "44.7.0": 0,
            "64.7.0": 0,
            "32.7.0": 235,
            "52.7.0": 235,
            "72.7.0": 235,
            "31.7.0": 1.89,
            "51.7.0": 3.29,
            "71.7.0": 2.2,
        },
        time=TIME,
    ),
    "export-on-one-phase": Telegram(
        values={
            "1.8.0": 9157034,
            "2.8.0": 3184502,
            "16.7.0": 320,
            "36.7.0": 900,
            "56.7.0": -1080,
            "76.7.0": 500,
            "1.7.0": 320,
            "21.7.0": 900,
            "41.7.0": 0,
            "61.7.0": 500,
            "2.7.0": 0,
            "22.7.0": 0,
            "42.7.0": 1080,
            "62.7.0": 0,
        },
        time=TIME,
    ),
    "single-phase": Telegram(
        values={
            "1.8.0": 2817400,
            "16.7.0": 600,
            "36.7.0": 600,
            "1.7.0": 600,
            "21.7.0": 600,
            "2.7.0": 0,
            "22.7.0": 0,
            "32.7.0": 231.4,
            "31.7.0": 2.59,
        },
        time=TIME,
    ),
    "net-power-only": Telegram(
        values={
            "1.8.0": 2817400,
            "16.7.0": -250,
            "36.7.0": 50,
            "56.7.0": -400,
            "76.7.0": 100,
        },
        time=TIME,
    ),
    "text-and-milliseconds": Telegram(
        values={"1.8.0": 9157034, "16.7.0": -17, "1.7.0": 0, "2.7.0": 17},
        time=TIME,
    ),
    "no-meter": Telegram(time=TIME),
    "documentation": Telegram(
        values={"1.8.0": 1000000, "2.8.0": 10000, "3.8.0": 1000, "4.8.0": 1000},
        token=173568240000,
    ),
}


def load(name: str) -> object:
    """Load a telegram."""
    found: object = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


def test_every_fixture_is_judged() -> None:
    """A new fixture needs to say what it should become."""
    assert {path.stem for path in FIXTURES.glob("*.json")} == TELEGRAMS.keys()


@pytest.mark.parametrize(("name", "telegram"), TELEGRAMS.items(), ids=TELEGRAMS)
def test_telegram(name: str, telegram: Telegram) -> None:
    """Values come out under their OBIS codes in W, var, Wh, varh, V and A."""
    sent = parse_telegram(load(name))
    assert replace(sent, values=shown(Reading(values=sent.values))) == telegram


def test_digits_survive() -> None:
    """9157.034 kWh are 9157.034 kWh, also from text."""
    for name in ("text-and-milliseconds", "export-on-one-phase"):
        values = parse_telegram(load(name)).values
        assert str(shift(values["1.8.0"], -3)) == "9157.034"


def test_net_power_is_a_difference_where_there_are_both() -> None:
    """What the firmware itself calls net stands in for each place that lacks one."""
    sent = {"p": [1, 2, 3, 4], "pi": [100, 50, None, 20], "pe": [0, 70, 5]}
    values = shown(Reading(values=parse_telegram(sent).values))
    assert [values[f"{code}.7.0"] for code in (16, 36, 56, 76)] == [100, -20, 3, 4]


@pytest.mark.parametrize("less", [{}, {"pe": None}, {"pe": [], "p": None}])
@pytest.mark.parametrize(
    ("counted", "net"), [({"ec": 0.0}, 700), ({}, 700), ({"ec": 3.5}, None)]
)
def test_a_meter_without_export(
    less: Mapping[str, object], counted: Mapping[str, object], net: float | None
) -> None:
    """Import is net power where nothing of export is sent, and none was counted."""
    sent = {"ic": 2817.4, "pi": [700, 400, 200, 100], **counted, **less}
    values = shown(Reading(values=parse_telegram(sent).values))
    assert values.get("16.7.0") == net


@pytest.mark.parametrize("array", [None, [], "", 7, {}, [None], ["x"], [[1]], [True]])
@pytest.mark.parametrize("key", ["p", "pi", "pe", "ri", "re", "u", "i"])
def test_odd_arrays_say_nothing(key: str, array: object) -> None:
    """An array that is short, empty, null or of odd things makes no values up."""
    assert parse_telegram({"ic": "12.5", key: array}).values == {"1.8.0": 12500}


def test_a_gap_leaves_the_other_phases_where_they_are() -> None:
    """A phase without a value is left out, zero is a value, and a fifth place none."""
    values = parse_telegram({"u": [None, "230.5", 0], "pi": [1, 2, 3, 4, 5]}).values
    assert values == {
        "52.7.0": 230.5,
        "72.7.0": 0,
        "1.7.0": 1,
        "21.7.0": 2,
        "41.7.0": 3,
        "61.7.0": 4,
    }


@pytest.mark.parametrize(
    ("ts", "time", "token"),
    [
        (1768212845, TIME, None),
        ("1768212845", TIME, None),
        (1768212845000, TIME, None),
        (1768212845.0, TIME, None),
        (173568240000, None, 173568240000),
        (17, None, 17),
        (0, None, 0),
        (-5, None, -5),
        (4_200_000_000, None, 4_200_000_000),
        (9e14, None, 9e14),
        (1e300, None, None),
        (True, None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_time(ts: object, time: datetime | None, token: float | None) -> None:
    """Seconds and milliseconds are told apart; a time that cannot be is a token."""
    telegram = parse_telegram({"ic": 1, "ts": ts})
    assert (telegram.time, telegram.token) == (time, token)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"type": "HAN_METER_MESSAGE"}, "HAN_METER_MESSAGE"),
        ({"type": "HAN_OTA_MESSAGE"}, "HAN_OTA_MESSAGE"),
        ({"type": "OTHER"}, None),
        ({"type": ["HAN_METER_MESSAGE"]}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_kind(message: object, kind: str | None) -> None:
    """A message is a HAN reader's by its type."""
    assert kind_of(message) == kind


def test_identity() -> None:
    """The MAC names a reader, in the spelling that networks use."""
    message = {
        "type": "HAN_STATE_MESSAGE",
        "uuid": "0c6f9b1e",
        "name": "Cozify-HAN-415-926",
        "model": "HAN",
        "serial": "SN-T01-0042",
        "version": "1.0.1.0",
        "mac": "02:5A:C3:10:7E:44",
    }
    assert parse_identity(message) == Identity(
        serial="02:5a:c3:10:7e:44",
        also=frozenset({"SN-T01-0042", "0c6f9b1e"}),
        name="Cozify-HAN-415-926",
        model="HAN",
        firmware="1.0.1.0",
        mac="02:5a:c3:10:7e:44",
    )
    assert parse_identity({**message, "mac": "025AC3-107E44"}) == parse_identity(
        message
    )


@pytest.mark.parametrize(
    "mac", [None, "", 7, "none", "00:00:00:00:00:00", "02:5A:C3:10:7E"]
)
def test_identity_without_a_mac(mac: object) -> None:
    """Without a MAC the serial number names a reader, then its UUID, then nothing."""
    message = {"mac": mac, "serial": "SN-T01-0042", "uuid": "0c6f9b1e"}
    assert parse_identity(message) == Identity(
        serial="SN-T01-0042", also=frozenset({"0c6f9b1e"})
    )
    assert parse_identity({**message, "serial": " "}) == Identity(serial="0c6f9b1e")
    assert parse_identity({"mac": mac}) is None


def test_meter() -> None:
    """The meter is described as far as it describes itself."""
    assert parse_meter({"meterId": "T1", "manufacturerId": "TST"}) == Meter(
        serial="T1", manufacturer="TST"
    )
    assert parse_meter({"meterId": "", "meterName": 7}) == Meter()
