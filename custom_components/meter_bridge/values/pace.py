"""Decide when a changed value is written: which group of values is due at what time.

Plain decisions: the throttle has the timers. All times are monotonic seconds.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from ..const import Updates

# What is due within this time (s) is written with the present reading. So polls as far
# apart as the thresholds need no timer in between.
TOLERANCE = 0.5
# After so many seconds without a state, the old values are reported before a step.
_QUIET_SECONDS = 10.0
# For Home Assistant, a state belongs to the hour in which it was written.
_HOUR, _BEFORE_HOUR = 3600.0, 1.5
# 4.1 A less 4.0 A is a bit less than 0.1 A to a computer.
_ROUNDING = 1e-9


class Measure(StrEnum):
    """What a value measures, as far as its pace goes.

    `OTHER_POWER` is reactive or apparent, `WORD` is everything that has to be shown at
    once, `OTHER` is counted or slow.
    """

    NET_POWER = "net_power"
    POWER = "power"
    OTHER_POWER = "other_power"
    CURRENT = "current"
    VOLTAGE = "voltage"
    FREQUENCY = "frequency"
    POWER_FACTOR = "power_factor"
    DEMAND = "demand"
    DEMAND_AHEAD = "demand_ahead"
    WORD = "word"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds since the last writing, and a difference that is due by then.

    The difference is an amount, or a share of the value shown if that is more.
    """

    after: float
    amount: float = 0.0
    share: float = 0.0


type Steps = tuple[Step, ...]

# Of these, all values of a meter are one group; the others go each for itself.
_TOGETHER = {Measure.NET_POWER, Measure.POWER, Measure.WORD, Measure.OTHER}
# What owners have added up over time.
_INTEGRATED = {Measure.NET_POWER, Measure.POWER}

_AT_ONCE: Steps = (Step(0),)
_MINUTE, _FIVE_MINUTES = Step(60), Step(300)
_POWER: Steps = (Step(0, 100, 0.05), Step(10, 10, 0.02), _MINUTE)
_CALM_POWER: Steps = (Step(60, 25, 0.05), _FIVE_MINUTES)
_DEMAND: Steps = (Step(60, 50, 0.05), _FIVE_MINUTES)
_BALANCED: Mapping[Measure, Steps] = {
    Measure.POWER: _POWER,
    Measure.OTHER_POWER: _POWER,
    Measure.CURRENT: (Step(0, 0.5, 0.05), Step(10, 0.1, 0.02), _MINUTE),
    Measure.VOLTAGE: (Step(10, 1), _MINUTE),
    Measure.FREQUENCY: (Step(10, 0.05), _MINUTE),
    Measure.POWER_FACTOR: (Step(10, 0.02), _MINUTE),
    Measure.DEMAND: _DEMAND,
    Measure.DEMAND_AHEAD: (Step(10, 200, 0.1), *_DEMAND),
    Measure.WORD: _AT_ONCE,
    Measure.OTHER: (_MINUTE,),
}
_CALM: Mapping[Measure, Steps] = {
    **_BALANCED,
    Measure.POWER: _CALM_POWER,
    Measure.OTHER_POWER: _CALM_POWER,
    Measure.CURRENT: (Step(60, 0.1, 0.05), _FIVE_MINUTES),
    Measure.VOLTAGE: (Step(60, 1), _FIVE_MINUTES),
    Measure.FREQUENCY: (Step(60, 0.05), _FIVE_MINUTES),
    Measure.POWER_FACTOR: (Step(60, 0.02), _FIVE_MINUTES),
    Measure.DEMAND_AHEAD: _DEMAND,
}
_STEPS: Mapping[Updates, Mapping[Measure, Steps]] = {
    Updates.EVERY_READING: dict.fromkeys(_BALANCED, _AT_ONCE),
    Updates.LIVE_POWER: {**_BALANCED, Measure.NET_POWER: _AT_ONCE},
    Updates.BALANCED: _BALANCED,
    Updates.CALM: _CALM,
}


@dataclass(slots=True, eq=False)
class _Group:
    """Values that are written together, so that they are always of one moment.

    `waiting` holds the keys that have changed since, `forced` those that are written
    whatever their values are. `is_step` if what is due has crossed a threshold.
    """

    measure: Measure
    steps: Steps
    waiting: set[str] = field(default_factory=set)
    forced: set[str] = field(default_factory=set)
    due: float = inf
    is_step: bool = False
    written_at: float = -inf


_MISSING = object()
_NO_VALUE = (_MISSING, None)


class Pace[V]:
    """What is shown of all values, and when the rest of it is due."""

    def __init__(
        self,
        updates: Updates,
        place: Callable[[str], tuple[str, Measure]],
        enabled: Container[str],
    ) -> None:
        """Show nothing yet.

        `place` returns the meter of a key, and what it measures. Only `enabled` keys
        have an entity: the others make nothing due.
        """
        self.shown: dict[str, V] = {}
        self.next_due = inf
        self._steps = _STEPS[updates]
        self._place, self._enabled = place, enabled
        self._groups: dict[tuple[str, Measure], _Group] = {}
        self._group_of: dict[str, _Group] = {}
        # Groups that have to be judged, and groups of which something is due later.
        self._touched: set[_Group] = set()
        self._due: set[_Group] = set()
        self._read_at = -inf

    def note(self, changed: Iterable[str], forced: Iterable[str] = ()) -> None:
        """Remember which values have changed, and which are due whatever they are."""
        for key in forced:
            # The key may measure something else by now.
            self._leave_group(key)
            group = self._group(key)
            group.forced.add(key)
            group.waiting.add(key)
            self._touched.add(group)
        for key in changed:
            group = self._group_of.get(key) or self._group(key)
            group.waiting.add(key)
            self._touched.add(group)

    def forget(self, key: str) -> None:
        """Forget a value that has no entity any more."""
        self.shown.pop(key, None)
        self._leave_group(key)

    def take(
        self,
        values: Mapping[str, V],
        now: float,
        clock: float,
        *,
        is_reading: bool = False,
        is_last: bool = False,
    ) -> Iterator[list[str]]:
        """Yield keys whose entities write their state now, as it is shown by then.

        `clock` is the time of day in seconds (UTC). `is_reading` if these values have
        just been read, `is_last` to write everything that waits, due or not.
        """
        for group in self._touched:
            self._judge(group, values, now, clock)
            if group.due < inf:
                self._due.add(group)
            else:
                self._due.discard(group)
        self._touched.clear()
        soon = inf if is_last else now + TOLERANCE
        if due := [group for group in self._due if group.due <= soon]:
            self._due.difference_update(due)
            if old := [key for each in due for key in self._old(each, values, now)]:
                yield old
            yield [key for each in due for key in self._write(each, values, now)]
        self.next_due = min((group.due for group in self._due), default=inf)
        if is_reading:
            self._read_at = now

    def _judge(
        self, group: _Group, values: Mapping[str, V], now: float, clock: float
    ) -> None:
        """Work out when what waits in a group is due."""
        wait = inf
        for key in group.waiting:
            if key in self._enabled:
                shown, value = self.shown.get(key, _MISSING), values.get(key, _MISSING)
                if shown != value:
                    wait = min(wait, _wait(group, shown, value))
                    if wait == 0:
                        # Nothing can be due sooner.
                        break
        group.is_step = wait < group.steps[-1].after or wait == 0
        if group.forced:
            group.due = now
        elif wait == inf:
            group.due = inf
        else:
            group.due = group.written_at + wait
            if group.measure is Measure.OTHER:
                group.due = min(group.due, now + _before_hour(clock))

    def _old(self, group: _Group, values: Mapping[str, V], now: float) -> Iterable[str]:
        """Return whose entities report what they show once more, before a step."""
        if (
            group.is_step
            and group.measure in _INTEGRATED
            and now - group.written_at > _QUIET_SECONDS
            # Only a reading in between proves that the value was steady.
            and self._read_at > group.written_at
        ):
            changed = {*self._changed(group, values), *group.forced}
            return [key for key in changed & self.shown.keys() if key in self._enabled]
        return ()

    def _changed(self, group: _Group, values: Mapping[str, V]) -> list[str]:
        """Return which keys of a group have another value than is shown."""
        return [
            key
            for key in group.waiting
            if self.shown.get(key, _MISSING) != values.get(key, _MISSING)
        ]

    def _write(
        self, group: _Group, values: Mapping[str, V], now: float
    ) -> Iterable[str]:
        """Show the values of a group; return whose entities write them."""
        changed = self._changed(group, values)
        for key in changed:
            if key in values:
                self.shown[key] = values[key]
            else:
                del self.shown[key]
        due = {*changed, *group.forced} if group.forced else changed
        group.waiting.clear()
        group.forced.clear()
        group.due, group.written_at = inf, now
        return [key for key in due if key in self._enabled]

    def _group(self, key: str) -> _Group:
        """Return the group of a key."""
        meter, measure = self._place(key)
        if measure is Measure.NET_POWER and measure not in self._steps:
            measure = Measure.POWER
        name = meter if measure in _TOGETHER else key
        group = self._groups.get((name, measure))
        if group is None:
            group = _Group(measure=measure, steps=self._steps[measure])
            self._groups[name, measure] = group
        self._group_of[key] = group
        return group

    def _leave_group(self, key: str) -> None:
        """Take a key out of its group."""
        if group := self._group_of.pop(key, None):
            group.waiting.discard(key)
            group.forced.discard(key)
            if group.measure not in _TOGETHER:
                self._touched.discard(group)
                self._due.discard(group)
                del self._groups[key, group.measure]


def _wait(group: _Group, shown: object, value: object) -> float:
    """Return how long after the last writing this difference is due."""
    if isinstance(shown, (int, float)) and isinstance(value, (int, float)):
        if group.measure is Measure.DEMAND and value < shown:
            # Demand only rises within a period. If it falls, another period has begun.
            return 0
        difference, size = abs(value - shown) + _ROUNDING, abs(shown)
        for step in group.steps:
            if difference >= step.amount and difference >= step.share * size:
                return step.after
    elif shown in _NO_VALUE or value in _NO_VALUE:
        return 0
    return group.steps[-1].after


def _before_hour(clock: float) -> float:
    """Return the seconds until the last moment that still belongs to this hour."""
    return _HOUR - (clock + _BEFORE_HOUR) % _HOUR
