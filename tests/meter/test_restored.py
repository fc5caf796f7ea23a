"""Test which totals a board shows right after its entry was reloaded."""

from dataclasses import replace

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.snapshot import (
    MAIN_METER,
    Medium,
    Meter,
    Reading,
    Snapshot,
)
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.values.board import Board
from custom_components.meter_bridge.values.sources import entity_key

# Any bridge: its own entities do not matter here.
BRIDGE = replace(
    next(each for each in BRIDGES.values() if each.has_main_meter),
    sensors=(),
    binary_sensors=(),
    more_sensors=None,
)
TOTAL = "1.8.0"
LEVEL = 11_743_027
METERS = [Meter(), Meter(key="gas", medium=Medium.GAS)]


def shown(board: Board, meter: Meter, value: float) -> object:
    """Take a reading of a meter's total; return the value shown."""
    reading = Reading(values={TOTAL: value}, token=value, meter=meter)
    board.take(Snapshot(readings=(reading,), details=None))
    return board.values.get(entity_key(meter.key, TOTAL))


def begun() -> Board:
    """Return the board of a bridge without readings."""
    return Board(BRIDGE, Limits(max_power=BRIDGE.max_power))


def restarted(board: Board, *, is_orderly: bool = True) -> Board:
    """Return a new board, restored from another one."""
    again = begun()
    again.restore(board.as_stored(), is_orderly=is_orderly)
    return again


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.medium)
def test_a_held_total_stays_shown_across_a_reload(meter: Meter) -> None:
    """After a reload and a wrong first reading, the level from before is shown."""
    board = begun()
    assert shown(board, meter, LEVEL) == LEVEL
    board = restarted(board)
    assert shown(board, meter, 0) == LEVEL
    assert shown(board, meter, LEVEL + 1) == LEVEL + 1


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.medium)
def test_after_a_crash_a_held_total_is_not_shown(meter: Meter) -> None:
    """After a crash the level is not shown: a higher one may be recorded."""
    board = begun()
    assert shown(board, meter, LEVEL) == LEVEL
    board = restarted(board, is_orderly=False)
    assert shown(board, meter, 0) is None
    assert shown(board, meter, LEVEL + 1) == LEVEL + 1


def test_a_meter_that_is_not_read_stays_stored() -> None:
    """A meter that is away during two reloads is not forgotten."""
    board = begun()
    for meter in METERS:
        assert shown(board, meter, LEVEL) == LEVEL
    board = restarted(restarted(board))
    for meter in METERS:
        assert shown(board, meter, 0) == LEVEL
    assert board.as_stored().keys() == {MAIN_METER, "gas"}
