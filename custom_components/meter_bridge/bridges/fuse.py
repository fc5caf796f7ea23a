"""The load of the main fuse by phase."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .wire import difference, shift

MARGIN, MARGIN_OF, OVERLOAD_OF = (
    "fuse_margin",
    "fuse_margin_phase",
    "fuse_overload_phase",
)
"""The keys of what the fuse can still carry, on the most loaded phase and by phase
(A, negative above its rating), and of whether a phase is overloaded.
"""
_CURRENTS = {1: "31.7.0", 2: "51.7.0", 3: "71.7.0"}
# An overload ends below this part of the rating (%), so that a current that swings
# around the rating is one overload, not twenty.
_OVER_BELOW = 95


# At this many times its rating a fuse opens within milliseconds: a telegram that says
# more is wrong, and so would be what is worked out of it.
_MOST_TIMES = 20


@dataclass(slots=True, kw_only=True)
class Fuse:
    """Remember which phases are overloaded, until they are clearly below the rating."""

    _overloaded: set[int] = field(default_factory=set)

    def judge(
        self, rating: float | None, believed: Mapping[str, float]
    ) -> dict[str, float]:
        """Return the load of each phase whose current (A) is known, by entity key.

        Without a rating (A) there is none. The sign of a current does not matter: a
        fuse heats in either direction.
        """
        loads: dict[str, float] = {}
        margins = []
        for phase, code in _CURRENTS.items():
            current = believed.get(code)
            if rating is None or current is None:
                continue
            if abs(current) > rating * _MOST_TIMES:
                continue
            margins.append(difference(rating, abs(current)))
            loads[f"{MARGIN_OF}_{phase}"] = margins[-1]
            loads[f"{OVERLOAD_OF}_{phase}"] = self._judge(phase, rating, abs(current))
        if margins:
            loads[MARGIN] = min(margins)
        return loads

    def _judge(self, phase: int, rating: float, current: float) -> bool:
        """Tell whether a phase is overloaded."""
        if current > rating:
            self._overloaded.add(phase)
        elif current < shift(rating * _OVER_BELOW, -2):
            self._overloaded.discard(phase)
        return phase in self._overloaded
