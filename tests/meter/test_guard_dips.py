"""Test what is shown and reported of a counter that continues from a lower level."""

import json

import pytest

from custom_components.meter_bridge.bridges.obis import VOLUME
from custom_components.meter_bridge.meter.guard import Guard, Verdict

IMPORTED = "1.8.0"
NOW = 1_800_000_000.0
LEVEL = 11_743_027


def judged(guard: Guard, value: float, seconds: float) -> float:
    """Return the value shown; no meter must be reported as replaced."""
    verdict = guard.judge({IMPORTED: value}, NOW + seconds)
    assert not verdict.restarted
    return verdict.values[IMPORTED]


@pytest.mark.parametrize("dip", [0.1, 1, 999, 1000])
def test_a_small_dip_is_waited_for(dip: float) -> None:
    """A slightly lower total is shown again once it has caught up, without a report."""
    guard = Guard(max_power=100_000)
    guard.judge({IMPORTED: LEVEL}, NOW)
    for minute in range(1, 1000):
        value = LEVEL - dip + minute
        assert judged(guard, value, 60 * minute) == max(LEVEL, value)


def test_two_answers_may_round_differently() -> None:
    """A total that alternates between Wh and whole kWh never falls."""
    guard = Guard(max_power=100_000)
    most = 0
    for count in range(2000):
        true = LEVEL + 3 * count
        sent = true if count % 50 < 20 else true // 1000 * 1000
        most = max(most, sent)
        assert judged(guard, sent, 30 * count) == most


def test_a_small_volume_dips_by_cubic_metres() -> None:
    """A fall of a volume by rounding is judged in m³."""
    guard = Guard(max_power=100_000)
    values = [4711.018, *[4711.0] * 60, *[4709.9] * 10]
    verdicts = [
        guard.judge({VOLUME: value}, NOW + 60 * count)
        for count, value in enumerate(values)
    ]
    assert {verdict.values[VOLUME] for verdict in verdicts} == {4711.018}
    assert not any(verdict.restarted for verdict in verdicts)
    verdict = guard.judge({VOLUME: 4709.9}, NOW + 60 * len(values))
    assert verdict == Verdict(values={VOLUME: 4709.9}, restarted=(VOLUME,))


@pytest.mark.parametrize("restart", [False, True])
def test_a_level_that_was_believed_by_mistake_is_waited_out(*, restart: bool) -> None:
    """After a gap, a wrong total 25 kWh too high does not make a replaced meter."""
    guard = Guard(max_power=100_000)
    for minute in range(30):
        assert judged(guard, LEVEL + minute, 60 * minute) == LEVEL + minute
    assert judged(guard, LEVEL + 25_000, 3600) == LEVEL + 25_000
    if restart:
        stored = json.loads(json.dumps(guard.as_stored()))
        guard = Guard(max_power=100_000)
        guard.restore(stored, is_orderly=True)
    for minute in range(1, 1000):
        value = LEVEL + 40 * minute
        shown = judged(guard, value, 3600 + 60 * minute)
        assert shown == max(LEVEL + 25_000, value)


def test_what_is_wrong_twice_adds_nothing() -> None:
    """While the true level catches up, another leap is compared with that level."""
    guard = Guard(max_power=100_000)
    judged(guard, LEVEL, 0)
    assert judged(guard, LEVEL + 20_000, 900) == LEVEL + 20_000
    for second in range(1000, 2000, 10):
        assert judged(guard, LEVEL + 10, second) == LEVEL + 20_000
    assert judged(guard, LEVEL + 40_000, 2010) == LEVEL + 20_000
    assert judged(guard, LEVEL + 11, 2020) == LEVEL + 20_000


def test_a_level_that_is_contradicted_is_not_proven() -> None:
    """A wrong level that alternates with true ones never becomes proven."""
    guard = Guard(max_power=100_000)
    judged(guard, LEVEL, 0)
    for count in range(200):
        value = LEVEL + 20_000 * (count % 2 == 0)
        assert judged(guard, value, 900 + 10 * count) == LEVEL + 20_000
    for count in range(100):
        assert judged(guard, LEVEL + 1, 3000 + 10 * count) == LEVEL + 20_000


def test_a_deep_fall_is_a_new_meter_even_beside_a_doubtful_level() -> None:
    """A level below the proven one is another meter, and is reported."""
    guard = Guard(max_power=100_000)
    for minute in range(60):
        judged(guard, LEVEL + 100 * minute, 60 * minute)
    verdicts = [
        guard.judge({IMPORTED: LEVEL - 1001}, NOW + 3600 + 60 * minute)
        for minute in range(11)
    ]
    assert verdicts[-2].values == {IMPORTED: LEVEL + 5900}
    assert verdicts[-1] == Verdict(
        values={IMPORTED: LEVEL - 1001}, restarted=(IMPORTED,)
    )


def test_an_older_store_is_read() -> None:
    """A counter stored by an older version, level and time only, is restored."""
    guard = Guard(max_power=100_000)
    guard.restore({IMPORTED: [LEVEL, NOW]}, is_orderly=True)
    assert guard.as_stored() == {IMPORTED: [LEVEL, NOW, LEVEL, LEVEL]}
    assert judged(guard, 0, 1) == LEVEL
