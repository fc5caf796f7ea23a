"""Judge the readings of one counter: believe a value, or hold it back."""

from dataclasses import dataclass

# How long a new level must last, and over how many readings, before the meter counts
# as replaced. A bridge that starts may report zero, so zero has to last longer.
HELD_READINGS = 5
HELD_SECONDS = 600.0
HELD_SECONDS_AT_ZERO = 3600.0
# One of the gaps between these readings counts for its share of the time at most.
_GAPS = HELD_READINGS - 1
# Growth is possible if the connection could carry it in this time, or longer since the
# last reading: readings arrive in bunches after a drop-out. A single reading is
# believed at once only if it could be carried in this time at most.
_SLACK_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True, kw_only=True)
class _Run:
    """Readings that continue each other; `start` is the first of them.

    `at` is the time of the last one (Unix seconds), `held` their duration in seconds.
    """

    start: float
    value: float
    at: float
    held: float = 0.0
    readings: int = 0

    def go_on(self, value: float, now: float, longest: float) -> None:
        """Add a reading; the gap before it counts for `longest` seconds at most.

        The clock may have been set in between: a long gap counts in part only, and a
        negative one not at all.
        """
        self.held += min(max(now - self.at, 0.0), longest)
        self.value, self.at = value, now
        self.readings += 1

    def has_held(self, seconds: float) -> bool:
        """Tell whether the readings have lasted long enough to be believed."""
        return self.readings >= HELD_READINGS and self.held >= seconds


@dataclass(slots=True, kw_only=True)
class Doubt:
    """A counter is held back: `since` when (Unix seconds), and what it `sent` last.

    `seconds` is the time between the readings that were held back, summed up.
    """

    since: float
    at: float
    sent: float
    seconds: float = 0.0

    def go_on(self, sent: float, now: float) -> None:
        """Note another reading that is not believed."""
        self.seconds += min(max(now - self.at, 0.0), _SLACK_SECONDS)
        self.sent, self.at = sent, now


@dataclass(slots=True, kw_only=True)
class Counter:
    """One counter: the level that is believed, and one that is not believed yet.

    `limit` is the most that it can grow in an hour. `shown` never falls while the meter
    is the same, even if a level was believed by mistake: a lower level that lasts is
    believed but not shown until it has caught up. A level below `proven`, the last one
    that lasted long enough, means another meter.
    """

    limit: float
    small: float
    believed: _Run | None = None
    suspect: _Run | None = None
    doubt: Doubt | None = None
    shown: float = 0.0
    proven: float = 0.0
    is_shown: bool = False
    # Restored from a file of a clean shutdown: no later value has been recorded.
    was_orderly: bool = False
    # Another meter is known to count from now on; its first level may be zero if its
    # owner has said so.
    starts_anew: bool = False
    may_be_zero: bool = False

    @property
    def value(self) -> float | None:
        """Return the level that is believed."""
        return self.believed.value if self.believed else None

    def take(
        self, value: float, now: float, *, alive: bool, explained: bool = False
    ) -> bool:
        """Judge a reading; return whether the counter starts anew with it.

        `alive`: some register of the meter is above zero, so that a zero is real.
        `explained`: by the meter's own power as much flowed as the counter grew.
        """
        alive = alive or (self.starts_anew and self.may_be_zero)
        if self.starts_anew and (value > 0 or (value == 0 and alive)):
            was_known = self.believed is not None
            self._start(value, now)
            return was_known
        if self.believed is None:
            if value > 0 or (value == 0 and alive):
                self._start(value, now)
                return False
        elif explained or self._goes_on(self.believed, value, now):
            self._go_on(self.believed, value, now)
            return False
        else:
            self._lose_proof(self.believed)
        self.hold(value, now)
        return value >= 0 and self._suspect(value, now)

    def hold(self, value: float, now: float) -> None:
        """Hold back a value; the believed level stays."""
        if self.believed is None:
            return
        if self.doubt is None:
            self.doubt = Doubt(since=now, at=now, sent=value)
        self.doubt.go_on(value, now)
        self.is_shown |= self.was_orderly

    def goes_on_with(self, value: float, now: float) -> bool:
        """Tell whether a value goes on from what is believed.

        With fewer digits than before it may be a little less.
        """
        run = self.believed
        return run is not None and (
            -self.small <= value - run.value < 0 or self._is_possible(run, value, now)
        )

    def _goes_on(self, run: _Run, value: float, now: float) -> bool:
        """Tell whether a value follows the last one without any doubt."""
        growth = value - run.value
        if 0 <= growth <= self.small:
            # Whatever the clock says, even if it was set back.
            return True
        seconds = min(now - run.at, _SLACK_SECONDS)
        most = self.small + self.limit * seconds / _SECONDS_PER_HOUR
        return 0 <= growth <= most

    def _is_possible(self, run: _Run, value: float, now: float) -> bool:
        """Tell whether the connection can carry what the counter grew by."""
        hours = max(now - run.at, _SLACK_SECONDS) / _SECONDS_PER_HOUR
        return 0 <= value - run.value <= self.limit * hours

    def _start(self, value: float, now: float) -> None:
        """Believe the first level of a meter."""
        self.shown = self.proven = value
        self.starts_anew = self.may_be_zero = False
        self._believe(value, now)

    def _believe(self, value: float, now: float) -> None:
        """Believe a level: later readings are judged by it."""
        self.believed = _Run(start=value, value=value, at=now)
        self._show(value)

    def _show(self, value: float) -> None:
        """Show a believed value, and end all doubt."""
        self.suspect = self.doubt = None
        self.shown, self.is_shown = max(self.shown, value), True

    def _go_on(self, believed: _Run, value: float, now: float) -> None:
        """Accept the next reading; a level that lasts undisputed becomes proven."""
        believed.go_on(value, now, HELD_SECONDS / _GAPS)
        self._show(value)
        if believed.has_held(HELD_SECONDS):
            self.proven = believed.start
            self._believe(value, now)

    def _lose_proof(self, believed: _Run) -> None:
        """Begin again to prove the believed level."""
        believed.start, believed.held, believed.readings = believed.value, 0.0, 0

    def _suspect(self, value: float, now: float) -> bool:
        """Note a reading of another level; believe that level once it has lasted."""
        seconds = HELD_SECONDS if value > 0 else HELD_SECONDS_AT_ZERO
        if self.suspect is None or not self._goes_on(self.suspect, value, now):
            self.suspect = _Run(start=value, value=value, at=now)
        self.suspect.go_on(value, now, seconds / _GAPS)
        believed = self.believed
        if (
            believed
            and self.suspect.readings >= HELD_READINGS
            and self._is_possible(believed, value, now)
        ):
            # A large step, but the connection can carry it.
            self._believe(value, now)
        elif self.suspect.has_held(seconds):
            if believed and self.proven - self.small <= value < believed.value:
                self._believe(value, now)
            else:
                self._start(value, now)
                return believed is not None
        return False

    def as_stored(self, believed: _Run) -> list[float]:
        """Return the believed level, its time, the shown and the proven level."""
        return [believed.value, believed.at, self.shown, self.proven]

    def restore(self, value: float, at: float, *more: float) -> None:
        """Restore a stored level; readings are judged by it, but it is not shown."""
        self._start(value, at)
        if len(more) == 2:  # noqa: PLR2004
            self.shown, self.proven = more
        self.is_shown = False
