"""Totals of an eGauge: impossible changes of a count go into an offset."""

from dataclasses import replace
import json

import orjson
import pytest

from custom_components.meter_bridge.bridges.obis import Quantity
from custom_components.meter_bridge.bridges.snapshot import Counting, Meter, Reading
from custom_components.meter_bridge.meter.account import Account, Stored
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.meter.trouble import Restart, Trouble, TroubleKind

KWH = 3_600_000
RATE, TOTAL = "power", "energy"
NET = Counting(
    modulus=1 << 63,
    rate=RATE,
    speed=1.0,
    most=100_000.0,
    may_fall=True,
    steps=KWH,
    places=4,
)
IMPORT = replace(NET, may_fall=False)
TOP, BOTTOM = (1 << 63) - 1, -(1 << 63)

both = pytest.mark.parametrize("counting", [NET, IMPORT])


class Registers:
    """The account of a meter that sends raw counts."""

    def __init__(self, stored: Stored | None = None, max_power: float = 1e15) -> None:
        """Begin, or go on from what was stored."""
        self.account = Account(meter=Meter(), limits=Limits(max_power=max_power))
        self.readings = 0
        if stored:
            self.account.restore(json.loads(json.dumps(stored)), is_orderly=True)

    def take(
        self,
        counting: Counting,
        count: int,
        at: float,
        *,
        rate: float = 0.0,
        code: str = TOTAL,
    ) -> float | None:
        """Take a count at `at` (seconds); return the total that is shown."""
        self.readings += 1
        self.account.take(
            Reading(
                values={},
                token=self.readings,
                own={RATE: rate},
                quantities={RATE: Quantity.ACTIVE_POWER},
                counts={code: count},
                countings={code: counting},
            ),
            now=at,
            clock=at,
            stale_after=60.0,
        )
        return self.account.values.get(code)

    def again(self) -> Registers:
        """Return the account as restored after a restart."""
        return Registers(self.account.as_stored())


@both
def test_a_counter_goes_up(counting: Counting) -> None:
    """A total starts at the device's count, and follows it."""
    totals = Registers()
    assert totals.take(counting, 1000 * KWH, 0) == 1000
    assert totals.take(counting, 1001 * KWH, 3600) == 1001
    assert totals.take(counting, 1001 * KWH + KWH // 2, 7200) == 1001.5


def test_only_a_net_register_goes_down() -> None:
    """A fall counts backwards if the rate may be negative; otherwise it is a jump."""
    for counting, after in ((NET, 999), (IMPORT, 1000)):
        totals = Registers()
        totals.take(counting, 1000 * KWH, 0)
        assert totals.take(counting, 999 * KWH, 3600) == after


@both
@pytest.mark.parametrize("jump", [-5000, 5000, -4990])
def test_a_jump_is_no_consumption(counting: Counting, jump: int) -> None:
    """After the database was erased, the total stays, and later goes on."""
    totals = Registers()
    totals.take(counting, 5000 * KWH, 0)
    level = (5000 + jump) * KWH
    for minute in range(10):
        assert totals.take(counting, level + minute * KWH, 60 * minute) == 5000
    # Nothing is lost from the first reading of the new level on.
    assert totals.take(counting, level + 10 * KWH, 600) == 5010
    assert totals.take(counting, level + 11 * KWH, 660) == 5011


@both
def test_a_slip_changes_nothing(counting: Counting) -> None:
    """If the old level returns, what was counted meanwhile is added."""
    totals = Registers()
    totals.take(counting, 5000 * KWH, 0)
    for at, counter in ((5, 0), (10, 0), (15, 9000 * KWH), (20, 7)):
        assert totals.take(counting, counter, at) == 5000
    assert totals.take(counting, 5001 * KWH, 600) == 5001
    # An earlier suspicion does not count for the next one.
    for at in range(610, 1200, 10):
        assert totals.take(counting, 0, at) == 5001


@both
def test_a_counter_that_wraps_goes_on(counting: Counting) -> None:
    """A step from the largest number to the smallest is one count."""
    totals = Registers()
    before = totals.take(counting, TOP, 0)
    assert before is not None
    after = totals.take(counting, BOTTOM + KWH - 1, 3600)
    assert after == pytest.approx(before + 1, rel=0, abs=0.01)


def test_a_rate_makes_a_step_believable() -> None:
    """A step is believed if the sent rate explains it, even for a factory."""
    totals = Registers()
    totals.take(NET, 0, 0)
    assert totals.take(NET, 100 * KWH, 60, rate=4_000_000) == 100
    assert totals.take(NET, 200 * KWH, 120) == 100


def test_a_long_absence_may_have_used_much() -> None:
    """Use during an absence is added; if it is much, a few readings later."""
    totals = Registers()
    totals.take(IMPORT, 0, 0)
    again = totals.again()
    day = 86_400
    assert again.take(IMPORT, 20 * KWH, 3 * day) == 20
    for count in range(4):
        assert again.take(IMPORT, 110 * KWH, 6 * day + 10 * count) == 20
    assert again.take(IMPORT, 110 * KWH, 6 * day + 40) == 110


@both
@pytest.mark.parametrize("times", [1, 4])
def test_few_readings_after_a_long_absence_prove_nothing(
    counting: Counting, times: int
) -> None:
    """A wrong first count adds nothing, even if a month could explain it."""
    totals, month = Registers(), 30 * 86_400
    totals.take(counting, 5000 * KWH, 0)
    for count in range(times):
        assert totals.take(counting, 6000 * KWH, month + 149 * count) == 5000
    assert totals.take(counting, 5010 * KWH, month + 600) == 5010


def test_a_restart_keeps_the_total() -> None:
    """The offset is kept over a restart of Home Assistant."""
    totals = Registers()
    totals.take(NET, 5000 * KWH, 0)
    for at in range(5, 700, 5):
        totals.take(NET, 0, at)
    again = totals.again()
    assert again.take(NET, KWH, 3605) == 5001


def test_a_clock_set_back_loses_nothing() -> None:
    """If Home Assistant's clock is set back, the next steps still count."""
    totals = Registers()
    totals.take(NET, 0, 5000)
    assert totals.take(NET, KWH, 10) == 1


def test_ever_new_registers_are_forgotten() -> None:
    """Only so many registers are kept; those that are still sent stay."""
    totals = Registers()
    totals.take(NET, 0, 0)
    for did in range(5000):
        totals.take(NET, 1, did, code=f"register_{did}_energy")
        totals.take(NET, 0, did)
    counters = totals.account.as_stored()["counters"]
    assert len(counters) < 1100
    assert TOTAL in counters
    assert "register_4999_energy" in counters


def test_any_total_can_be_stored() -> None:
    """A total beyond what any meter reaches starts again, so that it fits 64 bits."""
    totals = Registers(max_power=1e18)
    for turn in range(50):
        totals.take(NET, (turn << 61) % (1 << 63), 3600 * turn, rate=1e16)
        assert orjson.dumps(totals.account.as_stored())


def _held(registers: Registers) -> Trouble:
    """Return the trouble of a counter that is held back."""
    (trouble,) = registers.account.troubles()
    assert trouble.kind is TroubleKind.COUNTER_HELD
    return trouble


def test_a_count_that_is_held_for_an_hour_is_told() -> None:
    """A count that stays held shows its last total, and is reported after an hour."""
    registers = Registers()
    registers.take(NET, 5000 * KWH, 0)
    for at in range(300, 4200, 300):
        assert not list(registers.account.troubles())
        shown = registers.take(NET, (at % 7) * 900 * KWH, at)
        assert shown == 5000
    found = _held(registers)
    assert (found.code, found.shown, found.since) == (TOTAL, 5000, 300)


def test_the_owner_believes_a_count() -> None:
    """Once accepted, the total goes on from where it was, at once."""
    registers = Registers()
    registers.take(NET, 5000 * KWH, 0)
    assert registers.take(NET, 0, 60) == 5000
    registers.account.believe(TOTAL)
    assert registers.take(NET, 0, 120) == 5000
    assert registers.take(NET, KWH, 180) == 5001
    assert not list(registers.account.troubles())


def test_a_doubt_survives_a_restart() -> None:
    """The hour until the report goes on over a restart."""
    registers = Registers()
    registers.take(NET, 5000 * KWH, 0)
    for at in range(300, 3300, 300):
        registers.take(NET, (at % 7) * 900 * KWH, at)
    again = registers.again()
    for at in range(3300, 4200, 300):
        again.take(NET, (at % 7) * 900 * KWH, at)
    assert _held(again).since == 300


def test_a_rate_that_cannot_be_explains_nothing() -> None:
    """Only believed rates explain a step, not an impossible one that was sent."""
    registers = Registers(max_power=1e6)
    registers.take(NET, 0, 0)
    assert registers.take(NET, 900 * KWH, 60, rate=1e12) == 0
    assert RATE not in registers.account.values


def test_what_follows_is_worked_out_of_what_is_believed() -> None:
    """A total that is derived from a held one is held, too."""
    account = Account(meter=Meter(), limits=Limits(max_power=1e6))

    def take(count: int, at: float) -> float | None:
        reading = Reading(
            values={},
            token=at,
            counts={TOTAL: count},
            countings={TOTAL: NET},
            conclude=lambda believed: {"1.8.0": believed[TOTAL] * 1000},
        )
        account.take(reading, now=at, clock=at, stale_after=60.0)
        return account.values.get("1.8.0")

    assert take(5000 * KWH, 0) == 5_000_000
    assert take(0, 60) == 5_000_000
    assert take(5001 * KWH, 120) == 5_001_000


def test_another_register_that_stands_for_a_code_is_a_new_count() -> None:
    """Both levels are reported once, even if a restart came with the choice."""

    def take(account: Account, at: float, source: str) -> Restart | None:
        reading = Reading(
            values={},
            token=at,
            counts={TOTAL: 5000 * KWH, "other": 70 * KWH},
            countings={TOTAL: NET, "other": NET},
            conclude=lambda believed: {"1.8.0": believed[source]},
            stands_for={"1.8.0": source},
        )
        return account.take(reading, now=at, clock=at, stale_after=60.0)

    first = Account(meter=Meter(), limits=Limits(max_power=1e6))
    assert take(first, 0, TOTAL) is None
    assert take(first, 5, TOTAL) is None
    again = Account(meter=Meter(), limits=Limits(max_power=1e6))
    again.restore(json.loads(json.dumps(first.as_stored())), is_orderly=True)
    restart = take(again, 10, "other")
    assert restart
    assert restart.levels == {"1.8.0": (5000, 70)}
    assert again.values["1.8.0"] == 70
    assert take(again, 15, "other") is None
