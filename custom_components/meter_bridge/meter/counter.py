"""What one counter may and may not do before it is believed."""

from dataclasses import dataclass

# How long a new level must hold, and over how many readings, before the meter counts
# as replaced. Zero is what a starting bridge reports, so it has to hold longer.
HELD_READINGS = 5
HELD_SECONDS = 600.0
HELD_SECONDS_AT_ZERO = 3600.0
# What is possible is judged over at least this time, as readings come bunched after a
# drop-out; a single reading is believed to have counted over at most this time.
_SLACK_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True, kw_only=True)
class _Run:
    """Readings that count on from each other, the first of which was `start`.

    `at` is the time of the last one (Unix seconds), `held` how long they went on.
    """

    start: float
    value: float
    at: float
    held: float = 0.0
    readings: int = 0

    def go_on(self, value: float, now: float, longest: float) -> None:
        """Take one reading more, no more than `longest` seconds after the last.

        The clock may have been set in between: no gap counts for more than its share,
        and none backwards.
        """
        self.held += min(max(now - self.at, 0.0), longest)
        self.value, self.at = value, now
        self.readings += 1

    def has_held(self, seconds: float) -> bool:
        """Tell whether this is enough to be believed."""
        return self.readings >= HELD_READINGS and self.held >= seconds


@dataclass(slots=True, kw_only=True)
class Doubt:
    """Since when a counter has been held back (Unix seconds), and what it sends.

    `seconds` is how long that is, by the time between readings.
    """

    since: float
    at: float
    sent: float
    seconds: float = 0.0

    def go_on(self, sent: float, now: float) -> None:
        """Note one more reading that is not believed."""
        self.seconds += min(max(now - self.at, 0.0), _SLACK_SECONDS)
        self.sent, self.at = sent, now


@dataclass(slots=True, kw_only=True)
class Counter:
    """One counter: the level that is believed, and one that is not yet.

    `limit` is the most that it can grow in an hour. `shown` never falls while the
    meter stays the same, whatever was believed by mistake: a lower level that holds is
    counted on quietly, and shown once it has caught up. It is the same meter unless
    the level is lower than one that was `proven` by holding long enough.
    """

    limit: float
    small: float
    believed: _Run | None = None
    suspect: _Run | None = None
    doubt: Doubt | None = None
    shown: float = 0.0
    proven: float = 0.0
    is_shown: bool = False
    # Restored after an orderly end, so that Home Assistant has recorded no more.
    was_orderly: bool = False
    # Another meter is known to count from now on.
    starts_anew: bool = False

    @property
    def value(self) -> float | None:
        """Return the level that is believed."""
        return self.believed.value if self.believed else None

    def take(
        self, value: float, now: float, *, alive: bool, explained: bool = False
    ) -> bool:
        """Judge one reading more; tell whether the counter starts anew with it.

        `explained`: the meter's own power has carried as much as the counter grew.
        """
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
        """Hold back a value; what was believed stands."""
        if self.believed is None:
            return
        if self.doubt is None:
            self.doubt = Doubt(since=now, at=now, sent=value)
        self.doubt.go_on(value, now)
        self.is_shown |= self.was_orderly

    def goes_on_with(self, value: float, now: float) -> bool:
        """Tell whether a value goes on from what is believed."""
        return self.believed is not None and self._is_possible(
            self.believed, value, now
        )

    def _goes_on(self, run: _Run, value: float, now: float) -> bool:
        """Tell whether a value goes on from the last one without any doubt."""
        seconds = min(max(now - run.at, 0.0), _SLACK_SECONDS)
        most = self.small + self.limit * seconds / _SECONDS_PER_HOUR
        return 0 <= value - run.value <= most

    def _is_possible(self, run: _Run, value: float, now: float) -> bool:
        """Tell whether the connection could have carried a counter so far."""
        hours = max(now - run.at, _SLACK_SECONDS) / _SECONDS_PER_HOUR
        return 0 <= value - run.value <= self.limit * hours

    def _start(self, value: float, now: float) -> None:
        """Believe a meter that was not known before."""
        self.shown = self.proven = value
        self.starts_anew = False
        self._believe(value, now)

    def _believe(self, value: float, now: float) -> None:
        """Make this the level that later readings are judged by."""
        self.believed = _Run(start=value, value=value, at=now)
        self._show(value)

    def _show(self, value: float) -> None:
        """Show a value that is believed, and doubt nothing any more."""
        self.suspect = self.doubt = None
        self.shown, self.is_shown = max(self.shown, value), True

    def _go_on(self, believed: _Run, value: float, now: float) -> None:
        """Count on; a level that was never contradicted is proven after a while."""
        believed.go_on(value, now, _share(HELD_SECONDS))
        self._show(value)
        if believed.has_held(HELD_SECONDS):
            self.proven = believed.start
            self._believe(value, now)

    def _lose_proof(self, believed: _Run) -> None:
        """Start to prove the believed level all over."""
        believed.start, believed.held, believed.readings = believed.value, 0.0, 0

    def _suspect(self, value: float, now: float) -> bool:
        """Count one reading more of another level; believe it when it has held."""
        seconds = HELD_SECONDS if value > 0 else HELD_SECONDS_AT_ZERO
        if self.suspect is None or not self._goes_on(self.suspect, value, now):
            self.suspect = _Run(start=value, value=value, at=now)
        self.suspect.go_on(value, now, _share(seconds))
        believed = self.believed
        if (
            believed
            and self.suspect.readings >= HELD_READINGS
            and self._is_possible(believed, value, now)
        ):
            # Much at once, but the connection could carry it.
            self._believe(value, now)
        elif self.suspect.has_held(seconds):
            if believed and self.proven - self.small <= value < believed.value:
                self._believe(value, now)
            else:
                self._start(value, now)
                return believed is not None
        return False

    def as_stored(self, believed: _Run) -> list[float]:
        """Return what is believed, when, what is shown, and what is proven."""
        return [believed.value, believed.at, self.shown, self.proven]

    def restore(self, value: float, at: float, *more: float) -> None:
        """Take up again what was stored; it judges, but is not shown by itself."""
        self._start(value, at)
        if len(more) == 2:  # noqa: PLR2004
            self.shown, self.proven = more
        self.is_shown = False


def _share(seconds: float) -> float:
    """Return the part of a time to hold that one gap between readings may be."""
    return seconds / (HELD_READINGS - 1)
