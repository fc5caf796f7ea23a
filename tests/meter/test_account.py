"""Test which readings are accepted, for how long, and what a restart keeps."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.meter_bridge.bridges.snapshot import Medium, Meter, Reading
from tests.support.accounts import Accounts, Taken

NOW = 1_800_000_000.0
TIME = datetime(2026, 11, 1, 12, tzinfo=UTC)
STALE_AFTER = 120.0
POWER, IMPORTED = "16.7.0", "1.8.0"
LEVEL = 11_743_027


def reading(
    power: float, seconds: float | None = None, token: Hashable = None
) -> Reading:
    """Return a reading of net power, taken this many seconds after noon."""
    return Reading(
        values={POWER: power},
        time=None if seconds is None else TIME + timedelta(seconds=seconds),
        token=token,
    )


class Meters:
    """Accounts of meters, and a clock."""

    def __init__(self) -> None:
        """Start with nothing read yet."""
        self.accounts = Accounts(stale_after=STALE_AFTER)
        # A monotonic clock may start at any value, also at zero.
        self.clock = 0.0

    def enter(self, taken: Reading, after: float = 1) -> Taken:
        """Take a reading this many seconds after the one before."""
        self.clock += after
        return self.accounts.take(taken, now=NOW + self.clock, clock=self.clock)

    def power(self, taken: Reading, after: float = 1) -> float | None:
        """Take a reading; return the power that is shown, None for a stale one."""
        entry = self.enter(taken, after)
        assert entry.is_fresh == bool(entry.values)
        return entry.values.get(POWER)


@pytest.fixture
def meters() -> Meters:
    """Return meters that have not been read."""
    return Meters()


@pytest.mark.parametrize(
    "taken", [reading(0), reading(0, -86_400), reading(0, token=("live", "a"))]
)
def test_the_first_reading_counts(meters: Meters, taken: Reading) -> None:
    """The first reading is accepted, whatever its time."""
    assert meters.enter(taken) == Taken(values={POWER: 0}, is_fresh=True)


def test_an_older_reading_is_dropped(meters: Meters) -> None:
    """A replay changes nothing, and the next newer reading is accepted."""
    assert meters.power(reading(1, 10)) == 1
    assert meters.power(reading(2, 5)) == 1
    assert meters.power(reading(3, 9.999)) == 1
    assert meters.power(reading(4, 11)) == 4


def test_a_replay_is_no_sign_of_life(meters: Meters) -> None:
    """Replayed readings do not keep a meter fresh."""
    meters.enter(reading(1, 10))
    for _ in range(12):
        assert meters.power(reading(2, 5), after=10) == 1
    assert meters.power(reading(2, 5), after=1) is None
    assert meters.power(reading(3, 12)) == 3


def test_a_counter_of_a_replay_is_not_judged(meters: Meters) -> None:
    """Replayed counters are neither shown nor taken for a new level."""
    for count in range(1000):
        new, old = (
            Reading(values={IMPORTED: LEVEL + add}, time=TIME + timedelta(seconds=at))
            for add, at in ((count, count + 100), (count - 9, count))
        )
        assert meters.enter(new).values == {IMPORTED: LEVEL + count}
        assert meters.enter(old) == Taken(
            values={IMPORTED: LEVEL + count}, is_fresh=True
        )


def test_a_clock_set_back_is_followed_in_the_end(meters: Meters) -> None:
    """Readings that continue from an earlier time are accepted after a while."""
    assert meters.power(reading(1, 3600)) == 1
    for count in range(3):
        assert meters.power(reading(2, 10 * count), after=10) == 1
    assert meters.power(reading(3, 30), after=10) == 3
    assert meters.power(reading(4, 40), after=10) == 4


def test_few_readings_set_no_clock_back(meters: Meters) -> None:
    """Time is not enough: even with hours in between, it takes three readings."""
    meters.enter(reading(1, 36_000))
    for count in range(2):
        assert meters.power(reading(2, 3600 * count), after=3600) is None
    assert meters.power(reading(2, 3600 * 2), after=3600) == 2


def test_old_readings_at_once_set_no_clock_back(meters: Meters) -> None:
    """Readings are not enough: many older ones within 30 seconds are a replay."""
    meters.enter(reading(1, 36_000))
    for count in range(30):
        assert meters.power(reading(2, count)) == 1
    assert meters.power(reading(2, 30)) == 2


def test_a_replay_again_and_again_sets_no_clock_back(meters: Meters) -> None:
    """An old reading that is repeated remains a replay; so do falling times."""
    meters.enter(reading(1, 36_000))
    for _ in range(100):
        assert meters.power(reading(2, 5), after=60) != 2
    for count in range(100):
        assert meters.power(reading(2, -count), after=60) != 2


@pytest.mark.parametrize("ahead", [700, 3600, 86_400 * 365 * 20])
def test_one_reading_from_the_future_holds_nothing_up(
    meters: Meters, ahead: float
) -> None:
    """After a single reading far in the future, the next ones are no replays."""
    assert meters.power(reading(1, 10)) == 1
    assert meters.power(reading(2, 10 + ahead)) == 2
    for _ in range(10):
        # Polling the same reading again is no second reading.
        assert meters.power(reading(2, 10 + ahead)) == 2
    for count in range(10):
        assert meters.power(reading(3, 30 + count), after=10) == 3
        assert meters.power(reading(4, 29 + count)) == 3


def test_a_clock_set_forward_is_followed(meters: Meters) -> None:
    """From its second reading on, a later time is the meter's new time."""
    for count, time in enumerate((10, 7210, 7211, 7220)):
        assert meters.power(reading(count, time)) == count
    assert meters.power(reading(9, 30)) == 3
    # After a night without readings, a later time is no leap of the clock.
    assert meters.power(reading(5, 7220 + 36_000), after=36_000) == 5
    assert meters.power(reading(9, 7300)) == 5


def test_a_newer_reading_ends_the_suspicion(meters: Meters) -> None:
    """Replays between good readings never count as a clock that was set back."""
    for count in range(100):
        assert meters.power(reading(1, 3600 + count), after=10) == 1
        assert meters.power(reading(2, count), after=10) == 1


def test_after_a_clock_set_back_replays_are_dropped_again(meters: Meters) -> None:
    """After the clock was set back, readings are compared with its new time."""
    meters.enter(reading(1, 3600))
    for count in range(31):
        meters.enter(reading(2, 10 * count), after=10)
    assert meters.power(reading(3, 250)) == 2
    assert meters.power(reading(4, 310)) == 4


def test_the_same_reading_polled_again_is_not_fresh(meters: Meters) -> None:
    """Without a new reading a meter becomes stale, however often it is polled."""
    meters.enter(reading(1, 10))
    for _ in range(int(STALE_AFTER)):
        assert meters.enter(reading(1, 10)) == Taken(values={POWER: 1}, is_fresh=True)
    assert meters.enter(reading(1, 10)) == Taken(values={}, is_fresh=False)
    assert meters.enter(reading(1, 11)) == Taken(values={POWER: 1}, is_fresh=True)


def test_a_token_tells_readings_apart(meters: Meters) -> None:
    """Another token means a new reading, even if the time is the same."""
    for count in range(50):
        assert meters.power(reading(1, 10, token=count), after=60) == 1
    for count in range(50):
        assert meters.power(reading(1, token=count), after=60) == 1
    assert meters.power(reading(1, token=49), after=60) == 1
    assert meters.power(reading(1, token=49), after=61) is None


def test_two_readings_may_share_their_time(meters: Meters) -> None:
    """Other values mean a new reading, even in the same second."""
    for count in range(50):
        assert meters.power(reading(count, 10, token="a"), after=60) == count
    assert meters.power(reading(49, 10, token="a"), after=121) is None


def test_without_time_and_token_the_values_tell(meters: Meters) -> None:
    """Without time and token, a meter is fresh as long as its values change."""
    for count in range(50):
        assert meters.power(reading(count), after=60) == count
    assert meters.power(reading(49), after=120) == 49
    assert meters.power(reading(49), after=1) is None
    assert meters.power(reading(0), after=1) == 0


def test_values_are_told_apart_as_they_were_sent(meters: Meters) -> None:
    """A reading whose counter is held back is still a new reading."""
    for values in ([LEVEL, 0], [5, 0] * 20):
        for value in values:
            entry = meters.enter(Reading(values={IMPORTED: value}), after=60)
            assert entry == Taken(values={IMPORTED: LEVEL}, is_fresh=True)


def test_a_reading_may_lose_its_time(meters: Meters) -> None:
    """Readings without a time are accepted in the order of arrival."""
    assert meters.power(reading(1, 10)) == 1
    assert meters.power(reading(2)) == 2
    assert meters.power(reading(3, 5)) == 3


def test_each_meter_is_judged_alone(meters: Meters) -> None:
    """Two meters are judged independently: times, counters and staleness."""
    gas = Meter(key="gas", medium=Medium.GAS, stale_after=86_400)
    first = Reading(values={"3.0.0": 4711.018}, time=TIME, meter=gas)
    meters.enter(Reading(values={IMPORTED: LEVEL}, time=TIME + timedelta(hours=1)))
    assert meters.enter(first).values == {"3.0.0": 4711.018}
    assert meters.enter(first, after=80_000).is_fresh
    assert not meters.enter(
        Reading(values={IMPORTED: LEVEL}, time=TIME + timedelta(hours=1))
    ).is_fresh
    assert not meters.enter(first, after=6400).is_fresh
    later = Reading(values={"3.0.0": 0}, time=TIME + timedelta(hours=2), meter=gas)
    assert meters.enter(later).values == {"3.0.0": 4711.018}


def test_a_replaced_meter_is_told_once(meters: Meters) -> None:
    """A counter that starts anew is reported only with the reading that it does so."""
    meters.enter(Reading(values={IMPORTED: LEVEL}, token=0))
    told = [
        meters.enter(Reading(values={IMPORTED: 5}, token=count), after=60).restarted
        for count in range(1, 30)
    ]
    assert [each for each in told if each] == [(IMPORTED,)]
    # Polling the same reading again does not report it again.
    again = Reading(values={IMPORTED: 5}, token=29)
    assert meters.enter(again) == Taken(values={IMPORTED: 5}, is_fresh=True)


def test_counters_survive_a_restart(meters: Meters) -> None:
    """After a restart, readings are judged by the restored counters of each meter."""
    water = Meter(key="volume_1_7", medium=Medium.VOLUME)
    meters.enter(Reading(values={IMPORTED: LEVEL, POWER: 321}))
    meters.enter(Reading(values={"3.0.0": 4711.018}, meter=water))
    stored = json.loads(json.dumps(meters.accounts.as_stored()))
    assert {meter: known["counters"] for meter, known in stored.items()} == {
        "": {IMPORTED: [LEVEL, NOW + 1, LEVEL, LEVEL]},
        "volume_1_7": {"3.0.0": [4711.018, NOW + 2, 4711.018, 4711.018]},
    }
    after = Meters()
    after.accounts.restore(stored, is_orderly=True)
    assert after.accounts.as_stored() == stored
    first = Reading(values={IMPORTED: 0, POWER: 320})
    assert after.enter(first).values == {IMPORTED: LEVEL, POWER: 320}
    drop = Reading(values={"3.0.0": 1}, meter=water)
    assert after.enter(drop).values == {"3.0.0": 4711.018}


def test_what_is_restored_is_not_shown(meters: Meters) -> None:
    """A restored level is no reading: it is not shown, and the meter is not fresh."""
    meters.accounts.restore({"": {"counters": {IMPORTED: [LEVEL, NOW]}}})
    assert meters.enter(reading(321)) == Taken(values={POWER: 321}, is_fresh=True)


def test_a_meter_without_values_is_read(meters: Meters) -> None:
    """A reading without values is a reading: the meter is fresh and shows nothing."""
    empty = Reading(values={}, time=TIME)
    assert meters.enter(empty) == Taken(values={}, is_fresh=True)
    assert meters.enter(empty, after=121) == Taken(values={}, is_fresh=False)
