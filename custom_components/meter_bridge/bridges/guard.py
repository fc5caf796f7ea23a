"""What a counter may and may not do before it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .obis import REGISTERS, Quantity

# How long a new level must hold, and over how many readings, before the meter counts
# as replaced. Zero is what a starting bridge reports, so it has to hold longer.
HELD_READINGS = 5
HELD_SECONDS = 600.0
HELD_SECONDS_AT_ZERO = 3600.0
# Growth is judged over at least this time: readings come bunched after a drop-out.
_SLACK_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# The most that a household's gas or water connection carries, in m³/h.
_MAX_FLOW = 100.0


@dataclass(slots=True, kw_only=True)
class _Counter:
    """One counter: the level that is believed, and one that is not yet.

    Times are Unix seconds, `limit` is the most that it can grow in an hour.
    """

    limit: float
    believed: float | None = None
    at: float = 0.0
    suspect: float = 0.0
    suspect_at: float = 0.0
    suspect_held: float = 0.0
    suspect_readings: int = 0

    def believe(self, value: float, now: float) -> None:
        """Make this the level that later readings are judged by."""
        self.believed, self.at, self.suspect_readings = value, now, 0

    def continues(self, value: float, now: float, *, alive: bool) -> bool:
        """Tell whether a value goes on from what is believed, or begins it."""
        if self.believed is None:
            return value > 0 or (value == 0 and alive)
        return self._follows(self.believed, self.at, value, now)

    def has_held(self, value: float, now: float) -> bool:
        """Count one more reading of a new level; tell whether that is enough."""
        if value < 0:
            return False
        seconds = HELD_SECONDS if value > 0 else HELD_SECONDS_AT_ZERO
        if self.suspect_readings and self._follows(
            self.suspect, self.suspect_at, value, now
        ):
            # The clock may have been set in between: no gap counts for more than its
            # share, and none backwards.
            share = seconds / (HELD_READINGS - 1)
            self.suspect_held += min(max(now - self.suspect_at, 0.0), share)
        else:
            self.suspect_held, self.suspect_readings = 0.0, 0
        self.suspect, self.suspect_at = value, now
        self.suspect_readings += 1
        return self.suspect_readings >= HELD_READINGS and self.suspect_held >= seconds

    def _follows(self, before: float, at: float, value: float, now: float) -> bool:
        """Tell whether the connection could have carried a counter so far."""
        hours = max(now - at, _SLACK_SECONDS) / _SECONDS_PER_HOUR
        return before <= value <= before + self.limit * hours


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
        counted = [
            code for code in values if code in REGISTERS and REGISTERS[code].is_counter
        ]
        shown = dict(values)
        restarted = []
        # One register above zero shows that the meter behind it is really read.
        alive = any(values[code] > 0 for code in counted)
        for code in counted:
            counter = self._counter(code)
            if counter.continues(values[code], now, alive=alive):
                counter.believe(values[code], now)
            elif counter.has_held(values[code], now):
                if counter.believed is not None:
                    restarted.append(code)
                counter.believe(values[code], now)
            elif counter.believed is None:
                del shown[code]
            else:
                shown[code] = counter.believed
        return Verdict(values=shown, restarted=tuple(restarted))

    def _counter(self, code: str) -> _Counter:
        """Return what is known of one counter so far."""
        if code not in self._counters:
            volume = REGISTERS[code].quantity is Quantity.VOLUME
            self._counters[code] = _Counter(
                limit=_MAX_FLOW if volume else self.max_power
            )
        return self._counters[code]

    def as_stored(self) -> dict[str, list[float]]:
        """Return the believed values and their times, to survive a restart."""
        return {
            code: [counter.believed, counter.at]
            for code, counter in self._counters.items()
            if counter.believed is not None
        }

    def restore(self, stored: Mapping[str, list[float]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        for code, (believed, at) in stored.items():
            if code in REGISTERS:
                self._counter(code).believe(believed, at)
