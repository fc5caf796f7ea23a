"""Test the vocabulary: which codes there are, what they mean, and in which unit."""

from collections.abc import Mapping
from itertools import permutations
from random import Random
import re

import pytest

from custom_components.meter_bridge.bridges.obis import (
    NET_POWER,
    REGISTERS,
    VOLUME,
    Direction,
    KnownPowers,
    Quantity,
    Register,
    measured,
    with_net_power,
)

IMPORT, EXPORT, NET = Direction.IMPORT, Direction.EXPORT, Direction.NET
PHASES = {1: 20, 2: 40, 3: 60}
COUNTERS = {
    Quantity.ACTIVE_ENERGY,
    Quantity.REACTIVE_ENERGY,
    Quantity.APPARENT_ENERGY,
    Quantity.VOLUME,
}


@pytest.mark.parametrize(
    ("code", "quantity", "direction", "phase", "tariff"),
    [
        ("1.8.0", Quantity.ACTIVE_ENERGY, IMPORT, None, None),
        ("1.8.1", Quantity.ACTIVE_ENERGY, IMPORT, None, 1),
        ("1.8.2", Quantity.ACTIVE_ENERGY, IMPORT, None, 2),
        ("2.8.0", Quantity.ACTIVE_ENERGY, EXPORT, None, None),
        ("2.8.4", Quantity.ACTIVE_ENERGY, EXPORT, None, 4),
        ("16.8.0", Quantity.ACTIVE_ENERGY, NET, None, None),
        ("1.7.0", Quantity.ACTIVE_POWER, IMPORT, None, None),
        ("2.7.0", Quantity.ACTIVE_POWER, EXPORT, None, None),
        ("16.7.0", Quantity.ACTIVE_POWER, NET, None, None),
        ("21.7.0", Quantity.ACTIVE_POWER, IMPORT, 1, None),
        ("41.7.0", Quantity.ACTIVE_POWER, IMPORT, 2, None),
        ("61.7.0", Quantity.ACTIVE_POWER, IMPORT, 3, None),
        ("22.7.0", Quantity.ACTIVE_POWER, EXPORT, 1, None),
        ("42.7.0", Quantity.ACTIVE_POWER, EXPORT, 2, None),
        ("62.7.0", Quantity.ACTIVE_POWER, EXPORT, 3, None),
        ("36.7.0", Quantity.ACTIVE_POWER, NET, 1, None),
        ("56.7.0", Quantity.ACTIVE_POWER, NET, 2, None),
        ("76.7.0", Quantity.ACTIVE_POWER, NET, 3, None),
        ("31.7.0", Quantity.CURRENT, None, 1, None),
        ("51.7.0", Quantity.CURRENT, None, 2, None),
        ("71.7.0", Quantity.CURRENT, None, 3, None),
        ("32.7.0", Quantity.VOLTAGE, None, 1, None),
        ("52.7.0", Quantity.VOLTAGE, None, 2, None),
        ("72.7.0", Quantity.VOLTAGE, None, 3, None),
        ("3.7.0", Quantity.REACTIVE_POWER, IMPORT, None, None),
        ("4.7.0", Quantity.REACTIVE_POWER, EXPORT, None, None),
        ("23.7.0", Quantity.REACTIVE_POWER, IMPORT, 1, None),
        ("3.8.0", Quantity.REACTIVE_ENERGY, IMPORT, None, None),
        ("5.8.0", Quantity.REACTIVE_ENERGY, Direction.QUADRANT_1, None, None),
        ("6.8.0", Quantity.REACTIVE_ENERGY, Direction.QUADRANT_2, None, None),
        ("7.8.0", Quantity.REACTIVE_ENERGY, Direction.QUADRANT_3, None, None),
        ("8.8.0", Quantity.REACTIVE_ENERGY, Direction.QUADRANT_4, None, None),
        ("9.7.0", Quantity.APPARENT_POWER, IMPORT, None, None),
        ("29.7.0", Quantity.APPARENT_POWER, IMPORT, 1, None),
        ("9.8.0", Quantity.APPARENT_ENERGY, IMPORT, None, None),
        ("13.7.0", Quantity.POWER_FACTOR, None, None, None),
        ("33.7.0", Quantity.POWER_FACTOR, None, 1, None),
        ("14.7.0", Quantity.FREQUENCY, None, None, None),
        ("1.6.0", Quantity.ACTIVE_DEMAND, IMPORT, None, None),
        ("1.6.2", Quantity.ACTIVE_DEMAND, IMPORT, None, 2),
        ("2.6.0", Quantity.ACTIVE_DEMAND, EXPORT, None, None),
        ("3.0.0", Quantity.VOLUME, None, None, None),
    ],
)
def test_a_code_means_what_the_standard_says(
    code: str,
    quantity: Quantity,
    direction: Direction | None,
    phase: int | None,
    tariff: int | None,
) -> None:
    """Value groups C, D and E are quantity, direction, phase and tariff."""
    assert REGISTERS[code] == Register(
        code=code, quantity=quantity, direction=direction, phase=phase, tariff=tariff
    )


def test_no_two_registers_are_the_same() -> None:
    """No two codes have the same meaning."""
    meanings = {
        (register.quantity, register.direction, register.phase, register.tariff)
        for register in REGISTERS.values()
    }
    assert len(meanings) == len(REGISTERS)
    for code, register in REGISTERS.items():
        assert register.code == code
        assert re.fullmatch(r"\d{1,2}\.[0678]\.[0-4]", code)


def test_every_phase_has_what_the_total_has() -> None:
    """L1, L2 and L3 are the total's codes moved by 20, 40 and 60, but for demand."""
    for code, register in REGISTERS.items():
        if register.phase or register.tariff or code == VOLUME:
            continue
        if register.quantity in {Quantity.REACTIVE_DEMAND, Quantity.APPARENT_DEMAND}:
            continue
        group, rest = code.split(".", 1)
        for phase, start in PHASES.items():
            found = REGISTERS[f"{int(group) + start}.{rest}"]
            assert found.phase == phase
            assert (found.quantity, found.direction) == (
                register.quantity,
                register.direction,
            )


@pytest.mark.parametrize(
    ("quantity", "groups"),
    [(Quantity.REACTIVE_DEMAND, (3, 4)), (Quantity.APPARENT_DEMAND, (9, 10))],
)
def test_other_demand_has_neither_phase_nor_quadrant(
    quantity: Quantity, groups: tuple[int, ...]
) -> None:
    """Reactive and apparent demand is known in total and by tariff, in and out."""
    codes = {code for code, each in REGISTERS.items() if each.quantity is quantity}
    assert codes == {f"{group}.6.{tariff}" for group in groups for tariff in range(5)}


def test_only_sums_of_one_direction_are_counters() -> None:
    """Energy and volume add up; a net sum falls while the household exports."""
    for register in REGISTERS.values():
        assert register.is_sum == (register.quantity in COUNTERS)
        assert register.is_counter == (register.is_sum and register.direction != NET)
    assert REGISTERS["16.8.0"].is_sum
    assert not REGISTERS["16.8.0"].is_counter
    assert not REGISTERS["1.6.0"].is_sum


@pytest.mark.parametrize(
    ("sent", "net"),
    [
        ({"1.7.0": 321, "2.7.0": 0}, {"16.7.0": 321}),
        ({"1.7.0": 0, "2.7.0": 321}, {"16.7.0": -321}),
        ({"1.7.0": 0, "2.7.0": 0}, {"16.7.0": 0}),
        ({"1.7.0": 500.3, "2.7.0": 0.1}, {"16.7.0": 500.2}),
        ({"1.7.0": 500, "2.7.0": 179, "16.7.0": 320}, {"16.7.0": 320}),
        ({"1.7.0": 500, "2.7.0": 179, "16.7.0": 0}, {"16.7.0": 0}),
        ({"1.7.0": 321}, {"16.7.0": 321}),
        ({"2.7.0": 321}, {}),
        ({"21.7.0": 1, "22.7.0": 3}, {"36.7.0": -2}),
        ({"41.7.0": 1, "42.7.0": 3}, {"56.7.0": -2}),
        ({"61.7.0": 1, "62.7.0": 3}, {"76.7.0": -2}),
        ({"21.7.0": 1, "42.7.0": 3}, {}),
        ({"36.7.0": 1.1, "56.7.0": 1.2, "76.7.0": -4}, {"16.7.0": -1.7}),
        ({"1.8.0": 5, "2.8.0": 3, "3.7.0": 4, "4.7.0": 0, "x": 1}, {}),
        ({}, {}),
    ],
)
def test_net_power_is_derived_and_nothing_else(
    sent: Mapping[str, float], net: Mapping[str, float]
) -> None:
    """Net power is added if it can be worked out and was not sent."""
    before = dict(sent)
    known = KnownPowers(codes=frozenset(sent))
    assert with_net_power(sent, known) == {**sent, **net}
    assert sent == before


def test_derived_power_has_no_more_decimals_than_were_sent() -> None:
    """Net power has the digits of a decimal subtraction."""
    random = Random(36_7_0)  # noqa: S311
    for _ in range(5000):
        imported, exported = random.randrange(10**7), random.randrange(10**7)
        values = {"1.7.0": imported / 1000, "2.7.0": exported / 1000}
        known = KnownPowers(codes=frozenset(values))
        net = with_net_power(values, known)[NET_POWER]
        assert net == (imported - exported) / 1000


@pytest.mark.parametrize(
    ("code", "sent", "unit", "expected"),
    [
        ("1.8.0", 11743027, "Wh", "11743027"),
        ("1.8.0", 11743.027, "kWh", "11743027"),
        ("1.8.0", "11743.027", "kWh", "11743027"),
        ("1.8.0", 11.743027, "MWh", "11743027"),
        ("1.8.0", 0, "kWh", "0"),
        ("16.7.0", -0.321, "kW", "-321"),
        ("16.7.0", 321.4, "W", "321.4"),
        ("16.7.0", 321, "w", "321"),
        ("3.8.0", 1.5, "kvarh", "1500"),
        ("3.7.0", 1.5, "kVAr", "1500"),
        ("9.7.0", 1.5, "kVA", "1500"),
        ("9.8.0", 1.5, "kVAh", "1500"),
        ("1.6.0", 5.21, "kW", "5210"),
        ("3.6.0", 5.21, "kvar", "5210"),
        ("9.6.0", 5.21, "kVA", "5210"),
        ("32.7.0", 231.4, "V", "231.4"),
        ("31.7.0", 1.39, "A", "1.39"),
        ("14.7.0", 0.05, "kHz", "50"),
        ("13.7.0", 0.97, "", "0.97"),
        ("3.0.0", 4711.018, "m3", "4711.018"),
    ],
)
def test_a_value_comes_in_our_unit(
    code: str, sent: object, unit: str, expected: str
) -> None:
    """A unit's prefix moves the decimal point, and keeps the digits."""
    assert str(measured(code, sent, unit)) == expected


@pytest.mark.parametrize(
    ("code", "sent", "unit"),
    [
        # The unit of something else, or of nothing
        ("1.8.0", 1, "W"),
        ("1.8.0", 1, "varh"),
        ("16.7.0", 1, "Wh"),
        ("16.7.0", 1, "kWh"),
        ("16.7.0", 1, "var"),
        ("9.7.0", 1, "var"),
        ("3.7.0", 1, "VA"),
        ("16.7.0", 1, ""),
        ("16.7.0", 1, "k"),
        ("16.7.0", 1, " W"),
        ("1.8.0", 1, "h"),
        ("1.8.0", 1, "J"),
        # Prefixes that we do not know; m and M differ by nine places
        ("16.7.0", 1, "mW"),
        ("16.7.0", 1, "KW"),
        ("16.7.0", 1, "GW"),
        ("16.7.0", 1, "kkW"),
        ("16.7.0", 1, "\u212aW"),
        # Units that take none
        ("3.0.0", 1, "km3"),
        ("3.0.0", 1, "Mm3"),
        ("13.7.0", 1, "k"),
        ("13.7.0", 1, "M"),
        ("13.7.0", 1, "W"),
        # No register, or no number
        ("", 1, "W"),
        ("99.9.9", 1, "W"),
        ("1-0:16.7.0", 1, "W"),
        ("16.7.0", None, "W"),
        ("16.7.0", True, "W"),
        ("16.7.0", "nan", "W"),
        ("16.7.0", 10**400, "W"),
        # Too large for anything once it is in our unit
        ("1.8.0", 10**12, "kWh"),
        ("1.8.0", 10**14, "MWh"),
    ],
)
def test_what_does_not_fit_is_left_out(code: str, sent: object, unit: str) -> None:
    """A value in an unexpected unit is missing rather than wrong."""
    assert measured(code, sent, unit) is None


def test_any_unit_is_judged_without_an_error() -> None:
    """With anything as a unit, a value is accepted only in the right one."""
    for letters in permutations("kWhMar", 3):
        found = measured("1.8.0", 1, "".join(letters))
        assert (found is not None) == (letters in {tuple("kWh"), tuple("MWh")})
    for code in REGISTERS:
        assert measured(code, 1, "İ" * 5) is None
