"""Test for how long a reading stands, by how often its meter is read."""

from collections.abc import Iterable
from itertools import accumulate
from random import Random

import pytest

from custom_components.meter_bridge.bridges.snapshot import Meter, Reading
from custom_components.meter_bridge.meter.rhythm import Rhythm
from tests.support.accounts import Accounts

NOW = 1_800_000_000.0
USUAL, FLOOR, CEILING = 300.0, 60.0, 5400.0


def rhythm_of(intervals: Iterable[float]) -> Rhythm:
    """Return the rhythm of a meter with these intervals, one after the other."""
    rhythm, now = Rhythm(), NOW
    for seconds in intervals:
        now += seconds
        rhythm.add(seconds, now)
    return rhythm


def limit(*intervals: float) -> float:
    """Return for how long a reading stands after these intervals."""
    return rhythm_of(intervals).limit(USUAL, FLOOR, CEILING)


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        ([], 300),
        ([1], 300),
        ([1, 1, 1, 1], 300),
        ([301], 300),
        ([301, 301], 5400),
        ([301, 300], 300),
        ([300, 301, 900, 900], 300),
        ([900, 301, 1, 1], 5400),
        ([1] * 5, 60),
        ([20] * 5, 100),
        ([900] * 5, 4500),
        ([3000] * 5, 5400),
        # One outage says nothing; two in an hour say that the meter may be that slow.
        ([20, 20, 20, 20, 900], 100),
        ([20, 20, 20, 900, 901], 4500),
        ([20, 20, 900, 20, 20, 800, *[20] * 60], 4000),
        ([900, 900, *[20] * 200], 100),
        # Where an hour has fewer than six intervals, the last six count.
        ([1000, 1000, 900, 900, 900, 900, 900, 900], 4500),
        ([1000, 1000, 900, 900, 900, 900], 5000),
    ],
)
def test_limit(intervals: list[float], seconds: float) -> None:
    """It is five times the second-longest interval, within floor and ceiling."""
    assert limit(*intervals) == seconds


def test_it_is_the_second_longest_of_all() -> None:
    """However intervals vary, what is kept tells the same as all of them would."""
    random = Random(15)  # noqa: S311
    for _ in range(40):
        most = random.choice([5, 60, 400, 2000])
        intervals = [round(random.uniform(0, most), 1) for _ in range(300)]
        ends = list(accumulate(intervals, initial=NOW))[1:]
        pairs = list(zip(ends, intervals, strict=True))
        window = [each for end, each in pairs if end > ends[-1] - 3600]
        window = max(window, intervals[-6:], key=len)
        second = sorted(window)[-2]
        assert rhythm_of(intervals).limit(0, 0, 1e9) == pytest.approx(5 * second)


def test_it_survives_a_restart() -> None:
    """What is stored tells the same limit, also before the rhythm is known."""
    for count in (0, 2, 4, 5, 30):
        rhythm = rhythm_of([301 + number for number in range(count)])
        again = Rhythm()
        again.restore(rhythm.as_stored())
        limits = (USUAL, FLOOR, CEILING)
        assert again.limit(*limits) == rhythm.limit(*limits)


def test_little_is_kept() -> None:
    """A meter that is read every second for a day fills no memory."""
    random = Random(7)  # noqa: S311
    rhythm = rhythm_of(random.uniform(0.5, 1.5) for _ in range(10_000))
    assert len(rhythm.as_stored()) < 40
    rhythm = rhythm_of(10 - number / 1000 for number in range(10_000))
    assert len(rhythm.as_stored()) < 150


def test_a_clock_that_was_set_back_keeps_nothing_for_ever() -> None:
    """An interval that ends in the future is no interval of the last hour."""
    rhythm = Rhythm()
    for end in (NOW + 1e9, NOW + 1e9 + 900):
        rhythm.add(900, end)
    for number in range(7):
        rhythm.add(20, NOW + 20 * number)
    assert rhythm.limit(USUAL, FLOOR, CEILING) == 100


@pytest.mark.parametrize(
    ("own", "age", "is_fresh"),
    [(None, 100, True), (None, 101, False), (7200, 7200, True), (7200, 7201, False)],
)
def test_a_reading_stands_for_as_long(
    own: float | None, age: float, *, is_fresh: bool
) -> None:
    """The rhythm sets the limit of a meter, unless it has one of its own."""
    accounts = Accounts(stale_after=USUAL, stale_within=(FLOOR, CEILING))
    meter = Meter(stale_after=own)

    def take(power: float, clock: float) -> bool:
        reading = Reading(values={"16.7.0": power}, meter=meter)
        return accounts.take(reading, now=NOW + clock, clock=clock).is_fresh

    for number in range(7):
        assert take(number, 20.0 * number)
    assert take(6, 120.0 + age) is is_fresh
