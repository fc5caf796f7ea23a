"""How the phases load the main fuse whose rating the reader itself reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..wire import difference, shift

# An overload is over below this share of the rating, in %: a current that swings about
# the rating is one overload, not twenty.
_OVER_BELOW = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One phase: what its fuse can still carry (A, negative above it)."""

    margin: float
    is_overloaded: bool


@dataclass(slots=True, kw_only=True)
class Fuse:
    """Remember which phases are overloaded until they have become clearly less."""

    _overloaded: set[int] = field(default_factory=set)

    def judge(
        self, rating: float | None, currents: Mapping[int, float]
    ) -> Mapping[int, Load]:
        """Return the load of each phase whose current (A) is known; no rating, none.

        Currents count without their sign: a fuse heats in either direction.
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
