"""Demand, for which utilities charge fees, is exact or has no number."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto
from itertools import pairwise
import json
from os import environ
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.meter_bridge.meter.demand import Demand
from custom_components.meter_bridge.meter.periods import Clock

from .demand_oracle import Look, demands, starts

# Hypothesis 6.170 warns about reference counting in Python 3.14.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
traced = settings(
    max_examples=int(environ.get("DEMAND_EXAMPLES", "150")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ZURICH = ZoneInfo("Europe/Zurich")
ZONES = (UTC, ZURICH, ZoneInfo("Europe/Helsinki"), ZoneInfo("Asia/Kathmandu"))
# Shortly before both changes of the clock, before the end of a month, and any time.
BEGINS = tuple(
    int(moment.timestamp())
    for moment in (
        datetime(2026, 3, 28, 23, 50, 7, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 50, 7, tzinfo=UTC),
        datetime(2026, 11, 30, 22, 13, tzinfo=UTC),
        datetime(2026, 6, 3, 10, 0, tzinfo=UTC),
    )
)


class Event(Enum):
    """What happens during a stretch."""

    READ = auto()
    OUTAGE = auto()
    HELD = auto()
    WITHOUT_POWER = auto()
    RESTART = auto()
    CRASH = auto()
    REPLACED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time with constant net power (W, negative while exporting)."""

    seconds: int
    net: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A house, and the readings of its meter, with the pauses of `gaps` in turn."""

    begin: int
    stretches: list[Stretch]
    gaps: list[int]
    resolution: int
    minutes: int
    zone: tzinfo

    def looks(self) -> list[tuple[Look, Event]]:
        """Return all readings of the meter that arrive."""
        found = list[tuple[Look, Event]]()
        at, due, energy, count, turn = self.begin, self.begin, 100_000 * 3600, 0, 0
        for stretch in self.stretches:
            if stretch.event is Event.REPLACED:
                energy, count = 0, count + 1
            power, end = max(stretch.net, 0), at + stretch.seconds
            while due < end:
                shown = (energy + power * (due - at)) // 3600
                level: int | None = shown // self.resolution * self.resolution
                look = Look(at=due, level=level, power=power, count=count)
                if stretch.event is Event.HELD:
                    look = replace(look, level=None)
                elif stretch.event is Event.WITHOUT_POWER:
                    look = replace(look, power=None)
                if stretch.event is not Event.OUTAGE:
                    found.append((look, stretch.event))
                due += self.gaps[turn % len(self.gaps)]
                turn += 1
            energy, at = energy + power * stretch.seconds, end
        return found

    def true_demand(self, start: int) -> float:
        """Return the average import power of a period, in W."""
        at, energy, end = self.begin, 0, start + self.minutes * 60
        for stretch in self.stretches:
            low, high = max(at, start), min(at + stretch.seconds, end)
            energy += max(stretch.net, 0) * max(high - low, 0)
            at += stretch.seconds
        return energy / (self.minutes * 60)


EVENTS = st.sampled_from([*[Event.READ] * 7, *Event])
STRETCHES = st.builds(
    Stretch,
    seconds=st.integers(1, 3600),
    net=st.integers(-6000, 15_000),
    event=EVENTS,
)
TRACES = st.builds(
    Trace,
    begin=st.sampled_from(BEGINS),
    stretches=st.lists(STRETCHES, min_size=3, max_size=40),
    gaps=st.one_of(
        st.just([10]),
        st.lists(st.integers(5, 62), min_size=1, max_size=9),
        st.lists(st.sampled_from([30, 60, 61, 90, 300, 901]), min_size=1, max_size=9),
    ),
    resolution=st.sampled_from([1, 10, 100, 1000]),
    minutes=st.sampled_from([15, 30, 60]),
    zone=st.sampled_from(ZONES),
)


def again(demand: Demand, **changed: object) -> Demand:
    """Return a demand after a restart, with changes in the stored data."""
    stored = json.loads(json.dumps(demand.as_stored() | changed))
    return Demand.restored(demand.clock, stored)


def booked(trace: Trace) -> dict[int, float]:
    """Return the stored demand of each period, by the period's start."""
    found: dict[int, float] = {}
    demand, count = Demand(clock=Clock(minutes=trace.minutes, zone=trace.zone)), 0
    for look, _event in trace.looks():
        demand.take(look.at, look.level, look.power, is_new_count=look.count != count)
        count = look.count
        for peak in demand.months.values():
            assert found.setdefault(int(peak.start), peak.demand) == peak.demand
        # Without earlier peaks, the next demand is always the highest of its month.
        demand = again(demand, peaks={})
    return found


@traced
@given(trace=TRACES)
def test_every_period_has_the_demand_of_the_definition(trace: Trace) -> None:
    """Each period has exactly the demand of its definition, or none."""
    looks = [look for look, _event in trace.looks()]
    if not looks:
        return
    expected = demands(looks, trace.minutes, trace.zone)
    found = booked(trace)

    assert found.keys() == expected.keys()
    for start, demand in found.items():
        assert abs(demand - expected[start]) * trace.minutes / 60 <= 0.5


@traced
@given(trace=TRACES)
def test_a_demand_is_near_that_of_the_true_trace(trace: Trace) -> None:
    """A demand differs at most by power times interval at both ends, and a step."""
    powers = [max(stretch.net, 0) for stretch in trace.stretches]
    longest = max(60, *trace.gaps)
    seconds = trace.minutes * 60
    changes = sum(abs(b - a) for a, b in pairwise(powers))
    for start, demand in booked(trace).items():
        # The power may change anywhere between two readings.
        most = (2 * max(powers) + changes) * longest / seconds
        step = min(trace.resolution, 10) * 3600 / seconds
        assert abs(demand - trace.true_demand(start)) <= most + step + 1


@traced
@given(trace=TRACES)
def test_a_restart_changes_nothing_and_a_crash_only_loses(trace: Trace) -> None:
    """A restart loses nothing; a crash only the readings since the last write."""
    clock = Clock(minutes=trace.minutes, zone=trace.zone)
    twin, restarted, crashed = (Demand(clock=clock) for _ in range(3))
    count, kept, written, stored = 0, list[Look](), 0, json.dumps(crashed.as_stored())
    for turn, (look, event) in enumerate(trace.looks()):
        is_new_count, count = look.count != count, look.count
        if event is Event.RESTART:
            restarted = again(restarted)
        if event is Event.CRASH:
            crashed = Demand.restored(clock, json.loads(stored))
            del kept[written:]
        kept.append(look)
        for demand in (twin, restarted, crashed):
            demand.take(look.at, look.level, look.power, is_new_count=is_new_count)
        if turn % 20 == 0 or is_new_count:
            stored, written = json.dumps(crashed.as_stored()), len(kept)
        assert (restarted.now, restarted.ahead) == (twin.now, twin.ahead)
    assert restarted.months == twin.months
    if kept:
        expected = demands(kept, trace.minutes, trace.zone)
        for month, peak in crashed.months.items():
            of_month = [expected[e] for e in expected if clock.month(e) == month]
            assert abs(peak.demand - max(of_month)) * trace.minutes / 60 <= 0.5


def steady(
    demand: Demand, begin: datetime, seconds: int, *, power: int, level: int = 5_000_003
) -> int:
    """Import a power for some seconds, read every 10 s; return the last level."""
    at = int(begin.timestamp())
    for second in range(0, seconds + 1, 10):
        demand.take(at + second, level + power * second // 3600, power)
    return level + power * seconds // 3600


def quarters() -> Demand:
    """Return the demand of a meter in Switzerland, over 15 minutes."""
    return Demand(clock=Clock(minutes=15, zone=ZURICH))


NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_demand_grows_to_what_it_is_heading_for() -> None:
    """After a third of a period at 3 kW, the demand is 1 kW and will be 3 kW."""
    demand = quarters()
    steady(demand, NOON, 300, power=3000)

    assert demand.now == pytest.approx(1000, abs=4)
    assert demand.ahead == pytest.approx(3000, abs=4)
    assert demand.peak is None


def test_a_period_that_is_over_is_the_peak_of_its_month() -> None:
    """The peak has the start of its period, and a lower period does not change it."""
    demand = quarters()
    level = steady(demand, NOON, 900, power=3000)
    steady(demand, NOON.replace(minute=15), 900, power=1000, level=level)

    assert demand.peak is not None
    assert demand.peak.demand == pytest.approx(3000, abs=4)
    assert demand.peak.start == NOON.timestamp()


def test_a_period_that_began_unseen_has_no_number() -> None:
    """A period that was not read from its start has no demand."""
    demand = quarters()
    level = steady(demand, NOON.replace(minute=5), 590, power=3000)
    assert (demand.now, demand.ahead) == (None, None)

    steady(demand, NOON.replace(minute=15), 60, power=3000, level=level + 8)
    assert demand.now == pytest.approx(200, abs=4)
    assert demand.peak is None


def test_an_outage_within_a_period_hides_nothing_from_a_counter() -> None:
    """After an outage inside a period, the counter still gives its demand."""
    demand = quarters()
    level = steady(demand, NOON, 60, power=3000)
    demand = again(demand)
    steady(demand, NOON.replace(minute=11), 240, power=0, level=level + 700)

    assert demand.peak is not None
    assert demand.peak.demand == 4 * (level + 700 - 5_000_003)


def test_a_replaced_meter_makes_no_peak() -> None:
    """The first level of a replaced meter is no energy; that period is by power."""
    demand = quarters()
    steady(demand, NOON, 300, power=3000)
    demand.take(NOON.timestamp() + 310, 90_017, 3000, is_new_count=True)
    at = NOON.replace(minute=5)
    steady(demand, at.replace(second=20), 580, power=3000, level=90_025)

    assert demand.peak is not None
    assert demand.peak.demand == 3000


def test_a_clock_that_is_set_back_makes_no_peak() -> None:
    """Energy measured with a wrong clock belongs to no period."""
    demand = quarters()
    level = steady(demand, NOON, 890, power=3000)
    steady(demand, NOON.replace(hour=11, minute=50), 610, power=3000, level=level + 8)

    assert demand.peak is None


def test_a_leap_that_power_does_not_explain_makes_no_peak() -> None:
    """If a counter leaps by 900 Wh, power is used instead."""
    demand = quarters()
    level = steady(demand, NOON, 600, power=500)
    begin = NOON.replace(minute=10, second=10)
    steady(demand, begin, 300, power=500, level=level + 900)

    assert demand.peak is not None
    assert demand.peak.demand == 500


def test_a_counter_that_is_passed_on_once_an_hour_gives_way_to_power() -> None:
    """If a counter is sent once an hour, power is used instead."""
    demand, level = quarters(), 5_000_003
    for second in range(0, 4 * 3600, 10):
        if second % 3600 == 30:
            level += 2000
        demand.take(NOON.timestamp() + second, level, 2000)
        assert demand.now is None or demand.now <= 2001
    assert demand.peak is not None
    assert demand.peak.demand == 2000


def test_a_counter_that_proves_fine_later_changes_no_demand() -> None:
    """What power has told of a period stays, also if the counter would say more."""
    demand, at = quarters(), int(NOON.timestamp())
    for second in range(-900, 600, 75):
        demand.take(at + second, 100_000, 0)
    for second in range(600, 1200, 75):
        demand.take(at + second, None, 90)
    told = demand.peak
    assert told is not None
    demand.take(at + 1200, 100_040, 0)
    assert demand.peak == told


def test_another_length_keeps_peaks_of_its_own() -> None:
    """Another length of a period has other peaks; the earlier ones are kept."""
    demand = quarters()
    level = steady(demand, NOON, 900, power=3000)
    hourly = Demand.restored(
        Clock(minutes=60, zone=ZURICH), json.loads(json.dumps(demand.as_stored()))
    )
    steady(hourly, NOON.replace(minute=15), 2700, power=1000, level=level)
    assert (hourly.peak, hourly.months) == (None, {})

    back = Demand.restored(demand.clock, json.loads(json.dumps(hourly.as_stored())))
    assert back.peak == demand.peak is not None


def test_twelve_months_are_kept() -> None:
    """Peaks of twelve months are kept; the thirteenth replaces the first."""
    demand = quarters()
    for month in range(13):
        year, index = divmod(9 + month, 12)
        begin = datetime(2025 + year, index + 1, 15, 12, tzinfo=UTC)
        steady(demand, begin, 900, power=1000 + month)

    assert list(demand.months) == [
        f"{2025 + (9 + month) // 12}-{(9 + month) % 12 + 1:02}"
        for month in range(1, 13)
    ]
    assert demand.peak == demand.months["2026-10"]


def test_a_new_month_begins_without_a_peak() -> None:
    """A month begins without a peak, at local midnight."""
    demand = quarters()
    begin = datetime(2026, 11, 30, 22, 45, tzinfo=UTC)
    level = steady(demand, begin, 890, power=3000)
    demand.take(begin.timestamp() + 900, level + 8, 3000)

    assert demand.peak is None
    assert list(demand.months) == ["2026-11"]


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"at": "soon"},
        {"at": 5, "count": [], "flow": 7, "peaks": {"15": {"2026-11": [1]}, "x": 3}},
        {"at": 5, "intervals": [None, "x"], "peaks": {"15": {"2026-11": "no"}}},
    ],
)
def test_a_damaged_store_is_no_demand(stored: object) -> None:
    """Damaged parts of the stored data are left out, and measuring begins anew."""
    demand = Demand.restored(quarters().clock, stored)
    steady(demand, NOON, 300, power=3000)

    assert demand.now == pytest.approx(1000, abs=4)
    assert demand.months == {}


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
)
@pytest.mark.parametrize("minutes", [15, 60])
def test_a_change_of_the_clock_loses_no_period(day: datetime, minutes: int) -> None:
    """In the nights of clock changes, every period has a demand."""
    clock = Clock(minutes=minutes, zone=ZURICH)
    begin = int(day.timestamp())
    bounds = list(starts(begin, begin + 4 * 3600, minutes, ZURICH))

    assert len(bounds) == 4 * 60 // minutes + 1
    assert [clock.period(each).start for each in bounds] == bounds
    assert [clock.period(each + 59).start for each in bounds] == bounds
