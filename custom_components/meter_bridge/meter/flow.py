"""The energy that flowed by the meter's own power, to compare with its counters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..bridges.obis import COUNTERS, EXPORT_GROUP, IMPORT_GROUP, NET_POWER

# Of a longer gap between two readings, only this much counts: nobody knows the rest.
_LONGEST_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# Value group C of each counter; the power in the same direction has the same.
_GROUPS = {code: code.partition(".")[0] for code in COUNTERS}
_POWER_OF = {group: f"{group}.7.0" for group in _GROUPS.values()}


@dataclass(slots=True, kw_only=True)
class Flows:
    """The energy (Wh) that flowed by each power of one meter, in its direction."""

    _energies: dict[str, float] = field(default_factory=dict)
    _powers: dict[str, float | None] = field(default_factory=dict)
    _at: float = 0.0
    # How much had flowed at the last step of a counter.
    _marks: dict[str, float] = field(default_factory=dict)

    def add(
        self, counted: Iterable[str], values: Mapping[str, float], now: float
    ) -> None:
        """Add the powers (W) of these counters, at `now` (Unix seconds)."""
        hours = min(max(now - self._at, 0.0), _LONGEST_SECONDS) / _SECONDS_PER_HOUR
        self._at = now
        for group in {_GROUPS[code] for code in counted}:
            before = self._powers.get(group)
            power = self._powers[group] = _power(group, values)
            if power is not None and before is not None:
                flowed = (before + power) / 2 * hours
                self._energies[group] = self._energies.get(group, 0.0) + flowed

    def as_stored(self) -> dict[str, Any]:
        """Return what has to survive a restart."""
        return {
            "at": self._at,
            "powers": self._powers,
            "carried": {code: self._since_step(code) for code in self._marks},
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Restore what `as_stored` returned before the restart."""
        self._at = stored.get("at", 0.0)
        self._powers = dict(stored.get("powers", {}))
        self._marks = {
            code: -carried
            for code, carried in stored.get("carried", {}).items()
            if code in _GROUPS
        }

    def explains(self, code: str, growth: float) -> bool:
        """Tell whether about as much flowed as a counter grew (Wh).

        Between half and twice as much, plus one step: a coarse counter grows by a step
        at a time, and part of that flowed before the first reading.
        """
        return growth / 2 <= self._since_step(code) <= 3 * growth

    def _since_step(self, code: str) -> float:
        """Return how much has flowed since a counter stepped last."""
        return self._energies.get(_GROUPS[code], 0.0) - self._marks.get(code, 0.0)

    def step(self, code: str) -> None:
        """Note that a counter has stepped."""
        self._marks[code] = self._energies.get(_GROUPS[code], 0.0)


def power_of(code: str, values: Mapping[str, float]) -> float | None:
    """Return the power (W) in the direction of a counter; None if it was not sent.

    Without a power of its own, the part of net power in this direction.
    """
    return _power(_GROUPS[code], values)


def _power(group: str, values: Mapping[str, float]) -> float | None:
    """Return the power of a value group C."""
    if (power := values.get(_POWER_OF[group])) is not None:
        return power
    net = values.get(NET_POWER)
    if net is None or group not in (IMPORT_GROUP, EXPORT_GROUP):
        return None
    return max(net if group == IMPORT_GROUP else -net, 0.0)
