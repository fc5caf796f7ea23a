"""Totals: what the counter does is consumption, unless it cannot be."""

import orjson
import pytest

from custom_components.meter_bridge.bridges.egauge.registers import Register
from custom_components.meter_bridge.bridges.egauge.totals import Totals

KWH = 3_600_000
NET = Register(key="register_0", name="Grid", type="P")
IMPORT = Register(key="register_1", name="Grid+", type="P")
REMOTE = Register(key="virtual_use", name="use|", type="P", is_virtual=True)
TOP, BOTTOM = (1 << 63) - 1, -(1 << 63)


@pytest.mark.parametrize("register", [NET, IMPORT])
def test_a_counter_goes_up(register: Register) -> None:
    """A total begins at what the device says, and follows it."""
    totals = Totals()
    assert totals.take(register, 1000 * KWH, 0, 0) == 1000
    assert totals.take(register, 1001 * KWH, 0, 3600) == 1001
    assert totals.take(register, 1001 * KWH + KWH // 2, 0, 7200) == 1001.5


def test_only_a_net_register_goes_down() -> None:
    """With a plus, minus or bar in its name a register cannot fall."""
    assert NET.may_fall
    assert REMOTE.may_fall
    assert not IMPORT.may_fall
    totals = Totals()
    for register, after in ((NET, 999), (IMPORT, 1000), (REMOTE, 999)):
        totals.take(register, 1000 * KWH, 0, 0)
        assert totals.take(register, 999 * KWH, 0, 3600) == after


@pytest.mark.parametrize("register", [NET, IMPORT])
@pytest.mark.parametrize("jump", [-5000, 5000, -4990])
def test_a_jump_is_no_consumption(register: Register, jump: int) -> None:
    """An erased database leaves the total where it was; it goes on by and by."""
    totals = Totals()
    totals.take(register, 5000 * KWH, 0, 0)
    level = (5000 + jump) * KWH
    for minute in range(10):
        assert totals.take(register, level + minute * KWH, 0, 60 * minute) == 5000
    # From the first reading of the new level on nothing is lost.
    assert totals.take(register, level + 10 * KWH, 0, 600) == 5010
    assert totals.take(register, level + 11 * KWH, 0, 660) == 5011


@pytest.mark.parametrize("register", [NET, IMPORT])
def test_a_slip_changes_nothing(register: Register) -> None:
    """A counter that comes back has only been away; what it counted is there."""
    totals = Totals()
    totals.take(register, 5000 * KWH, 0, 0)
    for at, counter in ((5, 0), (10, 0), (15, 9000 * KWH), (20, 7)):
        assert totals.take(register, counter, 0, at) == 5000
    assert totals.take(register, 5001 * KWH, 0, 600) == 5001
    # What was suspected before begins from the start.
    for at in range(610, 1200, 10):
        assert totals.take(register, 0, 0, at) == 5001


@pytest.mark.parametrize("register", [NET, IMPORT])
def test_a_counter_that_wraps_goes_on(register: Register) -> None:
    """From the largest number to the smallest is one step."""
    totals = Totals()
    before = totals.take(register, TOP, 0, 0)
    assert before is not None
    after = totals.take(register, BOTTOM + KWH - 1, 0, 3600)
    assert after == pytest.approx(before + 1)


def test_a_rate_makes_a_step_believable() -> None:
    """A factory draws more than any household, and says so itself."""
    totals = Totals()
    totals.take(NET, 0, 0, 0)
    assert totals.take(NET, 100 * KWH, 4_000_000, 60) == 100
    assert totals.take(NET, 200 * KWH, 0, 120) == 100


def test_a_long_absence_may_have_used_much() -> None:
    """What was used while Home Assistant was away counts; much of it a little later."""
    totals = Totals()
    totals.take(IMPORT, 0, 0, 0)
    again = Totals()
    again.restore(totals.as_stored())
    day = 86_400
    assert again.take(IMPORT, 20 * KWH, 0, 3 * day) == 20
    for count in range(4):
        assert again.take(IMPORT, 110 * KWH, 0, 6 * day + 10 * count) == 20
    assert again.take(IMPORT, 110 * KWH, 0, 6 * day + 40) == 110


@pytest.mark.parametrize("register", [NET, IMPORT])
@pytest.mark.parametrize("times", [1, 4])
def test_few_readings_after_a_long_absence_prove_nothing(
    register: Register, times: int
) -> None:
    """A counter that is wrong at first, by what a month could explain, adds nothing."""
    totals, month = Totals(), 30 * 86_400
    totals.take(register, 5000 * KWH, 0, 0)
    for count in range(times):
        assert totals.take(register, 6000 * KWH, 0, month + 149 * count) == 5000
    assert totals.take(register, 5010 * KWH, 0, month + 600) == 5010


def test_a_restart_keeps_the_total() -> None:
    """What was left out stays left out after a restart of Home Assistant."""
    totals = Totals()
    totals.take(NET, 5000 * KWH, 0, 0)
    for at in range(5, 700, 5):
        totals.take(NET, 0, 0, at)
    again = Totals()
    again.restore(totals.as_stored())
    assert again.take(NET, KWH, 0, 3605) == 5001


def test_a_clock_set_back_loses_nothing() -> None:
    """Ours may be set as well: steps of some seconds still count."""
    totals = Totals()
    totals.take(NET, 0, 0, 5000)
    assert totals.take(NET, KWH, 0, 10) == 1


def test_some_kinds_have_no_total() -> None:
    """Voltages do not add up to anything."""
    register = Register(key="register_2", name="voltage_a", type="V")
    assert Totals().take(register, 1, 0, 0) is None


@pytest.mark.parametrize(
    ("code", "counter", "amount"),
    [
        ("P", 37_893_697_200, 10_526.027),
        ("P", -1, -0.0001),
        ("S", KWH, 1),
        ("PQ", KWH, 1),
        ("Qv", 4_711_018_999_999, 4711.018),
        ("$", (1 << 29) * 5, 5),
        ("Q", 1500, 1.5),
    ],
)
def test_each_counter_has_its_unit(code: str, counter: int, amount: float) -> None:
    """Shown are kWh, kVAh, kvarh, m³, money and kg, cut and with decimal digits."""
    register = Register(key="register_3", name="any", type=code)
    assert Totals().take(register, counter, 0, 0) == amount


def test_ever_new_registers_are_forgotten() -> None:
    """What is remembered stays bounded; registers that are still there are kept."""
    totals = Totals()
    totals.take(NET, 0, 0, 0)
    for did in range(5000):
        totals.take(Register(key=f"register_{did + 9}", name="a", type="P"), 1, 0, did)
        totals.take(NET, 0, 0, did)
    assert len(totals.as_stored()) < 1100
    assert NET.total_key in totals.as_stored()


def test_any_total_can_be_stored() -> None:
    """A total that no meter can reach begins anew rather than grow out of 64 bits."""
    totals = Totals()
    for turn in range(50):
        totals.take(NET, (turn << 61) % (1 << 63), 1e14, 3600 * turn)
        assert orjson.dumps(totals.as_stored())
