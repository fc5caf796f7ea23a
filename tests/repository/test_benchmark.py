"""Test that the benchmark still runs; its figures are not checked here."""

import pytest

from benchmarks.alone import alone
from benchmarks.decoding import decoding
from benchmarks.peers import peers
from benchmarks.readings import Found, measure
from benchmarks.report import Part
from benchmarks.rounds import Effort
from custom_components.meter_bridge.bridges import BRIDGES
from tests.kinds import KINDS

_EFFORT = Effort(readings=2, rounds=1, bridges=("iometer",))


async def _measure() -> tuple[list[Found], list[Part]]:
    """Run each measurement once."""
    return await measure(_EFFORT), [*await peers(_EFFORT), *await decoding(_EFFORT)]


def test_every_bridge_is_measured() -> None:
    """No kind of bridge is left out."""
    assert KINDS.keys() == BRIDGES.keys()


@pytest.mark.programs
def test_measuring() -> None:
    """Readings reach all integrations, and change as many states as they should."""
    readings, (shipped, equal, messages) = alone(_measure)
    assert [each.states for each in readings] == [0, 1, 5, 8]
    assert all(each.least("ours") and each.least("bytes") for each in readings)
    assert [row[:4] for row in equal.rows[:3]] == [
        ("Meter Bridge", 0, 0, 8),
        ("Home Assistant's iometer (iometer 1.0.2)", 0, 8, 8),
        ("a plain CoordinatorEntity", 0, 8, 8),
    ]
    assert [row[1] for row in equal.rows] == [0] * 3 + [1] * 3 + [5] * 3 + [8] * 3
    assert [row[1] for row in shipped.rows] == [0] * 2 + [1] * 2 + [5] * 2 + [8] * 2
    assert all(row[4] for row in (*shipped.rows, *equal.rows))
    assert [row[0] for row in messages.rows] == ["iometer"]
