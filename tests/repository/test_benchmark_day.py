"""Test that the benchmark of a day still runs; its figures are not checked here."""

import pytest

from benchmarks.day import day
from benchmarks.lived import Found, largest_step
from benchmarks.rounds import Effort
from tests.support.house import House
from tests.support.household import Household


def test_everybody_sees_the_same_day() -> None:
    """Two households of one seed draw the same, and one of them is restless enough."""
    one, other = Household(House()), Household(House())
    powers = []
    for _ in range(3600):
        one.second()
        other.second()
        assert one.house.obis() == other.house.obis()
        powers.append(one.house.power)
    assert max(powers) - min(powers) > 3000
    assert min(powers) < 0 < max(powers)
    # As meters do: the phases add up, and what flows is counted.
    assert one.house.import_energy > House().import_energy
    assert one.house.export_energy > House().export_energy


def test_the_largest_step() -> None:
    """How late it was shown counts from the second in which it was read."""
    true, shown = [100, 110, 2300, 2300, 2300], [100.0, 100.0, 100.0, 2250.0, 2300.0]
    assert largest_step(true, shown) == (2190, 1)
    found = Found(seconds=5, busy=1, rows=5, size=100, lost=0, true=true, shown=shown)
    assert found.off == [0, 10, 2200, 50, 0]


@pytest.mark.programs
def test_measuring() -> None:
    """Each integration follows the household, and what it writes is counted."""
    effort = Effort(readings=1, rounds=1, hours=0.02, bridges=("iometer",))
    (part,) = day(effort)
    assert [row[1] for row in part.rows] == [
        *("Meter Bridge", "demand the other way", "Home Assistant's own", "plain"),
    ]
    ours, _, *others = (row[3] for row in part.rows)
    assert isinstance(ours, int)
    assert all(isinstance(rows, int) and rows > 5 * ours > 0 for rows in others)
