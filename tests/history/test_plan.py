"""The rows that fill a gap, and those from before an installation."""

from itertools import pairwise

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.meter_bridge.history.plan import (
    HOUR,
    SHORT,
    Gap,
    Left,
    Plan,
    Row,
    fill,
    holes,
    hour_of,
    level_at,
    lift,
    neighbours,
    prepend,
    restart,
    spread,
)

WH = 0.001
TEN = 10 * HOUR


def row(start: float, state: float, base: float = -100.0) -> Row:
    """Return a row whose sum is its counter plus `base`."""
    return Row(start=int(start), state=state, sum=base + state)


def rows(*found: Row) -> dict[int, Row]:
    """Return rows by their start."""
    return {each.start: each for each in found}


# Home Assistant was down from 10:20:30 to 13:20:30.
GAP = Gap(last=TEN + 1230, first=TEN + 3 * HOUR + 1230)
BEFORE = row(TEN + 1200, 101.0)
AFTER = row(TEN + 3 * HOUR + 1500, 108.0)
COUNTERS = {TEN + HOUR: 102.0, TEN + 2 * HOUR: 104.0, TEN + 3 * HOUR: 107.0}
FLAT = rows(*(row(TEN + hour * HOUR, 101.0) for hour in range(3)))


def planned(**but: object) -> Plan:
    """Plan the gap, with the given arguments changed."""
    sides = {
        "gap": GAP,
        "before": BEFORE,
        "after": AFTER,
        "counters": COUNTERS,
        "stands": FLAT,
        **but,
    }
    return fill(**sides, tolerance=WH)  # type: ignore[arg-type]


@pytest.mark.parametrize("stands", [FLAT, {}, rows(FLAT[TEN])])
def test_join(stands: dict[int, Row]) -> None:
    """State and sum continue over the gap, whatever rows are in it already."""
    plan = planned(stands=stands)
    assert [each.state for each in plan.rows] == [102.0, 104.0, 107.0]
    assert [each.sum for each in plan.rows] == [2.0, 4.0, 7.0]
    assert not plan.left


def test_again() -> None:
    """Once the planned rows are written, a second plan is empty."""
    assert planned(stands=rows(*planned().rows)) == Plan()


@pytest.mark.parametrize("base", [0.0, -100.002, -99.9])
def test_corrected_meanwhile(base: float) -> None:
    """Nothing is planned if a sum was reset, replaced or corrected in the gap."""
    plan = planned(after=row(AFTER.start, AFTER.state, base))
    assert not plan.rows
    assert plan.left == dict.fromkeys(GAP.hours(), Left.SUM_CORRECTED)


@pytest.mark.parametrize(
    "counters",
    [
        {TEN + HOUR: 104.0, TEN + 2 * HOUR: 103.0},
        {TEN + HOUR: 102.0, TEN + 3 * HOUR: 108.1},
    ],
)
def test_falls(counters: dict[int, float]) -> None:
    """Nothing is planned if remembered counters fall, or exceed the value after."""
    plan = planned(counters=counters)
    assert not plan.rows
    assert set(plan.left.values()) == {Left.COUNTER_FELL}


def test_may_fall() -> None:
    """A net counter, which may fall, is filled although it falls."""
    counters = {TEN + HOUR: 104.0, TEN + 2 * HOUR: 99.0, TEN + 3 * HOUR: 109.0}
    plan = fill(GAP, BEFORE, AFTER, counters, FLAT, tolerance=WH, may_fall=True)
    assert [each.state for each in plan.rows] == [104.0, 99.0, 109.0]


def test_coarse_memory() -> None:
    """A remembered counter older than the last live value is not used."""
    plan = planned(counters={**COUNTERS, TEN + HOUR: 100.9})
    assert [each.state for each in plan.rows] == [104.0, 107.0]
    assert plan.left == {TEN: Left.NOT_REMEMBERED}


def test_unknown_hour_over_a_flat_row() -> None:
    """An hour with a row but no remembered counter keeps the level before it.

    So no bar of the chart is negative.
    """
    counters = {TEN + HOUR: 102.0, TEN + 3 * HOUR: 107.0}
    plan = planned(counters=counters)
    assert [each.state for each in plan.rows] == [102.0, 102.0, 107.0]
    assert plan.left == {TEN + HOUR: Left.NOT_REMEMBERED}


def test_unknown_hour_in_a_hole() -> None:
    """An hour with neither a row nor a remembered counter gets no row."""
    plan = planned(counters={TEN + 3 * HOUR: 107.0}, stands=rows(FLAT[TEN]))
    assert [each.start for each in plan.rows] == [TEN + 2 * HOUR]


def test_nothing_known() -> None:
    """Nothing is written if no counter is remembered."""
    assert not planned(counters={}).rows


def test_within_an_hour() -> None:
    """A gap within one hour needs no row."""
    gap = Gap(last=TEN + 60, first=TEN + 3000)
    assert not gap.hours()
    assert planned(gap=gap) == Plan()


def test_over_one_full_hour() -> None:
    """After a restart over a full hour, growth booked in the next hour moves back."""
    gap = Gap(last=TEN + 3500, first=TEN + HOUR + 600)
    assert list(gap.hours()) == [TEN]


def test_neighbours() -> None:
    """Five-minute rows are used; after the gap only one that starts there."""
    short = [
        row(TEN + 900, 100.5),
        BEFORE,
        row(GAP.first - 30 - SHORT, 101.0),
        row(hour_of(GAP.first) + 1200, 107.5),
        AFTER,
        row(AFTER.start + SHORT, 108.5),
    ]
    assert neighbours(GAP, [], short) == (BEFORE, AFTER)


def test_neighbours_when_short_rows_are_purged() -> None:
    """The row of an hour replaces a purged one before the gap, never after it."""
    hours = [row(TEN - 2 * HOUR, 99.0), row(TEN - HOUR, 100.0), row(TEN, 101.0)]
    assert neighbours(GAP, hours, [AFTER]) == (hours[2], AFTER)
    assert neighbours(GAP, hours, []) == (hours[2], None)
    assert neighbours(GAP, [], [AFTER]) == (None, AFTER)


def test_prepend_and_lift() -> None:
    """Earlier rows join the oldest one, which then shows its own hour alone."""
    oldest = row(TEN, 50.0, -49.6)
    counters = {TEN - 2 * HOUR: 40.0, TEN - HOUR: 43.0, TEN: 49.0}
    plan = prepend(oldest, counters, {})
    assert [(each.start, each.state) for each in plan.rows] == [
        (TEN - 3 * HOUR, 40.0),
        (TEN - 2 * HOUR, 43.0),
        (TEN - HOUR, 49.0),
    ]
    assert prepend(oldest, counters, rows(*plan.rows)) == Plan()
    known = {**counters, TEN - 3 * HOUR: 38.0}
    more = lift(plan.rows[0], known)
    lifted = [
        Row(start=each.start, state=each.state, sum=each.sum + more)
        for each in (*plan.rows, oldest)
    ]
    assert [round(each.sum, 9) for each in lifted] == [2.0, 5.0, 11.0, 12.0]
    assert lift(lifted[0], known) == pytest.approx(0.0)
    assert prepend(lifted[-1], counters, rows(*lifted)) == Plan()


def test_prepend_another_count() -> None:
    """Hours from before the counter fell belong to another count, and are left."""
    oldest = row(TEN, 50.0)
    counters = {TEN - 2 * HOUR: 900.0, TEN - HOUR: 10.0, TEN: 49.0}
    plan = prepend(oldest, counters, {})
    assert [each.state for each in plan.rows] == [10.0, 49.0]
    assert plan.left == {TEN - 3 * HOUR: Left.COUNTER_FELL}


def test_lift_needs_the_level_before() -> None:
    """The oldest hour shows no growth if the counter at its start is unknown."""
    assert lift(row(TEN, 50.0), {}) == 50.0


def hourly(*states: float | None) -> dict[int, Row]:
    """Return hourly rows from ten o'clock on, and no row for a None."""
    return rows(
        *(
            row(TEN + hour * HOUR, state)
            for hour, state in enumerate(states)
            if state is not None
        )
    )


def test_holes() -> None:
    """A hole lasts from the hour before missing or flat rows to the one after."""
    stands = hourly(1.0, 2.0, 2.0, 2.0, 5.0, 6.0, None, None, 9.0, 10.0)
    found = holes(stands, TEN, TEN + 10 * HOUR)
    assert [(gap.last, gap.first) for gap in found] == [
        (TEN + HOUR, TEN + 4 * HOUR),
        (TEN + 5 * HOUR, TEN + 8 * HOUR),
    ]
    assert holes(stands, TEN + 5 * HOUR, TEN + 10 * HOUR) == found[1:]
    assert not holes(hourly(1.0, 2.0, 2.0), TEN, TEN + 3 * HOUR)
    assert not holes({}, TEN, TEN + 3 * HOUR)


def test_a_sum_that_began_anew() -> None:
    """A sum that restarted at 0 is raised to continue; a corrected one is not."""
    before = row(TEN, 100.0, -40.0)
    assert restart(before, row(TEN + 9 * HOUR, 110.0, -109.0)) == 69.0
    assert restart(before, row(TEN + 9 * HOUR, 110.0, 5.0)) == 0.0
    assert restart(before, row(TEN + 9 * HOUR, 90.0, -90.0)) == 0.0


def test_the_level_when_the_first_value_came() -> None:
    """The five-minute row with the first value is preferred to the one after it."""
    within = row(GAP.first - GAP.first % SHORT, 107.5)
    assert level_at(GAP, [within, AFTER], AFTER) == 107.5
    assert level_at(GAP, [AFTER], AFTER) == 108.0


def test_spread() -> None:
    """The growth over the gap is divided evenly over its time."""
    gap = Gap(last=TEN + 1800, first=TEN + 3 * HOUR)
    assert spread(gap, 100.0, 105.0) == {
        TEN + HOUR: 101.0,
        TEN + 2 * HOUR: 103.0,
        TEN + 3 * HOUR: 105.0,
    }
    assert spread(gap, 100.0, 99.0) == {}


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 50), min_size=30, max_size=30),
    st.integers(0, 10 * HOUR),
    st.integers(0, 19 * HOUR),
    st.floats(-1e6, 1e6),
    st.sets(st.integers(0, 30)),
    st.booleans(),
)
def test_growth_is_kept(  # noqa: PLR0913, PLR0917
    use: list[float],
    stop: int,
    length: int,
    base: float,
    forgotten: set[int],
    is_flat: bool,  # noqa: FBT001
) -> None:
    """Whatever is lost, no hour falls, known hours show their use, the total stays.

    Rows before and after the gap are never written, and a second plan is empty.
    """
    level = [sum(use[:hour]) for hour in range(31)]

    def at(second: float) -> float:
        hour = int(second // HOUR)
        return level[hour] + use[hour] * (second % HOUR) / HOUR

    gap = Gap(last=float(stop), first=float(min(stop + length, 29 * HOUR)))
    before = row(stop // SHORT * SHORT, at(stop), base)
    after = row((gap.first // SHORT + 1) * SHORT, at(gap.first + 2 * SHORT), base)
    counters = {hour * HOUR: level[hour] for hour in range(31) if hour not in forgotten}
    stands = (
        {hour: row(hour, before.state, base) for hour in gap.hours()} if is_flat else {}
    )
    plan = fill(gap, before, after, counters, stands, tolerance=WH)
    final = {**stands, **rows(*plan.rows)}
    assert set(final) <= set(gap.hours())
    states = [before.state, *(final[hour].state for hour in sorted(final)), after.state]
    assert all(b >= a - 1e-9 for a, b in pairwise(states))
    for hour in gap.hours():
        if hour + HOUR in counters:
            assert final[hour].state == pytest.approx(counters[hour + HOUR], abs=2e-4)
    assert not fill(gap, before, after, counters, final, tolerance=WH).rows
