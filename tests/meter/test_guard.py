"""Test when the guard believes a counter, and when it holds it back."""

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
LEVEL = 11_743_027


def started(level: float = LEVEL) -> Guard:
    """Return a guard that believes this level of import energy."""
    guard = Guard(max_power=100_000)
    assert guard.judge({IMPORTED: level}, NOW) == Verdict(values={IMPORTED: level})
    return guard


def shown(guard: Guard, values: Iterable[float], step: float) -> list[float]:
    """Judge values one after another; return those that are shown."""
    return [
        guard.judge({IMPORTED: value}, NOW + step * count).values[IMPORTED]
        for count, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize("wrong", [0, -1, LEVEL - 1, LEVEL * 10, LEVEL + 10**9])
def test_one_wrong_reading_is_not_shown(wrong: float) -> None:
    """After a drop, a zero or a jump, the last believed value is still shown."""
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
    """A new level is believed after enough time and readings, and reported once."""
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
    """The new level may grow while it lasts, and is believed as it is then."""
    guard = started()
    values = shown(guard, range(5, 80), 10)
    assert values == [LEVEL] * 60 + list(range(65, 80))


def test_zero_has_to_hold_longer() -> None:
    """Zero for half an hour, as from a bridge that starts, is not believed."""
    guard = started()
    assert set(shown(guard, [0] * 180, 10)) == {LEVEL}
    verdict = guard.judge({IMPORTED: LEVEL + 900}, NOW + 1810)
    assert verdict == Verdict(values={IMPORTED: LEVEL + 900})


def test_a_new_meter_may_start_at_zero() -> None:
    """A new meter that counts its first Wh from zero is believed once that lasted."""
    guard = started()
    assert set(shown(guard, [0] * 60, 10)) == {LEVEL}
    verdict = guard.judge({IMPORTED: 1}, NOW + 610)
    assert verdict == Verdict(values={IMPORTED: 1}, restarted=(IMPORTED,))


def test_a_negative_counter_is_never_believed() -> None:
    """A negative counter is never believed, however long it lasts."""
    assert set(shown(started(), [-1] * 1000, 60)) == {LEVEL}
    guard = Guard(max_power=100_000)
    for at in range(1000):
        assert guard.judge({IMPORTED: -5}, NOW + 60 * at) == Verdict(values={})


def test_a_suspect_that_wobbles_is_not_believed() -> None:
    """Readings that contradict each other are never believed, however many."""
    assert set(shown(started(), [500, 400] * 500, 60)) == {LEVEL}
    assert set(shown(started(), [0, 10**9] * 500, 60)) == {LEVEL}


def test_a_good_reading_forgets_the_suspect() -> None:
    """Wrong readings between good ones are never believed."""
    values = shown(started(), [5, 5, 5, LEVEL] * 300, 60)
    assert set(values) == {LEVEL}


def test_growth_is_limited_by_the_connection() -> None:
    """Growth is limited by what the connection can carry since the last reading."""
    for silence, most in ((0, 1000), (36, 2000), (900, 26_000), (86_400, 26_000)):
        guard = started()
        assert shown(guard, [LEVEL + most], silence) == [LEVEL + most]
        guard = started()
        assert shown(guard, [LEVEL + most + 1], silence) == [LEVEL]


@pytest.mark.parametrize("grown", [1001, 24_000])
def test_much_at_once_has_to_be_said_again(grown: float) -> None:
    """A leap that the connection carries in 15 minutes needs readings, but no time."""
    guard = started()
    values = [LEVEL + grown] * 4 + [LEVEL + grown + 1]
    assert shown(guard, values, 0) == [LEVEL] * 4 + [LEVEL + grown + 1]


@pytest.mark.parametrize("grown", [1001, 25_000, 10**6])
def test_one_leap_is_not_shown(grown: float) -> None:
    """A leap that only four readings repeat is never shown."""
    values = [LEVEL + grown] * 4 + [LEVEL + 1]
    assert shown(started(), values, 0) == [LEVEL] * 4 + [LEVEL + 1]


def test_after_a_year_growth_is_growth() -> None:
    """Growth during a long outage is believed after five readings: no new meter."""
    guard, later = started(), NOW + 365 * 86_400
    verdicts = [
        guard.judge({IMPORTED: LEVEL + 5_000_000 + count}, later + count)
        for count in range(5)
    ]
    for verdict in verdicts[:-1]:
        assert verdict == Verdict(values={IMPORTED: LEVEL})
    assert verdicts[-1] == Verdict(values={IMPORTED: LEVEL + 5_000_004})


def test_gas_has_a_limit_of_its_own() -> None:
    """Volume has a limit of its own, in m³/h of a household's connection."""
    guard = Guard(max_power=100_000)
    for value, seen in ((4711.018, 4711.018), (4712.018, 4712.018), (4714, 4712.018)):
        assert guard.judge({VOLUME: value}, NOW).values == {VOLUME: seen}
    assert guard.judge({VOLUME: 4738}, NOW + 900).values == {VOLUME: 4738}


def test_each_value_is_judged_alone() -> None:
    """Beside a wrong total, all other values are shown, also of unknown codes."""
    guard = Guard(max_power=100_000)
    good = {IMPORTED: 100, EXPORTED: 50, "16.7.0": 321, "16.8.0": 50, "99.0.0": 1}
    assert guard.judge(good, NOW).values == good
    bad = {IMPORTED: 0, EXPORTED: 51, "16.7.0": -4000, "16.8.0": -7, "99.0.0": -1}
    assert guard.judge(bad, NOW + 1).values == bad | {IMPORTED: 100}
    assert bad[IMPORTED] == 0


def test_a_missing_counter_stays_missing() -> None:
    """A counter that was not sent is not replaced by its believed level."""
    guard = started()
    assert guard.judge({}, NOW + 1) == Verdict(values={})
    assert guard.judge({EXPORTED: 5}, NOW + 2) == Verdict(values={EXPORTED: 5})
    assert guard.judge({IMPORTED: 5}, NOW + 3).values == {IMPORTED: LEVEL}


def test_a_first_zero_alone_waits() -> None:
    """If all counters are zero, they wait: the meter may not have been read yet."""
    guard = Guard(max_power=100_000)
    verdicts = [
        guard.judge({IMPORTED: 0, EXPORTED: 0, "16.7.0": 321}, NOW + 60 * at)
        for at in range(61)
    ]
    for verdict in verdicts[:-1]:
        assert verdict == Verdict(values={"16.7.0": 321})
    # There was no level before, so no meter was replaced.
    assert verdicts[-1] == Verdict(values={IMPORTED: 0, EXPORTED: 0, "16.7.0": 321})


def test_a_first_zero_beside_a_counter_counts() -> None:
    """A first zero beside another counter above zero is believed at once."""
    values = {IMPORTED: LEVEL, EXPORTED: 0}
    assert Guard(max_power=100_000).judge(values, NOW).values == values


def test_a_first_zero_ends_with_the_first_count() -> None:
    """After a first zero, any value above zero is believed at once."""
    guard = Guard(max_power=100_000)
    assert guard.judge({IMPORTED: 0}, NOW).values == {}
    assert guard.judge({IMPORTED: 0.1}, NOW + 1).values == {IMPORTED: 0.1}


def test_what_was_believed_survives_a_restart() -> None:
    """A zero right after a restart is judged by the stored level."""
    guard = started()
    stored = json.loads(json.dumps(guard.as_stored()))
    again = Guard(max_power=100_000)
    again.restore(stored, is_orderly=True)
    assert again.as_stored() == guard.as_stored()
    for value, seen in ((0, LEVEL), (LEVEL + 500, LEVEL + 500)):
        verdict = again.judge({IMPORTED: value, EXPORTED: 7}, NOW + 60)
        assert verdict == Verdict(values={IMPORTED: seen, EXPORTED: 7})


def test_what_was_stored_before_a_crash_is_not_shown() -> None:
    """A level stored before a crash is not shown: a higher one may be recorded."""
    guard = Guard(max_power=100_000)
    guard.restore({IMPORTED: [LEVEL, NOW]})
    for at, value in enumerate((0, LEVEL - 1, -1)):
        assert guard.judge({IMPORTED: value}, NOW + 61 + at) == Verdict(values={})
    verdict = guard.judge({IMPORTED: LEVEL + 500}, NOW + 70)
    assert verdict == Verdict(values={IMPORTED: LEVEL + 500})
    assert guard.judge({IMPORTED: 0}, NOW + 9000).values == {IMPORTED: LEVEL + 500}


def test_a_suspect_is_not_stored() -> None:
    """Only believed levels are stored."""
    guard = started()
    guard.judge({IMPORTED: 5, EXPORTED: -1}, NOW + 1)
    assert guard.as_stored() == {IMPORTED: [LEVEL, NOW, LEVEL, LEVEL]}


def test_a_code_that_is_gone_is_forgotten() -> None:
    """A stored code that is no longer a counter is ignored."""
    guard = Guard(max_power=100_000)
    guard.restore({"gone": [5, NOW], IMPORTED: [LEVEL, NOW]})
    assert guard.as_stored() == {IMPORTED: [LEVEL, NOW, LEVEL, LEVEL]}


@pytest.mark.parametrize("leap", [-86_400 * 365 * 20, -3600, 3600, 86_400 * 365 * 20])
def test_a_clock_that_is_set_does_not_stop_a_counter(leap: float) -> None:
    """A counter is still believed after the host's clock was changed."""
    guard = started()
    for count in range(1, 20):
        now = NOW + 10 * count + (leap if 5 < count < 15 else 0)
        value = LEVEL + count
        assert guard.judge({IMPORTED: value}, now) == Verdict(values={IMPORTED: value})
    assert guard.judge({IMPORTED: 0}, NOW).values == {IMPORTED: LEVEL + 19}


@pytest.mark.parametrize("wrong", [0, LEVEL // 2])
def test_a_clock_set_forward_makes_no_time_pass(wrong: float) -> None:
    """If the host's clock is set forward, no new level is believed too early."""
    guard = started()
    values = shown(guard, [wrong] * 5, 10)
    later = NOW + 86_400
    for count in range(5):
        verdict = guard.judge({IMPORTED: wrong}, later + 10 * count)
        values.append(verdict.values[IMPORTED])
        assert not verdict.restarted
    assert set(values) == {LEVEL}


def test_a_clock_set_back_does_not_hold_a_new_meter_off() -> None:
    """If the host's clock is set back, a replaced meter is still believed in time."""
    guard = started()
    shown(guard, [5] * 4, 60)
    earlier = NOW - 86_400 * 30
    verdicts = [guard.judge({IMPORTED: 5}, earlier + 60 * at) for at in range(8)]
    assert verdicts[-2].values == {IMPORTED: LEVEL}
    assert verdicts[-1] == Verdict(values={IMPORTED: 5}, restarted=(IMPORTED,))
