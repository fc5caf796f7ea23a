"""Which rows of the long-term statistics a gap needs; knows no Home Assistant.

Times are Unix seconds in UTC, counters are in the unit of the statistic. The row of an
hour says where the counter stood at its end (`state`), and the sum of all growth so far
(`sum`). Their difference, the base, is the same before and behind a gap, unless
somebody has reset, replaced or corrected something in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

HOUR = 3600
SHORT = 300
"""The seconds that a short row of Home Assistant stands for."""

_ROUNDING = 1e-6

type Counters = Mapping[int, float]
"""Where a counter stood at full hours."""
type Rows = Mapping[int, Row]
"""What stands in the statistics, by the start of the hour."""


class Left(StrEnum):
    """Why an hour is left as it is."""

    NOT_REMEMBERED = "not_remembered"
    NO_ROWS = "no_rows"
    SUM_CORRECTED = "sum_corrected"
    COUNTER_FELL = "counter_fell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From the last value before an outage to the first one behind it."""

    last: float
    first: float

    def hours(self) -> range:
        """Return the hours that the outage has touched but for that of its end.

        That one becomes right by itself, once those ahead of it are.
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
        """Return what the sum is ahead of the counter."""
        return self.sum - self.state

    def is_like(self, other: Row) -> bool:
        """Tell whether both rows say the same, but for what adding up floats leaves."""
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
    """Return the start of the hour that a time is in."""
    return int(time // HOUR) * HOUR


def neighbours(
    gap: Gap, hours: Iterable[Row], short: Iterable[Row]
) -> tuple[Row | None, Row | None]:
    """Return the last row before a gap, and the first one wholly behind it.

    Short rows are purged after some days; then an hour's row stands in before the gap.
    Behind it none may: a row that starts there proves that the hours ahead of it have
    been compiled, and may be imported.
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


def fill(  # noqa: PLR0913 (a gap has so many sides)
    gap: Gap,
    before: Row,
    after: Row,
    counters: Counters,
    stands: Rows,
    *,
    tolerance: float,
    may_fall: bool = False,
) -> Plan:
    """Plan the rows of a gap, from what the counter was at the end of its hours.

    Nothing is interpolated: over an hour that nobody remembers the level that was
    reached stays, and a hole stays a hole. Only rows that differ are planned, so that a
    second plan is empty.
    """
    hours = gap.hours()
    if abs(before.base - after.base) > tolerance:
        return Plan(left=dict.fromkeys(hours, Left.SUM_CORRECTED))
    known = {hour: counters[hour + HOUR] for hour in hours if hour + HOUR in counters}
    if not may_fall:
        # A memory that is coarser than the live values may begin before the last.
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
                # The hour of the stop may have seen more than the row before the gap.
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
    """Plan rows for the time before the oldest row that was lived.

    Their sums join the oldest one's and may be negative until all are lifted.
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
    """Return by how much all sums are too low, so that the oldest row shows its hour.

    Home Assistant shows the oldest sum itself as that hour's growth; where nobody knows
    the counter at its start, it shows none. This is worked out from the row that is
    read, so that it is 0 once the sums have been lifted.
    """
    return oldest.state - counters.get(oldest.start, oldest.state) - oldest.sum


def holes(stands: Rows, start: int, end: int) -> list[Gap]:
    """Return the runs of hours in this time that have no row, or a flat one.

    The hour ahead of a run may have been lived in part: it belongs to the gap. Runs at
    the ends of all rows have no neighbour there, and are none.
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
    """Return by how much the sums behind a gap are too low, as they began anew at 0.

    That is Home Assistant's own doing where it had purged its short rows meanwhile. As
    long as it has one from before the gap, other bases mean its owner or another meter.
    """
    grown = after.state - before.state
    return before.base - after.base if 0 <= after.sum <= grown else 0.0


def booked_too_much(before: Row, after: Row, old: float, new: float) -> float:
    """Return how much too much was booked when a counter went from `old` to `new`.

    `after` is the row that this happened in. What was counted up to the old level, and
    from the new one on, has flowed.
    """
    flowed = (old - before.state) + (after.state - new)
    return after.sum - before.sum - flowed


def spread(gap: Gap, before: float, after: float) -> dict[int, float]:
    """Return counters at full hours as if a counter had grown evenly over a gap.

    A guess: nobody knows when it was.
    """
    grown, seconds = after - before, gap.first - gap.last
    if grown < 0 or seconds <= 0:
        return {}
    return {
        hour + HOUR: before + grown * (hour + HOUR - gap.last) / seconds
        for hour in gap.hours()
    }


def level_at(gap: Gap, short: Iterable[Row], after: Row) -> float:
    """Return where a counter stood when its first value behind a gap came."""
    within = [row for row in short if row.start <= gap.first < row.start + SHORT]
    return within[0].state if within else after.state
