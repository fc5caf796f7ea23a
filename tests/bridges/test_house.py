"""Test that the simulated household counts like a meter."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.house import START, House, Register


def test_a_draw_is_met_to_the_watt() -> None:
    """The total import is exactly the requested power, in all phases together."""
    house = House()
    for watts in (0, 1, 2, 3, 321, 9999):
        house.draw(watts)
        assert house.power == watts == sum(house.phase_power.values())
        assert (house.import_power, house.export_power) == (watts, 0)


def test_export_turns_the_net_negative() -> None:
    """Export is exactly the requested power, beyond the loads."""
    house = House()
    house.draw(400)
    house.export(1500)
    assert house.power == -1500
    assert (house.import_power, house.export_power) == (0, 1500)


def test_one_phase_may_export_while_the_house_imports() -> None:
    """A summation meter nets the phases before it counts."""
    house = House()
    house.draw(900)
    house.draw(0, phase=1)
    house.export(200, phase=1)
    assert house.phase_power[1] == -200
    assert house.power == house.import_power == 900 - 405 - 200
    values = house.obis()
    assert [values[f"{code}.7.0"] for code in (21, 22, 36)] == [0, 200, -200]


def test_energy_is_exact_after_many_small_steps() -> None:
    """A million odd steps leave no rounding error on the counter."""
    house = House()
    house.draw(777)
    before = house.imported[1].raw
    for _ in range(100_000):
        house.advance(0.1)
    assert house.imported[1].raw - before == 777 * 10_000_000
    assert house.now == START + timedelta(seconds=10_000)


def test_counters_start_with_the_digits_they_were_given() -> None:
    """11743.027 kWh stays 11743.027 kWh, and the tariffs sum to it."""
    house = House()
    assert house.import_energy == Decimal("11743027.000")
    assert house.import_energy == sum(each.amount for each in house.imported.values())


def test_only_the_active_tariff_counts() -> None:
    """Energy goes to one tariff at a time."""
    house = House()
    house.draw(3600)
    house.tariff = 2
    first = house.imported[1].raw
    house.advance(1)
    assert house.imported[1].raw == first
    assert house.imported[2].amount == Decimal("2785752.000")


@pytest.mark.parametrize(
    ("watts", "var", "quadrant"),
    [(100, 50, 1), (-100, 50, 2), (-100, -50, 3), (100, -50, 4)],
)
def test_reactive_energy_goes_to_its_quadrant(
    watts: int, var: int, quadrant: int
) -> None:
    """The signs of active and reactive power determine the register."""
    house = House()
    if watts > 0:
        house.draw(watts)
    else:
        house.export(-watts)
    house.react(var)
    before = house.quadrants[quadrant].raw
    house.advance(3600)
    assert house.quadrants[quadrant].raw - before == 50 * 3_600_000


def test_gas_counts_litres() -> None:
    """1200 l/h for an hour are 1.2 m³."""
    house = House()
    house.burn(1200)
    house.advance(3600)
    assert house.gas.amount == Decimal("4712218.000")


def test_a_register_cuts_rather_than_rounds() -> None:
    """A digit changes only when its whole amount has flowed."""
    register = Register()
    register.flow(1, 3_599_999)
    assert register.amount == Decimal("0.999")
    register.flow(1, 1)
    assert register.amount == 1
