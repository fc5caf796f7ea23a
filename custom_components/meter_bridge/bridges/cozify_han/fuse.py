"""The load of the main fuse by phase; the reader itself reports the fuse's rating."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..wire import difference, shift

# An overload ends below this part of the rating (%), so that a current that swings
# around the rating is one overload, not twenty.
_OVER_BELOW = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One phase: `margin` is what its fuse can still carry (A, negative above it)."""

    margin: float
    is_overloaded: bool


@dataclass(slots=True, kw_only=True)
class Fuse:
    """Remember which phases are overloaded, until they are clearly below the rating."""

    _overloaded: set[int] = field(default_factory=set)

    def judge(
        self, rating: float | None, currents: Mapping[int, float]
    ) -> Mapping[int, Load]:
        """Return the load of each phase whose current (A) is known.

        Without a rating (A) there is none. The sign of a current does not matter: a
        fuse heats in either direction.
        """
        if rating is None:
            return {}
        return {
            phase: self._judge(phase, rating, abs(current))
            for phase, current in currents.items()
        }

    def _judge(self, phase: int, rating: float, current: float) -> Load:
        """Judge one phase."""
        if current > rating:
            self._overloaded.add(phase)
        elif current < shift(rating * _OVER_BELOW, -2):
            self._overloaded.discard(phase)
        return Load(
            margin=difference(rating, current),
            is_overloaded=phase in self._overloaded,
        )
