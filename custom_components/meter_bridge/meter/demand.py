"""Demand: the average import power over a clock-aligned period, and its peaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.wire import entries, number, section
from .peaks import Peak, Peaks
from .periods import Clock, Period
from .running import Count, Flow, Total

# The level of the counter between two readings is only known if they are at most this
# many seconds apart,
_LONGEST_GAP = 60.0
# unless the meter reports that seldom: this many of its last intervals were longer.
_INTERVALS, _LONG_INTERVALS = 7, 3
# A clock may be corrected by a few seconds. If it is set back further, start anew.
_SET_BACK = 60.0
_SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True, kw_only=True)
class Demand:
    """The demand of one meter (W), from believed readings.

    `now` is the energy of the running period so far, divided by the whole period.
    `ahead` is the demand at its end if the present power stays. Both are None in a
    period that was not read from its start.
    """

    clock: Clock
    now: int | None = None
    ahead: int | None = None
    _peaks: Peaks = field(default_factory=Peaks)
    _at: float | None = None
    # The running period, and the month in which it began.
    _period: Period | None = None
    _month: str = ""
    _intervals: list[float] = field(default_factory=list)
    _count: Count = field(default_factory=Count)
    _flow: Flow = field(default_factory=Flow)
    # The energy of the last period, by power.
    _flowed: Total | None = None
    # The start of the last period whose demand is known.
    _booked: float = 0.0

    @property
    def peak(self) -> Peak | None:
        """Return the highest demand of the month of the last reading."""
        return self._peaks.peak(self.clock.minutes, self._month)

    @property
    def months(self) -> Mapping[str, Peak]:
        """Return the highest demand of each of the last twelve months."""
        return self._peaks.months(self.clock.minutes)

    def take(
        self,
        at: float,
        level: float | None,
        power: float | None,
        *,
        is_new_count: bool = False,
    ) -> None:
        """Take a reading at a moment (Unix seconds).

        `level` (Wh) is that of the import counter, None while it is missing or held
        back; `power` (W) is the import power. `is_new_count`: the counter starts anew,
        and does not continue from the last level.
        """
        at, seconds = self._in_order(at)
        longest = self._longest_gap()
        if 0 < seconds <= self.clock.seconds:
            self._intervals = [*self._intervals[1 - _INTERVALS :], seconds]
        if is_new_count:
            # The counter does not know the start of this period, so power is used.
            self._count = Count(strays=at != self.clock.period(at).start)
        counted_at, flowed = self._count.at, None
        if power is None:
            self._flow = Flow()
        elif flowed := self._flow.take(at, power, longest, self.clock):
            self._flowed = flowed
        if level is not None:
            self._take_level(at, level, longest, seconds)
        if flowed and not (self._count.is_fine and counted_at >= flowed.period.start):
            self._book(flowed)
        self._run(at, power)

    def _in_order(self, at: float) -> tuple[float, float]:
        """Return the time of a reading, and the seconds since the last one."""
        before, self._at = self._at, at
        if before is None or before - at > _SET_BACK:
            self._count, self._flow, self._booked = Count(), Flow(), 0.0
            return at, 0.0
        self._at = max(before, at)
        return self._at, self._at - before

    def _longest_gap(self) -> float:
        """Return how far apart readings may be to know the counter in between."""
        longest = sorted(self._intervals)[-_LONG_INTERVALS:]
        is_slow = len(longest) == _LONG_INTERVALS and longest[0] > _LONGEST_GAP
        return self.clock.seconds if is_slow else _LONGEST_GAP

    def _take_level(
        self, at: float, level: float, longest: float, seconds: float
    ) -> None:
        """Take the level of the counter; keep the demand of a period that has ended."""
        count = self._count
        growth = 0.0 if count.level is None else level - count.level
        counted = count.take(at, level, longest, self.clock)
        strays = count.strays_by(growth, seconds, self._flow)
        self._flow.step(is_seen=bool(growth))
        if counted is None:
            count.strays |= strays
            return
        is_good = count.is_fine and not (count.strays or strays)
        count.strays = strays
        if is_good:
            self._book(counted)
        elif self._flowed and self._flowed.period == counted.period:
            self._book(self._flowed)

    def _book(self, total: Total) -> None:
        """Keep the demand of a period that has ended, if its energy is known.

        The first result stays: a counter that proves fine only later does not change a
        demand that was worked out from power.
        """
        start = total.period.start
        if total.energy is None or start <= self._booked:
            return
        self._booked = start
        self._peaks.take(
            self.clock.minutes,
            self.clock.month(start),
            Peak(demand=round(total.energy / self.clock.hours), start=start),
        )

    def _run(self, at: float, power: float | None) -> None:
        """Work out the demand of the running period."""
        period = self.clock.period(at)
        if period is not self._period:
            self._period, self._month = period, self.clock.month(period.start)
        energy = self._energy(at, period)
        self.now = self.ahead = None
        if energy is None:
            return
        self.now = round(energy / self.clock.hours)
        if power is not None:
            more = power * (period.end - at) / _SECONDS_PER_HOUR
            self.ahead = round((energy + more) / self.clock.hours)

    def _energy(self, at: float, period: Period) -> float | None:
        """Return the energy of the running period so far, None if unknown."""
        count, flow = self._count, self._flow
        if count.strays or not (count.is_fine and count.at >= period.start):
            return flow.energy
        if count.start is None or count.level is None:
            return None
        # Between two steps of the counter, add the energy by power.
        fill = flow.since_step
        if fill is None and count.at == at:
            fill = 0.0
        return None if fill is None else count.level - count.start + fill

    def as_stored(self) -> dict[str, object]:
        """Return the data to store, as plain data."""
        return {
            "minutes": self.clock.minutes,
            "at": self._at,
            "start": None if self._at is None else self.clock.period(self._at).start,
            "intervals": self._intervals,
            "count": self._count.as_stored(),
            "flow": self._flow.as_stored(),
            "flowed": self._flowed and self._flowed.as_stored(),
            "booked": self._booked,
            "peaks": self._peaks.as_stored(),
        }

    @classmethod
    def restored(cls, clock: Clock, stored: object) -> Demand:
        """Restore what `as_stored` returned before the restart.

        If periods have another length or other bounds now, the energy of the running
        one is dropped.
        """
        kept = section(stored)
        demand = cls(clock=clock, _peaks=Peaks.restored(kept.get("peaks")))
        at = number(kept.get("at"))
        if at is None:
            return demand
        demand._at = at
        demand._month = clock.month(clock.period(at).start)
        intervals = (number(each) for each in entries(kept.get("intervals")))
        demand._intervals = [each for each in intervals if each is not None]
        demand._count = Count.restored(section(kept, "count"))
        demand._flowed = Total.restored(kept.get("flowed"))
        demand._flow = Flow.restored(section(kept, "flow"))
        demand._booked = number(kept.get("booked")) or 0.0
        if kept.get("minutes") != clock.minutes or kept.get("start") != (
            clock.period(at).start
        ):
            demand._count.start = demand._flow.energy = None
            demand._count.strays = False
        return demand
