"""Find a counter whose unit is wrong: it does not fit the meter's own power."""

from dataclasses import dataclass, field

_LEAST_STEPS = 5
_LEAST_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# Nobody knows what flowed in a longer gap between two readings.
_LONGEST_SECONDS = 900.0
# A wrong unit is off by powers of ten; losses and rounding are far below this.
_TIMES = 50.0


@dataclass(slots=True, kw_only=True)
class _Window:
    """Steps of a counter (Wh), and what the power adds up to meanwhile.

    `largest` is the growth and the energy of the step that grew most: it may be no step
    but a jump, and is left out.
    """

    steps: int = 0
    seconds: float = 0.0
    growth: float = 0.0
    energy: float = 0.0
    largest: tuple[float, float] = (0.0, 0.0)

    def step(self, growth: float, energy: float) -> None:
        """Take a step of the counter."""
        self.steps += 1
        self.growth += growth
        self.energy += energy
        self.largest = max(self.largest, (growth, energy))

    @property
    def is_enough(self) -> bool:
        """Tell whether there was enough to compare."""
        return self.steps >= _LEAST_STEPS and self.seconds >= _LEAST_SECONDS

    @property
    def ratio(self) -> float | None:
        """Return how many times too fast the counter counts, None while it fits."""
        growth, energy = self.largest
        ratio = (self.growth - growth) / (self.energy - energy)
        return None if 1 / _TIMES < ratio < _TIMES else ratio


@dataclass(slots=True, kw_only=True)
class ScalerCheck:
    """Compare import energy (Wh) with import power (W), while nothing is exported.

    `ratio` is how many times too fast the counter counts, None while it fits. One that
    jumps, but counts as it should, fits.
    """

    ratio: float | None = None
    _level: float | None = None
    _power: float = 0.0
    _at: float = 0.0
    # What flowed since the last step; None before the first one that is seen.
    _energy: float | None = None
    _window: _Window = field(default_factory=_Window)

    def take(self, level: float | None, power: float | None, now: float) -> None:
        """Take the values of a reading at `now` (Unix seconds); None if not sent."""
        before, self._level = self._level, level
        was_importing, self._power = self._power, power or 0.0
        seconds, self._at = now - self._at, now
        if level is None or not power or power < 0:
            # What the counter gains until the next reading cannot be compared.
            self._level = self._energy = None
            return
        if before is None or not was_importing:
            return
        if level < before or not 0 <= seconds <= _LONGEST_SECONDS:
            self._energy, self._window = None, _Window()
            return
        self._window.seconds += seconds
        if self._energy is not None:
            carried = (was_importing + power) / 2 * seconds / _SECONDS_PER_HOUR
            self._energy += carried
            if level > before and self._energy:
                self._window.step(level - before, self._energy)
        if level > before:
            self._energy = 0.0
        if self._window.is_enough:
            self.ratio, self._window = self._window.ratio, _Window()
