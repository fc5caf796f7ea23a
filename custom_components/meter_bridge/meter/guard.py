"""What a counter may and may not do before it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.obis import COUNTERS, REGISTERS, Quantity

# How long a new level must hold, and over how many readings, before the meter counts
# as replaced. Zero is what a starting bridge reports, so it has to hold longer.
HELD_READINGS = 5
HELD_SECONDS = 600.0
HELD_SECONDS_AT_ZERO = 3600.0
# What is possible is judged over at least this time, as readings come bunched after a
# drop-out; a single reading is believed to have counted over at most this time.
_SLACK_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# The most that a household's gas or water connection carries, in m³/h.
_MAX_FLOW = 100.0
# Growth that is always believed, and a fall that is put down to rounding: 1 kWh, 1 m³.
_SMALL_ENERGY, _SMALL_VOLUME = 1000.0, 1.0
# Home Assistant may have recorded more than was stored, and takes a fall by a tenth
# for a new meter. After a mere reload that cannot be.
_RELOAD_SECONDS = 60.0


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
class _Counter:
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
    shown: float = 0.0
    proven: float = 0.0
    is_shown: bool = False

    def take(self, value: float, now: float, *, alive: bool) -> bool:
        """Judge one reading more; tell whether the counter starts anew with it."""
        if self.believed is None:
            if value > 0 or (value == 0 and alive):
                self._start(value, now)
                return False
        elif self._goes_on(self.believed, value, now):
            self._go_on(self.believed, value, now)
            return False
        else:
            self._doubt(self.believed, now)
        return value >= 0 and self._suspect(value, now)

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
        self._believe(value, now)

    def _believe(self, value: float, now: float) -> None:
        """Make this the level that later readings are judged by."""
        self.believed, self.suspect = _Run(start=value, value=value, at=now), None
        self.shown, self.is_shown = max(self.shown, value), True

    def _go_on(self, believed: _Run, value: float, now: float) -> None:
        """Count on; a level that was never contradicted is proven after a while."""
        believed.go_on(value, now, _share(HELD_SECONDS))
        self.shown, self.is_shown = max(self.shown, value), True
        self.suspect = None
        if believed.has_held(HELD_SECONDS):
            self.proven = believed.start
            self._believe(value, now)

    def _doubt(self, believed: _Run, now: float) -> None:
        """Start to prove the believed level all over."""
        believed.start, believed.held, believed.readings = believed.value, 0.0, 0
        if 0 <= now - believed.at <= _RELOAD_SECONDS:
            self.is_shown = True

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The values to show, and the counters that started anew with this reading."""

    values: Mapping[str, float]
    restarted: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Guard:
    """Judge the counters of one meter; every other value passes untouched.

    A counter that falls, shows 0 again, is negative, or grows faster than `max_power`
    (W, var or VA) could make it is held back; its last believed value stands
    meanwhile.
    """

    max_power: float
    _counters: dict[str, _Counter] = field(default_factory=dict)

    def judge(self, values: Mapping[str, float], now: float) -> Verdict:
        """Return what may be shown at `now` (Unix seconds)."""
        counted = [code for code in values if code in COUNTERS]
        shown = dict(values)
        restarted = []
        # One register above zero shows that the meter behind it is really read.
        alive = any(values[code] > 0 for code in counted)
        for code in counted:
            counter = self._counter(code)
            if counter.take(values[code], now, alive=alive):
                restarted.append(code)
            if counter.is_shown:
                shown[code] = counter.shown
            else:
                del shown[code]
        return Verdict(values=shown, restarted=tuple(restarted))

    def _counter(self, code: str) -> _Counter:
        """Return what is known of one counter so far."""
        if code not in self._counters:
            volume = REGISTERS[code].quantity is Quantity.VOLUME
            self._counters[code] = _Counter(
                limit=_MAX_FLOW if volume else self.max_power,
                small=_SMALL_VOLUME if volume else _SMALL_ENERGY,
            )
        return self._counters[code]

    def as_stored(self) -> dict[str, list[float]]:
        """Return the believed values and their times, to survive a restart."""
        return {
            code: counter.as_stored(counter.believed)
            for code, counter in self._counters.items()
            if counter.believed is not None
        }

    def restore(self, stored: Mapping[str, list[float]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        for code, counter in stored.items():
            if code in REGISTERS:
                self._counter(code).restore(*counter)
