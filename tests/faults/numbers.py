"""Mishaps of counters and clocks: valid JSON with wrong values."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

from custom_components.meter_bridge.bridges.obis import EXPORT_ENERGY
from tests.support.house import House, Register
from tests.support.simulator import Simulator

from .cell import Cell
from .mishap import (
    CLOCK,
    NUMBER,
    READER,
    SCALE,
    Act,
    Mishap,
    Sees,
    nothing,
    sees,
)

_COUNTERS, _CLOCKS = "Counters", "Clocks"
_SELDOM = 3
_MILLION_KWH = "1000000"


def _counts(change: Callable[[Register], int]) -> Act:
    """Change the values of the import counters."""

    def bend(house: House) -> None:
        for register in house.imported.values():
            register.raw = change(register)

    async def act(cell: Cell) -> None:
        cell.bend = bend

    return act


async def _replace(cell: Cell) -> None:
    """Replace the meter of the house by one that begins at 5 kWh."""
    for tariff in cell.house.imported:
        cell.house.imported[tariff] = Register.of("5")


async def _exchange(cell: Cell) -> None:
    """Install another meter, whose number is another one, too."""
    await _replace(cell)
    for simulator in (cell.simulator, cell.twin):
        simulator.exchange_meter()


async def _lose_scale(cell: Cell) -> None:
    """Send raw counts without their factors."""
    cell.simulator.lose_scale()


async def _exceed(cell: Cell) -> None:
    """Show more power than any connection carries; the counters do not follow it."""
    cell.simulator.house = house = deepcopy(cell.house)
    house.draw(42_949_672)
    # A bridge that is itself the meter shows this power without a reading; with one, it
    # would also count it.
    if not cell.simulator.counts_by_itself:
        cell.simulator.read_meter()
        cell.simulator.publish()


def _set_wrong(**ahead: float) -> Act:
    """Set the meter's clock wrong."""

    async def act(cell: Cell) -> None:
        for simulator in _owners(cell):
            simulator.set_clock(timedelta(**ahead))

    return act


async def _set_right(cell: Cell) -> None:
    """Correct the meter's clock."""
    for simulator in _owners(cell):
        simulator.set_clock(timedelta())


def _owners(cell: Cell) -> list[Simulator]:
    """Return whose clock is set; a bridge that is the meter has its twin's set, too."""
    is_meter = cell.simulator.counts_by_itself
    return [cell.simulator, *([cell.twin] if is_meter else [])]


async def _stop_clock(cell: Cell) -> None:
    """Stop the meter's clock."""
    cell.simulator.clock_stands = True


async def _replay(cell: Cell) -> None:
    """Send the reading before the last one again."""
    simulator, house, read_at = cell.simulator, cell.house, cell.simulator.read_at
    before = deepcopy(house)
    await cell.read(20)
    await cell.settle()
    await cell.poll()
    cell.look()
    simulator.house, simulator.read_at = before, read_at
    simulator.read_meter()
    simulator.publish()
    cell.is_repeating = True


async def _repeat_last(cell: Cell) -> None:
    """Stop reading the meter, and repeat the last reading."""
    for simulator in (cell.simulator, cell.twin):
        simulator.house = deepcopy(cell.house)
    cell.is_repeating = True


COUNTERS = (
    *(
        Mishap(group=_COUNTERS, name=name, cause=_counts(change), sees=seen)
        for name, change, seen in (
            ("negative", lambda _: -5 * 3_600_000, sees(Sees.HELD, Sees.PART)),
            ("zero", lambda _: 0, sees(Sees.HELD)),
            (
                "10⁶ kWh more",
                lambda register: register.raw + Register.of(_MILLION_KWH).raw,
                sees(Sees.HELD),
            ),
        )
    ),
    Mishap(
        group=_COUNTERS,
        name="lower for one reading",
        cause=_counts(lambda register: register.raw // 2),
        rounds=1,
        sees=sees(Sees.HELD),
    ),
    Mishap(
        group=_COUNTERS,
        name="lower for good: another meter",
        cause=_replace,
        # If the owner can erase its counters, a lower level is believed at once.
        sees=sees(Sees.HELD, Sees.LIVE),
        back_within=720,
        reports="meter_replaced",
    ),
    Mishap(
        group=_COUNTERS,
        name="another meter, with another number",
        cause=_exchange,
        needs=(NUMBER,),
        # A bridge may tell the number only to whoever connects anew.
        sees=sees(Sees.LIVE, Sees.HELD),
        back_within=720,
        reports="meter_replaced",
        reports_at_once=True,
    ),
    Mishap(
        group=_COUNTERS,
        name="the scale of raw counts is lost",
        cause=_lose_scale,
        needs=(SCALE,),
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_COUNTERS,
        name="a power beyond anything",
        cause=nothing,
        then=_exceed,
        sees=sees(Sees.PART),
    ),
)
CLOCKS = (
    Mishap(
        group=_CLOCKS,
        name="an older reading is sent again",
        cause=_replay,
        rounds=1,
        needs=(CLOCK,),
        # A stream without times does not show which message is older.
        sees=sees(Sees.LIVE, Sees.BACK),
    ),
    Mishap(
        group=_CLOCKS,
        name="the clock stands still",
        cause=_stop_clock,
        needs=(READER,),
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_CLOCKS,
        name="the clock is 3 hours ahead, then right again",
        cause=_set_wrong(hours=3),
        cure=_set_right,
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_CLOCKS,
        name="the clock is 3 hours behind",
        cause=_set_wrong(hours=-3),
        cure=_set_right,
        rounds=4,
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_CLOCKS,
        name="the hour between 2 and 3 comes twice",
        cause=_set_wrong(hours=-1),
        cure=_set_right,
        rounds=4,
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_CLOCKS,
        name="the last reading is repeated for ever",
        cause=_repeat_last,
        rounds=5,
        step=150,
        sees=sees(Sees.GONE, Sees.PART),
    ),
)


async def _leave_out(cell: Cell) -> None:
    """Leave out a register in every second reading."""
    cell.simulator.force(EXPORT_ENERGY, None)
    if cell.turn % 2:
        cell.simulator.heal()


async def _read_seldom(cell: Cell) -> None:
    """Let the meter be read in every third round."""
    cell.is_repeating = cell.turn % _SELDOM != 0


METERS = (
    Mishap(
        group="The meter",
        name="registers come and go",
        cause=nothing,
        then=_leave_out,
        rounds=5,
        sees=sees(Sees.PART, Sees.LIVE),
    ),
    Mishap(
        group="The meter",
        name="slows down at night, to a reading every 15 minutes",
        cause=nothing,
        then=_read_seldom,
        rounds=21,
        step=300.0,
        sees=sees(Sees.GONE, Sees.PART, Sees.KEPT, Sees.LIVE),
    ),
)
