"""Count apart what registers consumed and what they produced.

A register has one counter, whose steps may go either way. Each total of one direction
starts at the register's counter, and goes on by the steps in its direction. Steps that
cancel out between two readings are not seen: so after a gap, the device's minutes are
used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..wire import steps_between
from .kinds import WRAP

_STORED = 4


@dataclass(slots=True, kw_only=True)
class _Counted:
    """A register at its last reading: time, counter, and counts of both directions."""

    at: float
    counter: int
    forwards: int
    backwards: int

    def go_on(self, counter: int) -> None:
        """Add the step to a later counter."""
        step = steps_between(counter, self.counter, WRAP)
        self.forwards += max(step, 0)
        self.backwards += min(step, 0)
        self.counter = counter


@dataclass(slots=True, kw_only=True)
class Parts:
    """The registers whose directions are counted apart, by key."""

    _counted: dict[str, _Counted] = field(default_factory=dict)

    def since(self, registers: Iterable[str]) -> float | None:
        """Return the earliest time (of the device, Unix s) of their last readings."""
        known = [self._counted[key].at for key in registers if key in self._counted]
        return min(known, default=None)

    def take(
        self,
        at: float,
        counters: Mapping[str, int],
        between: Iterable[Mapping[str, int]],
    ) -> None:
        """Count up to these counters, through those that the device had in between."""
        rows = [*between, counters]
        for key, counter in counters.items():
            if (counted := self._counted.get(key)) is None:
                self._counted[key] = _Counted(
                    at=at, counter=counter, forwards=counter, backwards=counter
                )
                continue
            for row in rows:
                if key in row:
                    counted.go_on(row[key])
            counted.at = at

    def count(self, register: str, sign: int) -> int | None:
        """Return the count of one direction."""
        counted = self._counted.get(register)
        if counted is None:
            return None
        return counted.forwards if sign > 0 else counted.backwards

    def memory(self) -> dict[str, list[float]]:
        """Return what has to survive a restart."""
        return {
            key: [each.at, each.counter, each.forwards, each.backwards]
            for key, each in self._counted.items()
        }

    def recall(self, memory: Mapping[str, list[float]]) -> None:
        """Restore what `memory` returned before the restart."""
        for key, numbers in memory.items():
            if len(numbers) == _STORED:
                at, *counts = numbers
                counter, forwards, backwards = (int(each) for each in counts)
                self._counted[key] = _Counted(
                    at=at, counter=counter, forwards=forwards, backwards=backwards
                )
