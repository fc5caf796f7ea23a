"""Find a counter whose unit is wrong: it does not fit the meter's own power."""

from dataclasses import dataclass

_LEAST_STEPS = 5
_LEAST_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# Nobody knows what flowed in a longer gap between two readings.
_LONGEST_SECONDS = 900.0
# A wrong unit is off by powers of ten; losses and rounding are far below this.
_TIMES = 50.0


@dataclass(slots=True, kw_only=True)
class ScalerCheck:
    """Compare import energy (Wh) with import power (W), while nothing is exported.

    `ratio` is how many times too fast the counter counts, None while it fits.
    """

    ratio: float | None = None
    _level: float | None = None
    _power: float = 0.0
    _at: float = 0.0
    _steps: int = 0
    _growth: float = 0.0
    _energy: float = 0.0
    _seconds: float = 0.0

    def take(self, level: float | None, power: float | None, now: float) -> None:
        """Take the values of a reading at `now` (Unix seconds); None if not sent."""
        before, self._level = self._level, level
        was_importing, self._power = self._power, power or 0.0
        seconds, self._at = now - self._at, now
        if level is None or not power or power < 0:
            # Without import power, growth until the next reading cannot be compared.
            self._level = None
            return
        if before is None or not was_importing:
            return
        if level < before or not 0 <= seconds <= _LONGEST_SECONDS:
            self._begin()
            return
        self._steps += level > before
        self._growth += level - before
        self._energy += (was_importing + power) / 2 * seconds / _SECONDS_PER_HOUR
        self._seconds += seconds
        if self._steps >= _LEAST_STEPS and self._seconds >= _LEAST_SECONDS:
            ratio = self._growth / self._energy
            self.ratio = None if 1 / _TIMES < ratio < _TIMES else ratio
            self._begin()

    def _begin(self) -> None:
        """Begin a new comparison."""
        self._steps, self._growth, self._energy, self._seconds = 0, 0.0, 0.0, 0.0
