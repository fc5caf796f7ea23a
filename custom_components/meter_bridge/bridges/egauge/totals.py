"""Totals that go on where the device's counters jump.

An owner may erase the database or parts of it, a power cut loses the last seconds, and
a counter may wrap around: none of this is consumption. A step that the register cannot
have made is held back. When the counter comes back, nothing has happened; when it goes
on from its new level for some time, the total goes on with it from where it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from ..wire import MOST_ENTRIES
from .kinds import Total, steps_between
from .registers import Register

# How long a new level must hold, and over how many readings, before it counts.
HELD_READINGS = 5
HELD_SECONDS = 600.0
# A rate that the device itself reports makes larger steps believable.
_TIMES_RATE = 10
# Rates change, and the clocks of both sides are not read at the same moment.
_SLACK_SECONDS = 60.0
# What is possible after a long gap is believed of several readings; one alone is
# believed to have counted over at most this time.
_SINGLE_SECONDS = 900.0
# Registers under ever new names are forgotten, those first that are unread for longest.
_MOST_TRACKS = 2 * MOST_ENTRIES
# The numbers that can be stored: no meter gets there, but a garbled one might.
_TOTALS = range(-(1 << 63), 1 << 64)


@dataclass(slots=True)
class _Level:
    """A counter that went on without a jump: its first and last value, and when."""

    first: int
    last: int
    since: float
    at: float
    readings: int = 1

    def go_on(self, counter: int, now: float) -> None:
        """Note one more reading."""
        self.last, self.at, self.readings = counter, now, self.readings + 1


@dataclass(slots=True)
class _Track:
    """A register: its believed counter, one that is not yet, and the total (Unix s)."""

    counter: int
    total: int
    at: float
    suspect: _Level | None = None

    def believe(self, counter: int, steps: int, now: float) -> None:
        """Let the total go on by so many steps; too large, it starts anew."""
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
        """Return the total for a counter at `now` (Unix seconds)."""
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

    def _track(self, key: str, counter: int, now: float) -> _Track:
        """Return what is known of a register; what was read last stands last."""
        track = self._tracks.pop(key, None) or _Track(counter, counter, now)
        self._tracks[key] = track
        if len(self._tracks) > _MOST_TRACKS:
            del self._tracks[next(iter(self._tracks))]
        return track

    def as_stored(self) -> dict[str, list[float]]:
        """Return what has to survive a restart."""
        return {
            key: [track.counter, track.total, track.at]
            for key, track in self._tracks.items()
        }

    def restore(self, stored: Mapping[str, list[float]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        for key, (counter, total, at) in stored.items():
            self._tracks[key] = _Track(int(counter), int(total), at)


def _limit(total: Total, register: Register, rate: float, seconds: float) -> float:
    """Return the most steps that a register can have made in this time."""
    most = max(total.most, _TIMES_RATE * abs(rate))
    return most / float(register.kind.quantum) * (max(seconds, 0.0) + _SLACK_SECONDS)
