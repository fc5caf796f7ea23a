"""A counter that may be erased or wrap around: its total goes on by an offset.

A count jumps when the owner erases the database or parts of it, when a power cut loses
the last seconds, and when it wraps around. None of this is consumption. A step that is
larger than the register could have made is held back. If the count returns to its old
level, nothing has happened; if it stays at the new level for some time, the total goes
on from its old value with the steps since the jump.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

from ..bridges.snapshot import Counting
from ..bridges.wire import steps_between
from .counter import HELD_READINGS, HELD_SECONDS, Doubt

# Steps of up to this many times the rate that the device reports are plausible.
_TIMES_RATE = 10
# Rates change, and the device's clock and ours are not read at the same time.
_SLACK_SECONDS = 60.0
# After a long gap a large step is plausible. A single reading counts as if the gap had
# been at most this long; several readings may use the whole gap.
_SINGLE_SECONDS = 900.0
# The numbers that can be stored; only a garbled count would leave them.
_TOTALS = range(-(1 << 63), 1 << 64)


@dataclass(slots=True, kw_only=True)
class _Level:
    """A new level of a count: its first and last value since the jump, and when."""

    first: int
    last: int
    since: float
    at: float
    readings: int = 1


@dataclass(slots=True, kw_only=True)
class OffsetCounter:
    """One counter: the count that is believed, its total, and a level in doubt.

    `at` is when the count was believed (Unix seconds).
    """

    counting: Counting
    count: int
    total: int
    at: float
    doubt: Doubt | None = None
    # The next count is believed, wherever it stands.
    starts_anew: bool = False
    _suspect: _Level | None = None
    _shown: tuple[int, float] | None = field(default=None, compare=False)

    @property
    def shown(self) -> float:
        """Return the total."""
        if self._shown is None or self._shown[0] != self.total:
            self._shown = (self.total, self.counting.amount(self.total))
        return self._shown[1]

    def take(self, count: int, now: float, *, rate: float) -> None:
        """Judge one reading more, at `now` (Unix seconds) and at this present rate."""
        steps = steps_between(count, self.count, self.counting.modulus)
        if self._follows(steps, now - self.at, rate):
            self._believe(count, steps, now)
        elif self.starts_anew:
            self._believe(count, 0, now)
        else:
            self._doubt(count, now, rate)

    def _follows(
        self, steps: int, seconds: float, rate: float, most: float = _SINGLE_SECONDS
    ) -> bool:
        """Tell whether the register can have made so many steps in these seconds."""
        counting = self.counting
        if steps < 0 and not counting.may_fall:
            return False
        fastest = max(counting.most, _TIMES_RATE * abs(rate)) * counting.speed
        return abs(steps) <= fastest * (max(min(seconds, most), 0.0) + _SLACK_SECONDS)

    def _believe(self, count: int, steps: int, now: float) -> None:
        """Go on from a count by some steps; a total too large begins again."""
        total = self.total + self.counting.growth(steps)
        self.total = total if total in _TOTALS else self.counting.first(count)
        self.count, self.at = count, now
        self._suspect, self.doubt, self.starts_anew = None, None, False

    def _doubt(self, count: int, now: float, rate: float) -> None:
        """Hold back a count that does not follow, until it has gone on long enough."""
        if self.doubt is None:
            self.doubt = Doubt(since=now, at=now, sent=0.0)
        self.doubt.go_on(self._level(count), now)
        modulus, suspect = self.counting.modulus, self._suspect
        if suspect is None or not self._follows(
            steps_between(count, suspect.last, modulus), now - suspect.at, rate
        ):
            self._suspect = _Level(first=count, last=count, since=now, at=now)
            return
        suspect.last, suspect.at = count, now
        suspect.readings += 1
        if suspect.readings < HELD_READINGS:
            return
        steps = steps_between(count, self.count, modulus)
        if self._follows(steps, now - self.at, rate, inf):
            self._believe(count, steps, now)
        elif now - suspect.since >= HELD_SECONDS:
            self._believe(count, steps_between(count, suspect.first, modulus), now)

    def _level(self, count: int) -> float:
        """Return the total that a count would be by itself.

        One that is one-way has no such level: it would go on by the step alone.
        """
        counting = self.counting
        if not counting.one_way:
            return counting.amount(counting.first(count))
        steps = steps_between(count, self.count, counting.modulus)
        return counting.amount(self.total + counting.growth(steps))

    def earlier(
        self, counts: Mapping[int, float], rate: float
    ) -> Iterator[tuple[int, float]]:
        """Yield the totals at earlier times (Unix seconds), youngest first.

        They end at a step that the register cannot have made: what was counted before
        somebody erased the database is another count.
        """
        count, total, at = self.count, self.total, self.at
        for time in sorted(counts, reverse=True):
            before = int(counts[time])
            if time > at:
                continue
            steps = steps_between(count, before, self.counting.modulus)
            if not self._follows(steps, at - time, rate, inf):
                return
            count, total, at = before, total - self.counting.growth(steps), time
            yield time, self.counting.amount(total)

    def as_stored(self) -> list[float]:
        """Return what has to survive a restart."""
        return [self.count, self.total, self.at]
