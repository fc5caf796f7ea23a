"""The numbers of every kind of meter: units, digits, signs, scales and markers."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from custom_components.meter_bridge.bridges.octopus_home_pro.models import (
    Consumption,
    parse_consumption,
)
from custom_components.meter_bridge.bridges.snapshot import Medium, Reading
from tests.support.accounts import Accounts

ELECTRICITY, GAS = Medium.ELECTRICITY, Medium.GAS
RAW = {"multipler": "000001", "divisor": "0003E8"}
CONSUM = {
    "type": "elec",
    "consumption": 30117796,
    "instdmand": 284,
    "lastupdated": 766854750,
    "unit": 0,
    "raw": {"rawcons": "00000000ABD0", "rawinstdmand": "000000", **RAW},
}


def values(
    medium: Medium = ELECTRICITY,
    raw: Mapping[str, object] | None = None,
    **more: object,
) -> Mapping[str, float]:
    """Return what is read from the vendor's sample with some parts changed."""
    parts = {**CONSUM, **more, "raw": RAW if raw is None else {**RAW, **raw}}
    return believed(parse_consumption(medium, parts))


def believed(told: Consumption) -> Mapping[str, float]:
    """Return what is shown of a meter of which nothing else is known."""
    meters = Accounts(stale_after=60, max_power=1e12)
    reading = Reading(values={}, scale=told.scale, scaled=told.counts, token=told)
    return meters.take(reading, now=0, clock=0).values


def test_vendor_sample() -> None:
    """The vendor's own sample is 30117.796 kWh and 284 W on 19 April 2024."""
    told = parse_consumption(ELECTRICITY, CONSUM)
    assert believed(told) == {"1.8.0": 30117796, "16.7.0": 284}
    assert told.time == datetime(2024, 4, 19, 15, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "gas", "electricity"),
    [
        (0x00, ("1.8.0", 12345000), ("1.8.0", 12345000)),
        (0x01, ("3.0.0", 12345), None),
        (0x02, ("3.0.0", 349.57147117824), None),
        (0x03, ("3.0.0", 34957.147117824), None),
        (0x04, ("3.0.0", 46.73090847348), None),
        (0x05, ("3.0.0", 56.12148105), None),
        (0x06, ("1.8.0", 3617.9623612762), ("1.8.0", 3617.9623612762)),
        (0x07, ("3.0.0", 12.345), None),
        (0x08, None, None),
        (0x09, None, None),
        (0x0A, ("3.0.0", 349571.47117824), None),
        (0x0B, None, None),
        (0x0C, ("1.8.0", 3429166.6666666665), ("1.8.0", 3429166.6666666665)),
        (0x0D, None, ("3.8.0", 12345000)),
        (0x0E, None, None),
        (0x7F, None, None),
    ],
)
@pytest.mark.parametrize("bcd", [0, 0x80])
def test_units(
    unit: int,
    gas: tuple[str, float] | None,
    electricity: tuple[str, float] | None,
    bcd: int,
) -> None:
    """12345 of each unit of the ZigBee table, binary and BCD, in m³ or Wh."""
    for medium, wanted in ((GAS, gas), (ELECTRICITY, electricity)):
        read = values(
            medium, consumption=12345000, unit=unit + bcd, instdmand=None, raw={}
        )
        assert read == pytest.approx(dict([wanted] if wanted else []), rel=1e-9)


def test_conversion_is_exact() -> None:
    """Digits are those of the decimal calculation, not of binary fractions."""
    assert values(GAS, consumption=100_000, unit=3) == {"3.0.0": 283.16846592}
    assert values(GAS, consumption=4711018, unit=1) == {"3.0.0": 4711.018}
    assert values(consumption=117430271, raw={"divisor": "002710"})["1.8.0"] == (
        11743027.1
    )


@pytest.mark.parametrize(
    ("unit", "watts"), [(0, 284), (0x80, 284), (6, 0.0832321839), (0x0C, 284000)]
)
def test_power_in_other_units(unit: int, watts: float) -> None:
    """Power comes in kW, BTU an hour, or MJ a second."""
    assert values(unit=unit)["16.7.0"] == pytest.approx(watts)


@pytest.mark.parametrize("unit", [None, "", -1, 1, 0xFF, 0x100, True, [0]])
def test_unit_without_meaning(unit: object) -> None:
    """A number whose unit says nothing is not shown."""
    assert values(unit=unit) == {}


@pytest.mark.parametrize(
    ("raw", "energy", "watts"),
    [
        ({"divisor": "0003E8"}, 30117796, 284),
        ({"divisor": "002710"}, 3011779.6, 28.4),
        ({"divisor": "0003e8"}, 30117796, 284),
        ({"multipler": "000000"}, 30117796, 284),
        ({"multipler": "FFFFFF"}, 30117796, 284),
        ({"multipler": None}, 30117796, 284),
        # The bridge's numbers are not the meter's raw ones: all is worked out already.
        ({"multipler": "00000A", "rawcons": "0000002DF4C4"}, 30117796, 284),
        ({"multipler": "00000A", "rawcons": None}, 30117796, 284),
        # They are: the multiplier is still to be applied.
        (
            {
                "multipler": "00000A",
                "rawcons": "000001CB8FA4",
                "rawinstdmand": "00011C",
            },
            301177960,
            2840,
        ),
    ],
)
def test_multiplier_and_divisor(
    raw: Mapping[str, object], energy: float, watts: float
) -> None:
    """A multiplier of 0 is 1; others count only where raw numbers are passed on."""
    assert values(raw=raw) == {"1.8.0": energy, "16.7.0": watts}


def test_both_spellings() -> None:
    """The multiplier may be spelt as in the vendor's table or as in the sample."""
    raw: dict[str, object] = {"divisor": "0003E8", "rawcons": "000001CB8FA4"}
    for key in ("multipler", "multiplier"):
        parts = {**CONSUM, "raw": {**raw, key: "000002"}}
        assert believed(parse_consumption(ELECTRICITY, parts))["1.8.0"] == 60235592


@pytest.mark.parametrize(
    "divisor", ["000000", "FFFFFF", "", "0x3E8", "1_0", None, 1000, "G", "0" * 13]
)
def test_divisor_that_is_none(divisor: object) -> None:
    """Without a divisor the numbers mean nothing; 0 is one that was not read."""
    assert values(raw={"divisor": divisor}) == {}


def test_nothing_raw() -> None:
    """A consumption without its raw part has no scale."""
    told = parse_consumption(ELECTRICITY, {**CONSUM, "raw": None})
    assert believed(told) == {}
    assert told.time


@pytest.mark.parametrize(
    ("consumption", "raw", "energy"),
    [
        # 0x123456 read as decimal digits, passed on as it was or worked out.
        (0x123456, "000000123456", 123456),
        (123456, "000000123456", 123456),
        (123456, None, 123456),
        (0x12345A, "00000012345A", None),
    ],
)
def test_decimal_digits(consumption: int, raw: str | None, energy: int | None) -> None:
    """BCD numbers are read by their digits, once."""
    read = values(unit=0x80, consumption=consumption, raw={"rawcons": raw})
    assert read.get("1.8.0") == energy
    assert read["16.7.0"] == 284


@pytest.mark.parametrize(
    ("demand", "watts"),
    [
        (-785, -785),
        ("-785", -785),
        (16776431, -785),
        (4294966511, -785),
        (0, 0),
        (0x7FFFFF, 8388607),
        (0x800001, -8388607),
        (0x800000, None),
        (-8388608, None),
        (0xFFFFFF, None),
        (0x80000000, None),
        (0xFFFFFFFF, None),
        (0x1000000, None),
        (-8388609, None),
        (0x80000001, None),
        (1 << 32, None),
        (284.5, None),
        (None, None),
        (True, None),
        ("", None),
    ],
)
def test_demand(demand: object, watts: int | None) -> None:
    """Power is signed, in 24 or 32 bits; what marks a failure is no power."""
    read = values(instdmand=demand)
    assert read.get("16.7.0") == watts
    assert read["1.8.0"] == 30117796


def test_raw_demand_keeps_its_sign() -> None:
    """A negative raw demand is multiplied with its sign, and has no BCD digits."""
    raw = {"multipler": "000002", "rawinstdmand": "FFFCEF"}
    assert values(instdmand=16776431, raw=raw)["16.7.0"] == -1570
    assert values(instdmand=-785, raw=raw, unit=0x80)["16.7.0"] == -1570


@pytest.mark.parametrize(
    "consumption", [0xFFFFFFFFFFFF, 1 << 48, -1, None, "x", 1.5, True, 10**400]
)
def test_no_total(consumption: object) -> None:
    """A total that marks a failure is missing, and power stays."""
    assert values(consumption=consumption) == {"16.7.0": 284}


def test_too_large_a_total() -> None:
    """No number comes out that no household could count."""
    assert "1.8.0" not in values(consumption=1 << 47, raw={"divisor": "000001"})


def test_gas_has_no_power() -> None:
    """What a gas meter might call its demand is not net power."""
    assert values(GAS, unit=1) == {"3.0.0": 30117.796}


@pytest.mark.parametrize(
    ("sent", "time"),
    [
        (766850639, datetime(2024, 4, 19, 14, 3, 59, tzinfo=UTC)),
        ("766850639", datetime(2024, 4, 19, 14, 3, 59, tzinfo=UTC)),
        (946684799, datetime(2029, 12, 30, 23, 59, 59, tzinfo=UTC)),
        (946684800, datetime(2000, 1, 1, tzinfo=UTC)),
        (1713535439, datetime(2024, 4, 19, 14, 3, 59, tzinfo=UTC)),
        (0, None),
        (-1, None),
        (0xFFFFFFFF, None),
        (10**14, None),
        (None, None),
    ],
)
def test_time(sent: object, time: datetime | None) -> None:
    """Time counts from 2000 unless it is late enough to be Unix time."""
    assert parse_consumption(ELECTRICITY, {"lastupdated": sent}).time == time
