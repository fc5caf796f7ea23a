"""Totals that continue smoothly when the device's counters jump.

A counter jumps when the owner erases the database or parts of it, when a power cut
loses the last seconds, and when it wraps around. None of this is consumption. A step
that is larger than the register could have made is held back. If the counter returns to
its old level, nothing has happened; if it stays at the new level for some time, the
total goes on from its old value with the steps since the jump.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

from ..wire import MOST_ENTRIES
from .kinds import Total, steps_between
from .registers import Register, Row

# A new level counts after so many readings and so much time.
HELD_READINGS = 5
HELD_SECONDS = 600.0
# Steps of up to this many times the rate that the device reports are plausible.
_TIMES_RATE = 10
# Rates change, and the device's clock and ours are not read at the same time.
_SLACK_SECONDS = 60.0
# After a long gap a large step is plausible. A single reading counts as if the gap had
# been at most this long; several readings may use the whole gap.
_SINGLE_SECONDS = 900.0
# Virtual registers may be renamed again and again: more than this, and the register
# that was read longest ago is forgotten.
_MOST_TRACKS = 2 * MOST_ENTRIES
# The numbers that can be stored; only a garbled counter would leave them.
_TOTALS = range(-(1 << 63), 1 << 64)


@dataclass(slots=True)
class _Level:
    """A new level of a counter: its first and last value since the jump, and when."""

    first: int
    last: int
    since: float
    at: float
    readings: int = 1

    def go_on(self, counter: int, now: float) -> None:
        """Add one more reading."""
        self.last, self.at, self.readings = counter, now, self.readings + 1


@dataclass(slots=True)
class _Track:
    """A register: its accepted counter, its total, and a level not yet accepted.

    `at` is when the counter was accepted (Unix seconds).
    """

    counter: int
    total: int
    at: float
    suspect: _Level | None = None

    def believe(self, counter: int, steps: int, now: float) -> None:
        """Accept a counter, and add steps to the total; too large, it starts again."""
        total = self.total + steps
        self.total = total if total in _TOTALS else counter
        self.counter, self.at, self.suspect = counter, now, None


@dataclass(slots=True)
class Totals:
    """The totals of all registers of one device."""

    _tracks: dict[str, _Track] = field(default_factory=dict)

    def take(
        self, register: Register, counter: int, rate: float, now: float
    ) -> float | None:
        """Return the total of a register for its counter at `now` (Unix seconds).

        `rate` is its present rate. None: this kind of register has no total.
        """
        total, key = register.kind.total, register.total_key
        if total is None or key is None:
            return None
        track = self._track(key, counter, now)

        def follows(before: int, at: float, most: float = _SINGLE_SECONDS) -> bool:
            steps = steps_between(counter, before)
            limit = _limit(total, register, rate, min(now - at, most))
            return abs(steps) <= limit and (steps >= 0 or register.may_fall)

        suspect = track.suspect
        if follows(track.counter, track.at):
            track.believe(counter, steps_between(counter, track.counter), now)
        elif suspect is None or not follows(suspect.last, suspect.at):
            track.suspect = _Level(counter, counter, now, now)
        else:
            suspect.go_on(counter, now)
            if suspect.readings >= HELD_READINGS:
                if follows(track.counter, track.at, inf):
                    track.believe(counter, steps_between(counter, track.counter), now)
                elif now - suspect.since >= HELD_SECONDS:
                    track.believe(counter, steps_between(counter, suspect.first), now)
        return total.amount(track.total)

    def earlier(
        self, register: Register, rows: Iterable[Row], rate: float
    ) -> Iterator[tuple[int, float]]:
        """Yield the totals at the times of earlier rows, youngest first.

        They end at a step that the register cannot have made: what was counted before
        somebody erased the database is another count.
        """
        total, key = register.kind.total, register.total_key
        track = self._tracks.get(key or "")
        if total is None or track is None:
            return
        counter, amount, at = track.counter, track.total, track.at
        for row in rows:
            before = row.counters.get(register.key)
            if before is None or row.time > at:
                continue
            steps = steps_between(counter, before)
            if abs(steps) > _limit(total, register, rate, at - row.time) or (
                steps < 0 and not register.may_fall
            ):
                return
            counter, amount, at = before, amount - steps, row.time
            yield int(row.time), total.amount(amount)

    def _track(self, key: str, counter: int, now: float) -> _Track:
        """Return what is known of a register, and mark it as read last."""
        track = self._tracks.pop(key, None) or _Track(counter, counter, now)
        self._tracks[key] = track
        if len(self._tracks) > _MOST_TRACKS:
            del self._tracks[next(iter(self._tracks))]
        return track

    @property
    def are_sure(self) -> bool:
        """Tell whether no total is held back."""
        return not any(track.suspect for track in self._tracks.values())

    def as_stored(self) -> dict[str, list[float]]:
        """Return what has to survive a restart."""
        return {
            key: [track.counter, track.total, track.at]
            for key, track in self._tracks.items()
        }

    def restore(self, stored: Mapping[str, list[float]]) -> None:
        """Restore what `as_stored` returned before the restart."""
        for key, (counter, total, at) in stored.items():
            self._tracks[key] = _Track(int(counter), int(total), at)


def _limit(total: Total, register: Register, rate: float, seconds: float) -> float:
    """Return the most steps that a register can have made in so many seconds."""
    most = max(total.most, _TIMES_RATE * abs(rate))
    return most / float(register.kind.quantum) * (max(seconds, 0.0) + _SLACK_SECONDS)
