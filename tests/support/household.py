"""Simulate a day in a house, second by second, the same for every bridge that reads it.

Three phases, a fridge, a kettle, a washing machine, a heat pump that modulates, sun
behind clouds, and noise of a few watts and tenths of a volt.
"""

from decimal import Decimal
from random import Random

from .house import PHASES, House

_SEED = 2026
_TENTH = Decimal("0.1")
# Watts, and seconds.
_FRIDGE, _FRIDGE_ON, _FRIDGE_CYCLE = 92, 1100, 3300
_KETTLE, _KETTLE_ON, _KETTLE_CYCLE = 2150, 170, 4700
_HEATER, _DRUM, _WASH, _WASH_CYCLE = 1950, 260, 4200, 10_800
_PUMP_LEAST, _PUMP_MOST = 500, 1800
_SUN = 3900


class Household:
    """The appliances and solar panels of a house, which run by themselves."""

    def __init__(self, house: House, seed: int = _SEED) -> None:
        """Start with everything off but the heat pump."""
        self.house = house
        self._random = Random(seed)  # noqa: S311 (a trace that everybody shares)
        self._second = 0
        self._pump = 900.0
        self._cloud = self._cloud_aim = 0.7

    def live(self, seconds: int) -> None:
        """Let so many seconds pass."""
        for _ in range(seconds):
            self.second()

    def second(self) -> None:
        """Set loads and solar power of the next second, and let it pass."""
        second, house = self._second, self.house
        self._second += 1
        load = {phase: 55 + 15 * phase + self._noise() for phase in PHASES}
        load[2] += self._fridge(second)
        load[3] += self._kettle(second)
        load[1] += self._wash(second)
        pump, sun = self._heat_pump(second), self._sun()
        for phase in PHASES:
            house.load[phase] = load[phase] + pump // 3
            house.solar[phase] = sun // 3
            house.reactive[phase] = load[phase] // 12 + pump // 20
            self._swing(phase)
        house.advance(1)

    def _noise(self) -> int:
        """Return some random watts, as many small loads cause them."""
        return round(self._random.gauss(0, 1.5))

    def _fridge(self, second: int) -> int:
        """Return the power of the compressor, which is higher as it starts."""
        on = second % _FRIDGE_CYCLE
        return 0 if on >= _FRIDGE_ON else 600 if on == 0 else _FRIDGE

    def _kettle(self, second: int) -> int:
        """Return the power of the kettle."""
        return _KETTLE if 600 <= second % _KETTLE_CYCLE < 600 + _KETTLE_ON else 0

    def _wash(self, second: int) -> int:
        """Return the power of the washing machine: first its heater, then its drum."""
        at = second % _WASH_CYCLE - 900
        if not 0 <= at < _WASH:
            return 0
        if at < 780:
            return _HEATER + (_DRUM if at % 20 < 8 else 0)
        return 30 + (_DRUM + self._noise() * 8 if at % 24 < 14 else 0)

    def _heat_pump(self, second: int) -> int:
        """Return the power of the heat pump, which changes every few seconds."""
        if second % 5 == 0:
            step = self._random.gauss(0, 9)
            self._pump = min(max(self._pump + step, _PUMP_LEAST), _PUMP_MOST)
        return round(self._pump)

    def _sun(self) -> int:
        """Return the solar power; a cloud takes some seconds to pass."""
        if self._random.random() < 1 / 90:
            self._cloud_aim = self._random.choice((0.25, 0.5, 0.8, 0.95, 1.0))
        self._cloud += (self._cloud_aim - self._cloud) / 12
        hour = self.house.now.hour + self.house.now.minute / 60
        height = max(0.0, 1 - ((hour - 12) / 7) ** 2)
        return round(_SUN * height * self._cloud)

    def _swing(self, phase: int) -> None:
        """Let the voltage of a phase go up or down by a tenth of a volt."""
        if self._random.random() < 0.3:
            volts = self.house.voltage[phase]
            up = self._random.random() * 12 > volts - 224
            self.house.voltage[phase] = volts + (_TENTH if up else -_TENTH)
