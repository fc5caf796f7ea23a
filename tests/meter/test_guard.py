"""Test what a counter may and may not do before it is believed."""

from collections.abc import Iterable
import json

import pytest

from custom_components.meter_bridge.bridges.obis import VOLUME
from custom_components.meter_bridge.meter.counter import (
    HELD_READINGS,
    HELD_SECONDS,
    HELD_SECONDS_AT_ZERO,
)
from custom_components.meter_bridge.meter.guard import Guard, Verdict

IMPORTED, EXPORTED = "1.8.0", "2.8.0"
NOW = 1_800_000_000.0
LEVEL = 10_526_027


def started(level: float = LEVEL) -> Guard:
    """Return a guard that believes this import energy."""
    guard = Guard(max_power=100_000)
    assert guard.judge({IMPORTED: level}, NOW) == Verdict(values={IMPORTED: level})
    return guard


def shown(guard: Guard, values: Iterable[float], step: float) -> list[float]:
    """Judge one value after another and return what is shown of them."""
    return [
        guard.judge({IMPORTED: value}, NOW + step * count).values[IMPORTED]
        for count, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize("wrong", [0, -1, LEVEL - 1, LEVEL * 10, LEVEL + 10**9])
def test_one_wrong_reading_is_not_shown(wrong: float) -> None:
    """A drop, a zero or a jump leaves the last believed value standing."""
    values = shown(started(), [LEVEL + 1, wrong, LEVEL + 2], 10)
    assert values == [LEVEL + 1, LEVEL + 1, LEVEL + 2]


@pytest.mark.parametrize(
    ("other", "held"),
    [
        (LEVEL - 1001, HELD_SECONDS),
        (5, HELD_SECONDS),
        (LEVEL + 10**9, HELD_SECONDS),
        (0, HELD_SECONDS_AT_ZERO),
    ],
)
@pytest.mark.parametrize("step", [1.0, 10.0, 60.0, 3600.0])
def test_a_level_that_holds_is_believed_and_told_once(
    other: float, held: float, step: float
) -> None:
    """A replaced meter is believed after its time and readings, and reported once."""
    guard = started()
    due = max(HELD_READINGS, int(held / step) + 1)
    verdicts = [
        guard.judge({IMPORTED: other}, NOW + step * count)
        for count in range(1, due + 10)
    ]
    for at, verdict in enumerate(verdicts, 1):
        assert verdict.values == {IMPORTED: LEVEL if at < due else other}
        assert verdict.restarted == ((IMPORTED,) if at == due else ())


def test_a_new_level_may_count_while_it_waits() -> None:
    """A replaced meter that counts holds its level, and goes on from where it is."""
    guard = started()
    values = shown(guard, range(5, 80), 10)
    assert values == [LEVEL] * 60 + list(range(65, 80))


def test_zero_has_to_hold_longer() -> None:
    """A starting bridge that says zero for half an hour costs nothing."""
    guard = started()
    assert set(shown(guard, [0] * 180, 10)) == {LEVEL}
    verdict = guard.judge({IMPORTED: LEVEL + 900}, NOW + 1810)
    assert verdict == Verdict(values={IMPORTED: LEVEL + 900})


def test_a_new_meter_may_start_at_zero() -> None:
    """Zero, then the first Wh: that is believed as soon as it has held."""
    guard = started()
    assert set(shown(guard, [0] * 60, 10)) == {LEVEL}
    verdict = guard.judge({IMPORTED: 1}, NOW + 610)
    assert verdict == Verdict(values={IMPORTED: 1}, restarted=(IMPORTED,))


def test_a_negative_counter_is_never_believed() -> None:
    """However long it holds, a counter below zero is no counter."""
    assert set(shown(started(), [-1] * 1000, 60)) == {LEVEL}
    guard = Guard(max_power=100_000)
    for at in range(1000):
        assert guard.judge({IMPORTED: -5}, NOW + 60 * at) == Verdict(values={})


def test_a_suspect_that_wobbles_is_not_believed() -> None:
    """Readings that contradict each other hold no level, whatever their number."""
    assert set(shown(started(), [500, 400] * 500, 60)) == {LEVEL}
    assert set(shown(started(), [0, 10**9] * 500, 60)) == {LEVEL}


def test_a_good_reading_forgets_the_suspect() -> None:
    """Garbage between good readings never adds up."""
    values = shown(started(), [5, 5, 5, LEVEL] * 300, 60)
    assert set(values) == {LEVEL}


def test_growth_is_limited_by_the_connection() -> None:
    """A counter grows by what the connection carries since the last reading."""
    for silence, most in ((0, 1000), (36, 2000), (900, 26_000), (86_400, 26_000)):
        guard = started()
        assert shown(guard, [LEVEL + most], silence) == [LEVEL + most]
        guard = started()
        assert shown(guard, [LEVEL + most + 1], silence) == [LEVEL]


@pytest.mark.parametrize("grown", [1001, 24_000])
def test_much_at_once_has_to_be_said_again(grown: float) -> None:
    """A leap that the connection could carry in a quarter of an hour needs no time."""
    guard = started()
    values = [LEVEL + grown] * 4 + [LEVEL + grown + 1]
    assert shown(guard, values, 0) == [LEVEL] * 4 + [LEVEL + grown + 1]


@pytest.mark.parametrize("grown", [1001, 25_000, 10**6])
def test_one_leap_is_not_shown(grown: float) -> None:
    """A leap that four readings say and a fifth does not has never been."""
    values = [LEVEL + grown] * 4 + [LEVEL + 1]
    assert shown(started(), values, 0) == [LEVEL] * 4 + [LEVEL + 1]


def test_after_a_year_growth_is_growth() -> None:
    """A long outage is no replaced meter: five readings of it are enough."""
    guard, later = started(), NOW + 365 * 86_400
    verdicts = [
        guard.judge({IMPORTED: LEVEL + 5_000_000 + count}, later + count)
        for count in range(5)
    ]
    for verdict in verdicts[:-1]:
        assert verdict == Verdict(values={IMPORTED: LEVEL})
    assert verdicts[-1] == Verdict(values={IMPORTED: LEVEL + 5_000_004})


def test_gas_has_a_limit_of_its_own() -> None:
    """Volume is judged in m³ of a household's pipe, not in watts."""
    guard = Guard(max_power=100_000)
    for value, seen in ((4711.018, 4711.018), (4712.018, 4712.018), (4714, 4712.018)):
        assert guard.judge({VOLUME: value}, NOW).values == {VOLUME: seen}
    assert guard.judge({VOLUME: 4738}, NOW + 900).values == {VOLUME: 4738}


def test_each_value_is_judged_alone() -> None:
    """Beside a bad total everything else goes through, unknown codes too."""
    guard = Guard(max_power=100_000)
    good = {IMPORTED: 100, EXPORTED: 50, "16.7.0": 321, "16.8.0": 50, "99.0.0": 1}
    assert guard.judge(good, NOW).values == good
    bad = {IMPORTED: 0, EXPORTED: 51, "16.7.0": -4000, "16.8.0": -7, "99.0.0": -1}
    assert guard.judge(bad, NOW + 1).values == bad | {IMPORTED: 100}
    assert bad[IMPORTED] == 0


def test_a_missing_counter_stays_missing() -> None:
    """A value that was not sent is not made up from the one believed."""
    guard = started()
    assert guard.judge({}, NOW + 1) == Verdict(values={})
    assert guard.judge({EXPORTED: 5}, NOW + 2) == Verdict(values={EXPORTED: 5})
    assert guard.judge({IMPORTED: 5}, NOW + 3).values == {IMPORTED: LEVEL}


def test_a_first_zero_alone_waits() -> None:
    """With nothing but zeros the meter may not be read yet, or be brand new."""
    guard = Guard(max_power=100_000)
    verdicts = [
        guard.judge({IMPORTED: 0, EXPORTED: 0, "16.7.0": 321}, NOW + 60 * at)
        for at in range(61)
    ]
    for verdict in verdicts[:-1]:
        assert verdict == Verdict(values={"16.7.0": 321})
    # It had no level before, so this is no replaced meter.
    assert verdicts[-1] == Verdict(values={IMPORTED: 0, EXPORTED: 0, "16.7.0": 321})


def test_a_first_zero_beside_a_counter_counts() -> None:
    """A household that never exported has a zero; zero is a reading."""
    values = {IMPORTED: LEVEL, EXPORTED: 0}
    assert Guard(max_power=100_000).judge(values, NOW).values == values


def test_a_first_zero_ends_with_the_first_count() -> None:
    """Any first value above zero is believed."""
    guard = Guard(max_power=100_000)
    assert guard.judge({IMPORTED: 0}, NOW).values == {}
    assert guard.judge({IMPORTED: 0.1}, NOW + 1).values == {IMPORTED: 0.1}


def test_what_was_believed_survives_a_restart() -> None:
    """A zero right after the restart is judged by what was stored before."""
    guard = started()
    stored = json.loads(json.dumps(guard.as_stored()))
    again = Guard(max_power=100_000)
    again.restore(stored, is_orderly=True)
    assert again.as_stored() == guard.as_stored()
    for value, seen in ((0, LEVEL), (LEVEL + 500, LEVEL + 500)):
        verdict = again.judge({IMPORTED: value, EXPORTED: 7}, NOW + 60)
        assert verdict == Verdict(values={IMPORTED: seen, EXPORTED: 7})


def test_what_was_stored_before_a_crash_is_not_shown() -> None:
    """More may have been recorded than was stored: a level judges, and no more."""
    guard = Guard(max_power=100_000)
    guard.restore({IMPORTED: [LEVEL, NOW]})
    for at, value in enumerate((0, LEVEL - 1, -1)):
        assert guard.judge({IMPORTED: value}, NOW + 61 + at) == Verdict(values={})
    verdict = guard.judge({IMPORTED: LEVEL + 500}, NOW + 70)
    assert verdict == Verdict(values={IMPORTED: LEVEL + 500})
    assert guard.judge({IMPORTED: 0}, NOW + 9000).values == {IMPORTED: LEVEL + 500}


def test_a_suspect_is_not_stored() -> None:
    """Only what is believed is kept; a counter without a level has nothing."""
    guard = started()
    guard.judge({IMPORTED: 5, EXPORTED: -1}, NOW + 1)
    assert guard.as_stored() == {IMPORTED: [LEVEL, NOW, LEVEL, LEVEL]}


def test_a_code_that_is_gone_is_forgotten() -> None:
    """What an older version stored under another name does no harm."""
    guard = Guard(max_power=100_000)
    guard.restore({"gone": [5, NOW], IMPORTED: [LEVEL, NOW]})
    assert guard.as_stored() == {IMPORTED: [LEVEL, NOW, LEVEL, LEVEL]}


@pytest.mark.parametrize("leap", [-86_400 * 365 * 20, -3600, 3600, 86_400 * 365 * 20])
def test_a_clock_that_is_set_does_not_stop_a_counter(leap: float) -> None:
    """When the host's clock steps, a counter goes on counting."""
    guard = started()
    for count in range(1, 20):
        now = NOW + 10 * count + (leap if 5 < count < 15 else 0)
        value = LEVEL + count
        assert guard.judge({IMPORTED: value}, now) == Verdict(values={IMPORTED: value})
    assert guard.judge({IMPORTED: 0}, NOW).values == {IMPORTED: LEVEL + 19}


@pytest.mark.parametrize("wrong", [0, LEVEL // 2])
def test_a_clock_set_forward_makes_no_time_pass(wrong: float) -> None:
    """A host that learns the time while its bridge starts believes nothing early."""
    guard = started()
    values = shown(guard, [wrong] * 5, 10)
    later = NOW + 86_400
    for count in range(5):
        verdict = guard.judge({IMPORTED: wrong}, later + 10 * count)
        values.append(verdict.values[IMPORTED])
        assert not verdict.restarted
    assert set(values) == {LEVEL}


def test_a_clock_set_back_does_not_hold_a_new_meter_off() -> None:
    """A replaced meter is believed in time even if the clock steps back meanwhile."""
    guard = started()
    shown(guard, [5] * 4, 60)
    earlier = NOW - 86_400 * 30
    verdicts = [guard.judge({IMPORTED: 5}, earlier + 60 * at) for at in range(8)]
    assert verdicts[-2].values == {IMPORTED: LEVEL}
    assert verdicts[-1] == Verdict(values={IMPORTED: 5}, restarted=(IMPORTED,))
