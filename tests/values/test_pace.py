"""Which changed values are due at what time, without Home Assistant."""

from collections.abc import Mapping
from random import Random

import pytest

from custom_components.meter_bridge.const import Updates
from custom_components.meter_bridge.values.pace import TOLERANCE, Measure, Pace

NET, IMPORT, EXPORT = "16.7.0", "1.7.0", "2.7.0"
PLACES = {
    NET: Measure.NET_POWER,
    IMPORT: Measure.POWER,
    EXPORT: Measure.POWER,
    "31.7.0": Measure.CURRENT,
    "51.7.0": Measure.CURRENT,
    "32.7.0": Measure.VOLTAGE,
    "14.7.0": Measure.FREQUENCY,
    "13.7.0": Measure.POWER_FACTOR,
    "1.8.0": Measure.OTHER,
    "2.8.0": Measure.OTHER,
    "tariff": Measure.WORD,
    "demand": Measure.DEMAND,
    "ahead": Measure.DEMAND_AHEAD,
}
# Seconds since 1970, far from a full hour.
NOON = 1_800_000_000.0 + 1200
HOUR = 3600


class Stand:
    """A pace and what goes in; time passes as the test says."""

    def __init__(
        self, updates: Updates = Updates.BALANCED, enabled: frozenset[str] | None = None
    ) -> None:
        """Show a first reading: 1000 W imported."""
        self.now, self.begin = 100.0, 100.0
        self.clock = NOON
        self.pace = Pace[object](
            updates,
            lambda key: ("main", PLACES[key]),
            frozenset(PLACES) if enabled is None else enabled,
        )
        self.values: dict[str, object] = {}
        self.read(
            **{NET: 1000, IMPORT: 1000, EXPORT: 0, "31.7.0": 4.0, "51.7.0": 1.0},
            **{"32.7.0": 230.0, "14.7.0": 50.0, "13.7.0": 0.9},
            **{"1.8.0": 5000, "2.8.0": 70, "tariff": "day"},
            demand=400,
            ahead=400,
        )

    def at(self, seconds: float) -> None:
        """Be so many seconds after the first reading."""
        self.clock += self.begin + seconds - self.now
        self.now = self.begin + seconds

    def read(self, **values: object) -> set[str]:
        """Take a reading, None for what is missing; return what is written."""
        before = self.values
        self.values = {
            key: value
            for key, value in {**before, **values}.items()
            if value is not None
        }
        changed = {key for key in PLACES if before.get(key) != self.values.get(key)}
        self.pace.note(changed)
        return self.write(is_reading=True)

    def write(self, *, is_reading: bool = False) -> set[str]:
        """Return what is written now."""
        return {key for keys in self.take(is_reading=is_reading) for key in keys}

    def take(self, *, is_reading: bool = False) -> list[list[str]]:
        """Return what is written now, in its order."""
        return list(
            self.pace.take(self.values, self.now, self.clock, is_reading=is_reading)
        )

    def wake(self) -> set[str]:
        """Let time pass until something is due, and return what is written."""
        self.at(self.pace.next_due - self.begin)
        return self.write()


@pytest.mark.parametrize(
    ("values", "due"),
    [
        ({NET: 1100, IMPORT: 1100}, 1),
        ({NET: 1099, IMPORT: 1099}, 10),
        ({NET: 1020, IMPORT: 1020}, 10),
        ({NET: 1019, IMPORT: 1019}, 60),
        ({NET: 999, IMPORT: 999}, 60),
        ({NET: 1001, IMPORT: 1001, EXPORT: 100}, 1),
        ({NET: None}, 1),
    ],
)
def test_powers_are_one_group(values: Mapping[str, object], due: float) -> None:
    """The largest difference, or a missing value, says when all of them are written."""
    stand = Stand()
    stand.at(1)
    written = stand.read(**values)
    if due > 1:
        assert not written
        assert stand.pace.next_due == stand.begin + due
        written = stand.wake()
    assert written == values.keys()
    assert stand.pace.shown == stand.values


def test_share_of_what_is_shown() -> None:
    """At 10 kW, 5 % and 2 % are more than the amounts."""
    stand = Stand()
    stand.at(1)
    assert stand.read(**{NET: 10_000})
    stand.at(2)
    assert not stand.read(**{NET: 10_499})
    assert stand.pace.next_due == stand.begin + 11
    assert not stand.read(**{NET: 10_199})
    stand.at(3)
    assert stand.read(**{NET: 10_500}) == {NET}


@pytest.mark.parametrize(
    ("key", "value", "due"),
    [
        ("31.7.0", 4.5, 1),
        ("31.7.0", 4.4, 10),
        ("31.7.0", 4.1, 10),
        ("31.7.0", 4.09, 60),
        ("32.7.0", 260.0, 10),
        ("32.7.0", 231.0, 10),
        ("32.7.0", 230.9, 60),
        ("14.7.0", 50.05, 10),
        ("14.7.0", 50.04, 60),
        ("13.7.0", 0.88, 10),
        ("13.7.0", 0.89, 60),
        ("1.8.0", 9000, 60),
        ("1.8.0", None, 1),
        ("32.7.0", None, 1),
        ("tariff", "night", 1),
        ("demand", 4000, 60),
        ("demand", 450, 60),
        ("demand", 449, 300),
        ("demand", 0, 1),
        ("ahead", 600, 10),
        ("ahead", 599, 60),
        ("ahead", 350, 60),
        ("ahead", 401, 300),
        ("ahead", None, 1),
    ],
)
def test_each_measure(key: str, value: object, due: float) -> None:
    """Currents, voltages and the others have thresholds of their own.

    A demand that falls belongs to a new period.
    """
    stand = Stand()
    stand.at(1)
    written = stand.read(**{key: value})
    if due > 1:
        assert not written
        assert stand.pace.next_due == pytest.approx(stand.begin + due)
        written = stand.wake()
    assert written == {key}


def test_reading_that_is_nearly_due() -> None:
    """A reading just before its time is written as it comes, without a timer."""
    stand = Stand()
    stand.at(10 - TOLERANCE)
    assert stand.read(**{NET: 1050}) == {NET}


def test_returning_value_is_not_written() -> None:
    """A value that is back where it was costs nothing."""
    stand = Stand()
    stand.at(1)
    stand.read(**{NET: 1050})
    stand.at(2)
    stand.read(**{NET: 1000})
    assert stand.pace.next_due == float("inf")


def test_disabled_ones_make_nothing_due() -> None:
    """A disabled power neither triggers nor is written, but is shown with the rest."""
    stand = Stand(enabled=frozenset({NET}))
    stand.at(1)
    assert not stand.read(**{IMPORT: 9000, "1.8.0": None})
    assert stand.pace.next_due == float("inf")
    stand.at(2)
    assert stand.read(**{NET: 2000}) == {NET}
    assert stand.pace.shown[IMPORT] == 9000


@pytest.mark.parametrize(
    ("updates", "now", "later"),
    [
        (Updates.EVERY_READING, {NET, IMPORT, "31.7.0", "32.7.0", "1.8.0"}, None),
        (Updates.LIVE_POWER, {NET}, 60),
        (Updates.BALANCED, set(), 60),
        (Updates.CALM, set(), 60),
    ],
)
def test_choices(updates: Updates, now: set[str], later: float | None) -> None:
    """A small change: what each choice writes at once, and what in a minute."""
    stand = Stand(updates)
    stand.at(1)
    small = {NET: 1001, IMPORT: 1001, "31.7.0": 4.01, "32.7.0": 230.1, "1.8.0": 5001}
    assert stand.read(**small) == now
    if later:
        assert stand.pace.next_due == stand.begin + later
        counters = {"1.8.0"}
        expected = counters if updates is Updates.CALM else small.keys() - now
        assert stand.wake() == expected


def test_calm() -> None:
    """A large step waits for a minute, a small one for five."""
    stand = Stand(Updates.CALM)
    stand.at(1)
    assert not stand.read(**{NET: 8000})
    assert stand.pace.next_due == stand.begin + 60
    assert stand.wake() == {NET}
    stand.at(61)
    assert not stand.read(**{NET: 8100})
    assert stand.pace.next_due == stand.begin + 360


@pytest.mark.parametrize("phase", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("begin", [3, 61, 100])
def test_counters_before_the_full_hour(begin: int, phase: float) -> None:
    """Whenever they were written before, counters are written at hh:59:58 to hh:59:59.

    What is shown is the last reading until then.
    """
    stand = Stand()
    hour = (NOON // HOUR + 1) * HOUR
    before, written_at = hour - NOON - begin - phase, -1.0
    for second in range(begin):
        while stand.pace.next_due <= stand.begin + before + second:
            if stand.wake():
                written_at = stand.clock
        stand.at(before + second)
        if stand.read(**{"1.8.0": 5001 + second}):
            written_at = stand.clock
    assert 1 <= hour - written_at <= 2
    assert stand.pace.shown["1.8.0"] == 5001 + begin - (2 if phase < 0.5 else 1)


def test_old_values_are_reported_before_a_step() -> None:
    """After a quiet time an integral needs to know where the step began."""
    stand = Stand()
    for second in range(1, 30):
        stand.at(second)
        stand.read(**{"1.8.0": 5000 + second})
    stand.pace.note({NET, IMPORT})
    stand.values = {**stand.values, NET: 3000, IMPORT: 3000}
    seen = [
        (set(keys), stand.pace.shown[NET])
        for keys in stand.pace.take(stand.values, stand.now, stand.clock)
    ]
    assert seen == [({NET, IMPORT}, 1000), ({NET, IMPORT}, 3000)]


def test_nothing_is_reported_without_a_reading_between() -> None:
    """Where no reading says that it was quiet, a straight line is the best guess."""
    stand = Stand()
    stand.at(15)
    stand.pace.note({NET})
    stand.values = {**stand.values, NET: 3000}
    assert stand.take() == [[NET]]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("updates", [Updates.BALANCED, Updates.CALM])
def test_powers_are_of_one_moment(updates: Updates, seed: int) -> None:
    """Whatever is read, net is import less export as shown, and exact in time."""
    random, stand = Random(seed), Stand(updates)  # noqa: S311 (a trace)
    limit = 60 if updates is Updates.BALANCED else 300
    power, same_since = 1000, 0.0
    for second in range(1, 900):
        stand.at(second)
        while stand.pace.next_due <= stand.now:
            stand.write()
            _agrees(stand)
        if random.random() < 0.4:
            power += random.choice((-1, 1, 4, -30, 150, -800, 2500, -2500))
            same_since = second
        stand.read(**{NET: power, IMPORT: max(power, 0), EXPORT: max(-power, 0)})
        _agrees(stand)
        shown = stand.pace.shown[NET]
        assert isinstance(shown, int)
        if second - same_since > limit:
            assert shown == power
        if updates is Updates.BALANCED:
            assert abs(power - shown) < max(100, abs(shown) * 0.05)


def _agrees(stand: Stand) -> None:
    """Look at the page."""
    net, imported, exported = (stand.pace.shown[key] for key in (NET, IMPORT, EXPORT))
    assert isinstance(imported, int)
    assert isinstance(exported, int)
    assert net == imported - exported


def test_forced_values() -> None:
    """What looks otherwise is written though its value is the same, and its group."""
    stand = Stand()
    stand.at(1)
    stand.pace.note({IMPORT}, {NET})
    stand.values = {**stand.values, IMPORT: 1001}
    assert stand.write() == {NET, IMPORT}


def test_last_values() -> None:
    """Before a stop, everything that waits is written."""
    stand = Stand()
    stand.at(1)
    assert not stand.read(**{NET: 1001, "1.8.0": 5001, "32.7.0": 230.1})
    last = stand.pace.take(stand.values, stand.now, stand.clock, is_last=True)
    assert {key for keys in last for key in keys} == {NET, "1.8.0", "32.7.0"}
    assert stand.pace.shown == stand.values
