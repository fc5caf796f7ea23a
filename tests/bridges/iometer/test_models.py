"""Answers to snapshots: every variant of the device, and malformed answers."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.meter_bridge.bridges.iometer.models import (
    Status,
    parse_device_id,
    parse_meter_number,
    parse_obis,
    parse_reading,
    parse_status,
    snapshot,
)
from custom_components.meter_bridge.bridges.snapshot import Reading
from custom_components.meter_bridge.bridges.wire import shift
from tests.support.accounts import Accounts, shown

FIXTURES = Path(__file__).parent / "fixtures"

NUMBER = "1TST0040071234"
WIRED = Status(
    core_connected=True,
    core_attached=True,
    pin="entered",
    power_supply="wired",
    bridge_rssi=-52,
    core_rssi=-67,
    bridge_version="build-71",
    core_version="build-64",
    meter_number=NUMBER,
)


def load(name: str) -> Any:  # noqa: ANN401
    """Load a variant: the answers of both endpoints, null where one is 404."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def status_with(**changes: object) -> Status:
    """Return the status of a wired core with some of it changed."""
    kept = {name: getattr(WIRED, name) for name in Status.__dataclass_fields__}
    return Status(**{**kept, **changes})


READINGS: Mapping[str, Mapping[str, float] | None] = {
    "wired-three-phase-two-tariffs": {
        "1.8.0": 7654321.9,
        "1.8.1": 5000000.4,
        "1.8.2": 2654321.5,
        "2.8.0": 3927.4,
        "16.7.0": -1875,
        "36.7.0": -600,
        "56.7.0": -650,
        "76.7.0": -625,
    },
    "battery-without-installation-id": {"1.8.0": 3927.4, "2.8.0": 0, "16.7.0": 0},
    "total-under-the-code-of-phase-1": {"1.8.0": 88001122.3, "16.7.0": 2417},
    "import-and-export-power": {
        "1.8.0": 512345.6,
        "2.8.0": 81000.3,
        "1.7.0": 120,
        "2.7.0": 470,
        "16.7.0": -350,
    },
    "three-net-phases-without-total": {
        "1.8.0": 512345.6,
        "2.8.0": 81000.3,
        "16.7.0": 600,
        "36.7.0": 610,
        "56.7.0": -95,
        "76.7.0": 85,
    },
    "phase-1-beside-both-directions": {
        "1.8.0": 5512345.6,
        "1.7.0": 640,
        "2.7.0": 0,
        "16.7.0": 640,
        "36.7.0": 215,
    },
    "decimal-codes": {
        "1.8.0": 912345.6,
        "2.8.0": 1000.3,
        "16.7.0": -75,
        "36.7.0": -30,
        "56.7.0": -25,
        "76.7.0": -20,
    },
    "upper-case-codes": {
        "1.8.0": 300000,
        "16.7.0": 450,
        "36.7.0": 100,
        "56.7.0": 150,
        "76.7.0": 200,
    },
    "pin-missing": {"1.8.0": 4321000},
    "core-disconnected": {"1.8.0": 3927.4, "16.7.0": 10},
    "core-detached": {"1.8.0": 3927.4, "16.7.0": 10},
    "meter-null": None,
    "meter-absent": None,
    "status-absent": {"1.8.0": 3927.4, "2.8.0": 6185.2, "16.7.0": 240},
}
STATES: Mapping[str, Status] = {
    "wired-three-phase-two-tariffs": WIRED,
    "battery-without-installation-id": status_with(power_supply="battery", battery=63),
    "total-under-the-code-of-phase-1": WIRED,
    "import-and-export-power": WIRED,
    "three-net-phases-without-total": WIRED,
    "phase-1-beside-both-directions": WIRED,
    "decimal-codes": WIRED,
    "upper-case-codes": WIRED,
    "pin-missing": status_with(pin="missing"),
    "core-disconnected": Status(
        core_connected=False, bridge_rssi=-52, meter_number=NUMBER
    ),
    "core-detached": status_with(
        power_supply="battery", battery=63, core_attached=False, pin=None
    ),
    "meter-null": status_with(pin="pending", meter_number=None),
    "meter-absent": status_with(meter_number=None),
    "status-absent": Status(),
}


def test_every_fixture_is_judged() -> None:
    """Every captured answer has its expected snapshot."""
    names = {path.stem for path in FIXTURES.glob("*.json")}
    assert names == READINGS.keys() == STATES.keys()


@pytest.mark.parametrize(("name", "values"), READINGS.items(), ids=READINGS)
def test_reading(name: str, values: Mapping[str, float] | None) -> None:
    """Registers get their OBIS codes in W and Wh, with time and meter."""
    reading = parse_reading(load(name)["reading"])
    if values is None:
        assert reading is None
        return
    assert reading
    assert shown(reading) == values
    assert reading.time == datetime(2026, 3, 14, 6, 7, 8, tzinfo=UTC)
    assert reading.meter.serial == NUMBER


@pytest.mark.parametrize(("name", "status"), STATES.items(), ids=STATES)
def test_status(name: str, status: Status) -> None:
    """The status has the values of bridge and core; the rest is None."""
    answer = load(name)["status"]
    assert parse_status(answer) == status
    identifier = "20c4b7d9-5e13-4f6a-8b02-7d9e1a3c5f48" if answer else None
    assert parse_device_id(answer) == identifier
    assert parse_meter_number(answer) == status.meter_number


def test_digits_survive() -> None:
    """3927.4 Wh are 3.9274 kWh, without a digit more or less."""
    reading = parse_reading(load("battery-without-installation-id")["reading"])
    assert reading
    assert str(shift(reading.values["1.8.0"], -3)) == "3.9274"


def register(obis: object, value: object, unit: object = "W") -> dict[str, object]:
    """Return one register as JSON."""
    return {"obis": obis, "value": value, "unit": unit}


def values_of(*registers: object) -> Mapping[str, float]:
    """Return the values of a reading with these registers."""
    reading = parse_reading({"meter": {"reading": {"registers": list(registers)}}})
    assert reading
    return reading.values


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        ("01-00:10.07.00*ff", "16.7.0"),
        ("01-00:24.07.00*FF", "36.7.0"),
        ("01-00:4C.07.00*ff", "76.7.0"),
        ("01-00:01.08.02*ff", "1.8.2"),
        ("01-01:10.07.00*ff", ""),
        ("01-00:16.7.0*255", ""),
        ("x01-00:10.07.00*ff", ""),
        ("01-00:10.07.00*ff\n", ""),
        ("", ""),
        (None, ""),
        (16, ""),
    ],
)
def test_codes_are_hexadecimal(wire: object, code: str) -> None:
    """Codes are hexadecimal in either case; anything else is ignored."""
    assert parse_obis(wire) == code


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("16.07.00", "36.07.00"), ("16.7.0", "36.7.0")),
        (("16.07.00", "36.07.00", "76.07.00"), ("16.7.0", "36.7.0", "76.7.0")),
        (("16.07.00", "36.07.00", "10.07.00"), ("22.7.0", "16.7.0")),
        (("16.07.00", "36.07.00", "24.07.00"), ("22.7.0", "36.7.0")),
        (("16.07.00", "01.07.00"), ("22.7.0", "1.7.0")),
        (("16.07.00", "36.07.00", "4c.07.00"), ("16.7.0", "36.7.0")),
    ],
)
def test_decimal_codes(codes: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Codes are decimal only if net power is there as such, and not otherwise."""
    registers = [register(f"01-00:{code}*ff", 5) for code in codes]
    assert tuple(values_of(*registers)) == expected


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (None, "W"),
        (True, "W"),
        ("", "W"),
        ("nan", "W"),
        (float("nan"), "W"),
        (float("inf"), "W"),
        (1e300, "W"),
        pytest.param(10**400, "W", id="huge"),
        ([], "W"),
        ({"value": 5}, "W"),
        (5, "Wh"),
        (5, "°C"),
        (5, None),
        (5, 7),
    ],
)
def test_bad_register_is_left_out(value: object, unit: object) -> None:
    """A value that is no number, or has another unit, is left out; others are not."""
    good = register("01-00:01.08.00*ff", 3927.4, "Wh")
    bad = register("01-00:10.07.00*ff", value, unit)
    assert values_of(good, bad) == {"1.8.0": 3927.4}
    assert values_of(bad, good) == {"1.8.0": 3927.4}


def test_unknown_registers_are_left_out() -> None:
    """Unknown codes, and entries that are no register, are ignored."""
    strange: tuple[object, ...] = (
        register("01-00:60.01.00*ff", 5),
        None,
        7,
        "register",
        [],
        {},
    )
    assert values_of(*strange, register("01-00:10.07.00*ff", -3)) == {"16.7.0": -3}


@pytest.mark.parametrize(
    "other", ["01-00:10.07.00*ff", "01-00:38.07.00*ff", "01-00:4c.07.00*ff"]
)
def test_phase_1_is_the_total_only_where_it_is_alone(other: str) -> None:
    """A meter that has ever sent a total or another phase means phase 1 by its code."""
    first = values_of(register("01-00:24.07.00*ff", 321))
    assert shown(Reading(values=first)) == {"16.7.0": 321}
    account = Accounts(stale_after=60.0)
    both = values_of(register("01-00:24.07.00*ff", 321), register(other, 5))
    account.take(Reading(values=both), now=0.0, clock=0.0)
    for seconds in (10.0, 20.0):
        reading = Reading(values=first, token=seconds)
        taken = account.take(reading, now=seconds, clock=seconds)
        assert taken.values == {"36.7.0": 321}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        17,
        "reading",
        {},
        {"meter": []},
        {"meter": {"reading": None}},
        {"meter": {"reading": {"registers": None}}},
        {"meter": {"reading": {"registers": {}}}},
        {"meter": {"reading": {"registers": []}}},
        {"meter": {"reading": {"registers": [register("01-00:60.32.01*ff", 5)]}}},
        {"meter": {"reading": {"registers": [register("01-00:1.8.0*255", 5, "Wh")]}}},
    ],
)
def test_no_registers_are_no_reading(answer: object) -> None:
    """Without a register that is known the meter has not been read."""
    assert parse_reading(answer) is None


@pytest.mark.parametrize("time", [None, "", "yesterday", 1741932428, "2026-03-14"])
def test_reading_without_a_time(time: object) -> None:
    """A time that cannot be read is no reason to lose the reading."""
    registers = [register("01-00:10.07.00*ff", 5)]
    reading = parse_reading(
        {"meter": {"reading": {"time": time, "registers": registers}}}
    )
    assert reading
    assert reading.time is None


@pytest.mark.parametrize("odd", [None, 7, [], "", True, {"rssi": {}}])
def test_odd_status(odd: object) -> None:
    """Sections of the wrong type are ignored."""
    assert parse_status({"device": odd, "meter": odd}) == Status()
    assert parse_status({"device": {"bridge": odd, "core": odd}}) == Status()
    assert parse_device_id({"device": {"id": odd or None}}) is None


def test_odd_words_of_the_core() -> None:
    """Impossible states, battery levels and signal strengths are not shown."""
    core = {
        "connectionStatus": "perhaps",
        "attachmentStatus": 1,
        "batteryLevel": 255,
        "rssi": "loud",
        "pinStatus": [],
        "version": 64,
    }
    assert parse_status({"device": {"core": core}}) == Status()
    assert parse_status({"device": {"core": {"batteryLevel": -1}}}).battery is None
    assert parse_status({"device": {"core": {"batteryLevel": 0}}}).battery == 0


def test_without_a_status_the_reading_names_the_meter() -> None:
    """The number of the meter is read from either endpoint."""
    reading = parse_reading(load("status-absent")["reading"])
    known = snapshot(reading, Status(), None)
    assert known.details.meter_number == NUMBER
    assert snapshot(reading, status_with(meter_number="2"), None).details == (
        status_with(meter_number="2")
    )
    assert snapshot(None, Status(), None).readings == ()
