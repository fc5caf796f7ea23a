"""The energy of the running period: by the counter, and by power."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.wire import entries, flag, number
from .periods import Clock, Period

_SECONDS_PER_HOUR = 3600.0
# A counter with steps above 10 Wh has only multiples of 100 Wh.
_COARSE = 100.0
_STEP = 10.0
# Check this many levels for finer digits: a single one may end in zeros by chance.
_LEVELS = 4
# A load may be on between two readings only, so that the counter grows more than power
# shows: by at most this power (W), which most connections of a household carry.
_UNSEEN_POWER = 25_000.0
# Meters send their counter at least once a minute. If it does not grow for longer while
# power flows, it is too slow to measure a period.
_LONGEST_PAUSE = 60.0
_LONGEST_STANDSTILL = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The energy (Wh) of a period that has ended; None if some of it is unknown."""

    period: Period
    energy: float | None

    def as_stored(self) -> list[float | None]:
        """Return the data to store."""
        return [self.period.start, self.period.end, self.energy]

    @classmethod
    def restored(cls, stored: object) -> Total | None:
        """Restore what `as_stored` returned, None if there was nothing."""
        match [number(each) for each in entries(stored)]:
            case [float() | int() as start, float() | int() as end, energy]:
                return cls(period=Period(start=start, end=end), energy=energy)
        return None


@dataclass(slots=True, kw_only=True)
class Flow:
    """Import power, and its energy since the period began.

    `energy` is None unless the period was read from its start. `since_step` is the
    energy since the last step of the counter, None if unknown. `at_least` is the part
    of that which flowed for certain, by the lower power of each two readings.
    """

    at: float = 0.0
    power: float | None = None
    energy: float | None = None
    since_step: float | None = None
    at_least: float = 0.0

    def take(
        self, at: float, power: float, longest: float, clock: Clock
    ) -> Total | None:
        """Take the power (W) at a time; return the period that has ended, if any."""
        before, self.power = self.power, power
        last, self.at = self.at, at
        period = clock.period(at)
        if before is None or at - last > longest:
            self.energy = 0.0 if at == period.start else None
            self.since_step = None
            return None
        if self.since_step is not None:
            self.since_step += _area(before, power, at - last)
            least = min(before, power)
            self.at_least += _area(least, least, at - last)
        ended = clock.period(last)
        if period == ended:
            if self.energy is not None:
                self.energy += _area(before, power, at - last)
            return None
        if period.start != ended.end:
            self.energy = None
            return None
        middle = before + (power - before) * (ended.end - last) / (at - last)
        energy = self.energy
        if energy is not None:
            energy += _area(before, middle, ended.end - last)
        self.energy = _area(middle, power, at - ended.end)
        return Total(period=ended, energy=energy)

    def step(self, *, is_seen: bool) -> None:
        """Add up anew from a step of the counter, or from a first reading after a gap.

        After a gap, the step may have been up to a minute ago.
        """
        if self.power is not None and (is_seen or self.since_step is None):
            pause = 0.0 if is_seen else _LONGEST_PAUSE
            self.since_step = self.power * pause / _SECONDS_PER_HOUR
            self.at_least = 0.0

    def as_stored(self) -> dict[str, object]:
        """Return the data to store."""
        return {
            "at": self.at,
            "power": self.power,
            "energy": self.energy,
            "since_step": self.since_step,
            "at_least": self.at_least,
        }

    @classmethod
    def restored(cls, stored: Mapping[str, object]) -> Flow:
        """Restore what `as_stored` returned before the restart."""
        return cls(
            at=number(stored.get("at")) or 0.0,
            power=number(stored.get("power")),
            energy=number(stored.get("energy")),
            since_step=number(stored.get("since_step")),
            at_least=number(stored.get("at_least")) or 0.0,
        )


def _area(power: float, other: float, seconds: float) -> float:
    """Return the energy (Wh) of a power that changes evenly from one to the other."""
    return (power + other) / 2 * seconds / _SECONDS_PER_HOUR


@dataclass(slots=True, kw_only=True)
class Count:
    """The counter of imported energy (Wh), and its level at the start of the period.

    `start` is that level, None if unknown. `strays`: in this period the counter does
    not fit the power: it leaps, or does not grow while energy flows.
    """

    at: float = 0.0
    level: float | None = None
    start: float | None = None
    strays: bool = False
    stepped_at: float = 0.0
    levels: list[float] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        """Tell whether the steps of the counter are small enough."""
        return any(level % _COARSE for level in self.levels)

    def take(
        self, at: float, level: float, longest: float, clock: Clock
    ) -> Total | None:
        """Take the level at a time; return the period that has ended, if any."""
        before, self.level = self.level, level
        last, self.at = self.at, at
        if level != before:
            self.levels = [*self.levels, level][-_LEVELS:]
            self.stepped_at = at
        period = clock.period(at)
        if before is None or level < before:
            self.start = level if at == period.start else None
            return None
        ended = clock.period(last)
        if period == ended:
            return None

        def level_at(moment: float) -> float | None:
            if moment == at:
                return level
            if at - last > longest or not last <= moment <= at:
                return None
            return before + (level - before) * (moment - last) / (at - last)

        end = level_at(ended.end)
        energy = None if end is None or self.start is None else end - self.start
        self.start = level_at(period.start)
        return Total(period=ended, energy=energy)

    def strays_by(self, growth: float, seconds: float, flow: Flow) -> bool:
        """Tell whether the growth of the counter does not fit the power.

        `seconds` have passed since the last reading.
        """
        if flow.since_step is None:
            return False
        unseen = _UNSEEN_POWER * seconds / _SECONDS_PER_HOUR
        if growth:
            return growth > 2 * (flow.since_step + _STEP) + unseen
        stands = self.at - self.stepped_at
        return stands > _LONGEST_STANDSTILL and flow.at_least > 4 * _STEP

    def as_stored(self) -> dict[str, object]:
        """Return the data to store."""
        return {
            "at": self.at,
            "level": self.level,
            "start": self.start,
            "strays": self.strays,
            "stepped_at": self.stepped_at,
            "levels": self.levels,
        }

    @classmethod
    def restored(cls, stored: Mapping[str, object]) -> Count:
        """Restore what `as_stored` returned before the restart."""
        levels = (number(each) for each in entries(stored.get("levels")))
        return cls(
            at=number(stored.get("at")) or 0.0,
            level=number(stored.get("level")),
            start=number(stored.get("start")),
            strays=flag(stored.get("strays")) or False,
            stepped_at=number(stored.get("stepped_at")) or 0.0,
            levels=[each for each in levels if each is not None],
        )
