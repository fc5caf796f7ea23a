"""Coarse counters, numbers of meters, and counters whose unit is wrong."""

from collections.abc import Mapping
from random import Random

import pytest

from custom_components.meter_bridge.bridges.snapshot import Meter, Reading
from custom_components.meter_bridge.meter.trouble import Restart, TroubleKind
from tests.support.accounts import Accounts

IMPORT, EXPORT, NET = "1.8.0", "2.8.0", "16.7.0"
STEP = 30_000


class Home:
    """A meter whose counter takes steps of 30 kWh."""

    def __init__(self, level: int = 4_000_000, step: int = STEP) -> None:
        """Start at this level."""
        self.step = step
        self.is_counted = True
        self.accounts = Accounts(stale_after=3600)
        self.now = 1_800_000_000.0
        self.true, self.level = float(level), level
        self.restarts: list[Restart] = []

    def take(
        self,
        watts: float,
        seconds: float = 10,
        *,
        factor: float = 1,
        serial: str | None = None,
        more: float = 0,
    ) -> Mapping[str, float]:
        """Take one reading, and return the total shown."""
        self.now += seconds
        self.true += watts * seconds / 3600
        values = {
            IMPORT: self.true * factor // self.step * self.step + more,
            EXPORT: 5000.0,
            NET: watts,
        }
        if not self.is_counted:
            del values[IMPORT]
        reading = Reading(values=values, token=self.now, meter=Meter(serial=serial))
        taken = self.accounts.take(reading, now=self.now, clock=self.now)
        if taken.restart:
            self.restarts.append(taken.restart)
        return taken.values

    @property
    def troubles(self) -> list[TroubleKind]:
        """Return what is reported to the owner."""
        return [each.kind for each in self.accounts.meters[""].troubles()]

    def restart(self) -> None:
        """Start Home Assistant anew."""
        stored = self.accounts.as_stored()
        self.accounts = Accounts(stale_after=3600)
        self.accounts.restore(stored, is_orderly=True)


@pytest.mark.parametrize("seconds", [2, 10, 60])
def test_steps_that_power_explains(seconds: float) -> None:
    """30 kW make a step each hour; each is shown at once, also after restarts."""
    home = Home()
    home.take(30_000)
    for _ in range(int(5 * 3600 / seconds)):
        shown = home.take(30_000, seconds)
        assert shown[IMPORT] == home.true // STEP * STEP
        if abs(home.now % 3600 - 1800) < seconds / 2:
            home.restart()
    assert not home.restarts


def test_steps_of_a_counter_that_is_often_missing() -> None:
    """Power explains a step, although two of three readings lack the counter."""
    home = Home()
    home.take(30_000)
    for turn in range(5 * 360):
        home.is_counted = turn % 3 == 0
        shown = home.take(30_000)
        if home.is_counted:
            assert shown[IMPORT] == home.true // STEP * STEP
    assert not home.restarts


def test_a_step_at_night() -> None:
    """A jump is not taken for a step if no power explains it."""
    home = Home()
    for _ in range(400):
        home.take(30_000)
    before = home.take(100)[IMPORT]
    for _ in range(50):
        assert home.take(100, more=STEP)[IMPORT] == before
    assert home.take(100)[IMPORT] == before


def test_too_small_a_step() -> None:
    """A step is not explained if much more energy has flowed."""
    accounts = Accounts(stale_after=3600)
    for turn, level in enumerate([5000.0] * 360 + [7000.0]):
        at = 10.0 * turn
        values = {IMPORT: level, EXPORT: 0.0, NET: 30_000.0}
        reading = Reading(values=values, token=at)
        assert accounts.take(reading, now=at, clock=at).values[IMPORT] == 5000


def test_a_gap_explains_no_more_than_15_minutes() -> None:
    """What flowed between readings that are hours apart is unknown."""
    home = Home()
    for _ in range(3):
        before = home.take(30_000)[IMPORT]
    assert home.take(30_000, 3 * 3600)[IMPORT] == before
    assert home.true // STEP * STEP > before


def test_too_large_a_step() -> None:
    """Ten steps at once are held back, even if power flowed."""
    home = Home()
    for _ in range(300):
        before = home.take(30_000)[IMPORT]
    assert home.take(30_000, more=10 * STEP)[IMPORT] == before


@pytest.mark.parametrize(
    ("factor", "seconds"), [(1000, 10), (100, 60), (1 / 100, 800), (1 / 1000, 800)]
)
def test_a_wrong_scaler_is_noticed(factor: float, seconds: float) -> None:
    """A total that is ten times too large or too small does not fit the power."""
    home = Home(step=10)
    for turn in range(2000):
        watts = (20_000, 90_000)[turn % 2]
        home.take(watts, seconds, factor=factor)
        if home.troubles:
            break
    assert TroubleKind.SCALER_SUSPECT in home.troubles


@pytest.mark.parametrize(("steps", "seconds"), [(4, 240), (80, 10)])
def test_a_wrong_scaler_takes_steps_and_time_to_notice(
    steps: int, seconds: float
) -> None:
    """Four steps are too few, and so is less than a quarter of an hour."""
    home = Home(step=10)
    # The first step is where the comparison begins.
    for _ in range(steps + 2):
        home.take(20_000, seconds, factor=1000)
    assert TroubleKind.SCALER_SUSPECT not in home.troubles


def test_a_right_scaler_fits_also_when_the_level_jumps() -> None:
    """Many steps that fit, and one that is no step, tell of no wrong unit."""
    home = Home(step=10)
    for turn in range(1000):
        home.take(20_000, 10, more=0 if turn < 500 else 1e9)
        assert TroubleKind.SCALER_SUSPECT not in home.troubles


def test_a_right_scaler_is_not_suspected() -> None:
    """No scaler is suspected if power varies, is exported or rare, or a level jumps."""
    home = Home()
    random = Random(2)  # noqa: S311
    for turn in range(2000):
        watts = random.choice([-5000, 0, 300, 3000, 30_000])
        home.take(
            watts, random.choice([1, 10, 60, 899]), more=0 if turn < 1000 else 1e9
        )
        assert TroubleKind.SCALER_SUSPECT not in home.troubles


def test_another_number_is_another_meter_at_once() -> None:
    """With another number, a lower or higher level counts from the first reading."""
    home = Home()
    for _ in range(3):
        home.take(500, serial="A")
    for number, more in (("B", 30_000_000), ("C", -3_990_000)):
        home.now += 7200
        shown = home.take(500, serial=number, more=more)
        assert shown[IMPORT] == home.true // STEP * STEP + more
    assert [each.numbers for each in home.restarts] == [("A", "B"), ("B", "C")]
    assert home.restarts[0].levels[IMPORT] == (3_990_000, 33_990_000)


def test_a_number_that_flaps_says_nothing() -> None:
    """Two numbers that alternate are one meter; its counters are judged as usual."""
    home = Home()
    for turn in range(100):
        home.take(500, 60, serial="AB"[turn % 2])
    assert len(home.restarts) == 1
    before = home.take(500, 60, serial="A")[IMPORT]
    assert home.take(500, 60, serial="B", more=1e9)[IMPORT] == before


def test_a_number_survives_a_restart() -> None:
    """A meter that is exchanged while Home Assistant is off is known by its number."""
    home = Home()
    home.take(500, serial="A")
    home.restart()
    assert home.take(500, serial="B", more=1e7)[IMPORT] == 13_990_000
    assert [each.numbers for each in home.restarts] == [("A", "B")]


def test_a_number_that_is_missing() -> None:
    """A bridge that does not know the number for a while exchanges no meter."""
    home = Home()
    for serial in ("A", None, "A", None):
        home.take(500, serial=serial)
    assert not home.restarts
    home.take(500, serial="B")
    assert [each.numbers for each in home.restarts] == [("A", "B")]


@pytest.mark.parametrize("level", [0.0, -1.0])
def test_the_first_level_of_another_meter_may_be_wrong(level: float) -> None:
    """If all counters are zero or missing, the new meter is not being read yet."""
    accounts = Accounts(stale_after=3600)

    def take(at: float, serial: str, sent: float) -> Mapping[str, float]:
        reading = Reading(values={IMPORT: sent}, token=at, meter=Meter(serial=serial))
        return accounts.take(reading, now=at, clock=at).values

    assert take(0, "A", 5000) == {IMPORT: 5000}
    assert take(10, "B", level) == {IMPORT: 5000}
    assert take(20, "B", 70) == {IMPORT: 70}


def test_the_owner_believes_zero() -> None:
    """If one counter was reset to zero, the owner may accept it within the hour."""
    accounts = Accounts(stale_after=3600)

    def take(at: float, sent: float) -> Mapping[str, float]:
        reading = Reading(values={IMPORT: sent}, token=at)
        return accounts.take(reading, now=at, clock=at).values

    take(0, 5000)
    assert take(10, 0) == {IMPORT: 5000}
    accounts.meters[""].believe(IMPORT)
    assert take(20, 0) == {IMPORT: 0}
