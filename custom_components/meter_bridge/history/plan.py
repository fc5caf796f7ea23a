"""Plan the rows of the long-term statistics that fill a gap; free of Home Assistant.

Times are Unix seconds in UTC, counters are in the unit of the statistic. The row of an
hour holds the counter at the end of that hour (`state`) and all growth so far (`sum`).
Their difference, the base, is the same before and after a gap, unless a counter or a
sum was reset, replaced or corrected in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

HOUR = 3600
SHORT = 300
"""Home Assistant's short-term statistics have a row for each five minutes."""

_ROUNDING = 1e-6

type Counters = Mapping[int, float]
"""The counter at full hours, as the bridge remembers it."""
type Rows = Mapping[int, Row]
"""The rows that the statistics hold, by the start of their hour."""


class Left(StrEnum):
    """Why an hour is left as it is."""

    NOT_REMEMBERED = "not_remembered"
    NO_ROWS = "no_rows"
    SUM_CORRECTED = "sum_corrected"
    COUNTER_FELL = "counter_fell"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The time from the last value before an outage to the first one after it."""

    last: float
    first: float

    def hours(self) -> range:
        """Return all hours that the gap touches, except the one in which it ends.

        That one becomes right by itself, once the hours before it are.
        """
        return range(hour_of(self.last), hour_of(self.first), HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the statistics of a counter."""

    start: int
    state: float
    sum: float

    @property
    def base(self) -> float:
        """Return the sum minus the counter."""
        return self.sum - self.state

    def is_like(self, other: Row) -> bool:
        """Return whether both rows are equal, apart from errors of adding floats."""
        return (
            abs(self.state - other.state) <= _ROUNDING
            and abs(self.sum - other.sum) <= _ROUNDING
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rows to write, and the hours that stay as they are, with the reason."""

    rows: tuple[Row, ...] = ()
    left: Mapping[int, Left] = field(default_factory=dict)


def hour_of(time: float) -> int:
    """Return the start of the hour that contains a time."""
    return int(time // HOUR) * HOUR


def neighbours(
    gap: Gap, hours: Iterable[Row], short: Iterable[Row]
) -> tuple[Row | None, Row | None]:
    """Return the last row before a gap, and the first one that starts after it.

    Home Assistant purges five-minute rows after some days; before the gap the row of an
    hour then replaces them. After the gap only a five-minute row will do: it proves
    that the hours before it have been compiled, so that they may be imported.
    """
    short = sorted(short, key=lambda row: row.start)
    before = [row for row in short if row.start <= gap.last]
    if not before:
        before = sorted(
            (row for row in hours if row.start <= gap.last),
            key=lambda row: row.start,
        )
    after = [row for row in short if row.start >= gap.first]
    return before[-1] if before else None, after[0] if after else None


def fill(  # noqa: PLR0913 (a gap needs all of them)
    gap: Gap,
    before: Row,
    after: Row,
    counters: Counters,
    stands: Rows,
    *,
    tolerance: float,
    may_fall: bool = False,
) -> Plan:
    """Plan the rows of a gap from the counters at the end of its hours.

    Nothing is interpolated. An hour without a remembered counter keeps the last known
    level if it has a row; one without a row gets none. Only rows that differ from the
    present ones are planned, so a second plan is empty.
    """
    hours = gap.hours()
    if abs(before.base - after.base) > tolerance:
        return Plan(left=dict.fromkeys(hours, Left.SUM_CORRECTED))
    known = {hour: counters[hour + HOUR] for hour in hours if hour + HOUR in counters}
    if not may_fall:
        # The bridge's memory may be coarser: its counter may precede the last live one.
        known = {hour: at for hour, at in known.items() if at >= before.state}
        levels = [*known.values(), after.state]
        if any(later < earlier for earlier, later in pairwise(levels)):
            return Plan(left=dict.fromkeys(hours, Left.COUNTER_FELL))
    rows, left, level = [], {}, before.state
    for hour in hours:
        standing = stands.get(hour)
        if hour in known:
            level = known[hour]
        else:
            left[hour] = Left.NOT_REMEMBERED
            if standing is None:
                continue
            if not may_fall:
                # The hour in which the gap begins may have grown after that row.
                level = max(level, min(standing.state, after.state))
        row = Row(start=hour, state=level, sum=before.base + level)
        if standing is None or not row.is_like(standing):
            rows.append(row)
    return Plan(rows=tuple(rows), left=left)


def prepend(
    oldest: Row,
    counters: Counters,
    stands: Rows,
    *,
    may_fall: bool = False,
) -> Plan:
    """Plan rows for the time before the oldest row that Home Assistant recorded.

    Their sums lead up to that row's sum. They may be negative until `lift` is applied.
    """
    rows, left, level = [], {}, oldest.state
    for end in sorted(counters, reverse=True):
        hour, state = end - HOUR, counters[end]
        if hour >= oldest.start:
            continue
        if state > level and not may_fall:
            left[hour] = Left.COUNTER_FELL
            continue
        level = state
        row = Row(start=hour, state=state, sum=oldest.base + state)
        standing = stands.get(hour)
        if standing is None or not row.is_like(standing):
            rows.append(row)
    return Plan(rows=tuple(reversed(rows)), left=left)


def lift(oldest: Row, counters: Counters) -> float:
    """Return by how much to raise all sums, so that the oldest row shows its own hour.

    Home Assistant shows the oldest row's whole sum as the growth of that hour. Where
    the counter at its start is unknown, the row is to show no growth. The result comes
    from the row as it is now, so it is 0 once the sums have been raised.
    """
    return oldest.state - counters.get(oldest.start, oldest.state) - oldest.sum


def holes(stands: Rows, start: int, end: int) -> list[Gap]:
    """Return the runs of hours between `start` and `end` that have no or a flat row.

    The hour before such a run may be recorded in part, so it belongs to the gap. A run
    before the first or after the last row lacks a neighbour, and is left out.
    """
    lived = sorted(stands)
    found: list[Gap] = []
    last = None
    for earlier, later in pairwise(lived):
        if later < start or earlier >= end:
            continue
        is_flat = stands[later].is_like(stands[earlier])
        if last is None and (is_flat or later - earlier > HOUR):
            last = earlier
        if last is not None and not is_flat:
            found.append(Gap(last=last, first=later))
            last = None
    return found


def restart(before: Row, after: Row) -> float:
    """Return by how much the sums after a gap are too low, if they restarted at 0.

    Home Assistant restarts a sum if it has purged all five-minute rows from before the
    gap. While it still has one, a changed base comes from the owner or another meter.
    """
    grown = after.state - before.state
    return before.base - after.base if 0 <= after.sum <= grown else 0.0


def booked_too_much(before: Row, after: Row, jump: float) -> float:
    """Return how much too much was booked when a counter jumped without energy.

    `after` is the row that this happened in. What the counter moved by beside the jump
    has flowed.
    """
    flowed = after.state - before.state - jump
    return after.sum - before.sum - flowed


def spread(gap: Gap, before: float, after: float) -> dict[int, float]:
    """Return counters at full hours as if the counter had grown evenly over a gap.

    This is a guess: nobody knows at which hours it really grew.
    """
    grown, seconds = after - before, gap.first - gap.last
    if grown < 0 or seconds <= 0:
        return {}
    return {
        hour + HOUR: before + grown * (hour + HOUR - gap.last) / seconds
        for hour in gap.hours()
    }


def level_at(gap: Gap, short: Iterable[Row], after: Row) -> float:
    """Return the counter at the first value after a gap."""
    within = [row for row in short if row.start <= gap.first < row.start + SHORT]
    return within[0].state if within else after.state
