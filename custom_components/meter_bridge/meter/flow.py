"""The energy that a meter's own power tells, beside what its counters count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..bridges.obis import COUNTERS, EXPORT_GROUP, IMPORT_GROUP, NET_POWER

# Nobody knows what flowed in a longer gap between two readings.
_LONGEST_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0
# Value group C of each counter, which its power has, too.
_GROUPS = {code: code.partition(".")[0] for code in COUNTERS}
_POWER_OF = {group: f"{group}.7.0" for group in _GROUPS.values()}


@dataclass(slots=True, kw_only=True)
class Flows:
    """What the powers of one meter add up to (Wh), each in its direction."""

    _energies: dict[str, float] = field(default_factory=dict)
    _powers: dict[str, float | None] = field(default_factory=dict)
    _at: float = 0.0
    # How much had flowed when a counter stepped last.
    _marks: dict[str, float] = field(default_factory=dict)

    def add(
        self, counted: Iterable[str], values: Mapping[str, float], now: float
    ) -> None:
        """Take the powers (W) beside these counters, at `now` (Unix seconds)."""
        hours = min(max(now - self._at, 0.0), _LONGEST_SECONDS) / _SECONDS_PER_HOUR
        self._at = now
        for group in {_GROUPS[code] for code in counted}:
            before = self._powers.get(group)
            power = self._powers[group] = _power(group, values)
            if power is not None and before is not None:
                flowed = (before + power) / 2 * hours
                self._energies[group] = self._energies.get(group, 0.0) + flowed

    def explains(self, code: str, growth: float) -> bool:
        """Tell whether as much flowed as a counter grew: half to twice, plus one step.

        A coarse counter grows by one step at a time; up to a step more may have flowed
        before the first one that was seen.
        """
        flowed = self._energies.get(_GROUPS[code], 0.0) - self._marks.get(code, 0.0)
        return growth / 2 <= flowed <= 3 * growth

    def step(self, code: str) -> None:
        """Note that a counter has stepped."""
        self._marks[code] = self._energies.get(_GROUPS[code], 0.0)


def power_of(code: str, values: Mapping[str, float]) -> float | None:
    """Return the power that a counter adds up: what flows in its direction, in W.

    Of net power it is the part in this direction.
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
