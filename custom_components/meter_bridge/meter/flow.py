"""The energy that a meter's own power tells, beside what its counter counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..bridges.obis import EXPORT_GROUP, IMPORT_GROUP, NET_POWER

# Nobody knows what flowed in a longer gap between two readings.
_LONGEST_SECONDS = 900.0
_SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True, kw_only=True)
class Flow:
    """What the power of one direction adds up to since the counter last stepped, Wh."""

    energy: float = 0.0
    _power: float | None = None
    _at: float = 0.0

    def add(self, power: float | None, now: float) -> None:
        """Take the power (W) of a reading at `now` (Unix seconds)."""
        if power is not None and self._power is not None:
            seconds = min(max(now - self._at, 0.0), _LONGEST_SECONDS)
            self.energy += (self._power + power) / 2 * seconds / _SECONDS_PER_HOUR
        self._power, self._at = power, now

    def explains(self, growth: float) -> bool:
        """Tell whether as much flowed as a counter grew: half to twice, plus one step.

        A coarse counter grows by one step at a time; up to a step more may have flowed
        before the first one that was seen.
        """
        return growth / 2 <= self.energy <= 3 * growth


def power_of(code: str, values: Mapping[str, float]) -> float | None:
    """Return the power that a counter adds up: what flows in its direction, in W.

    Of net power it is the part in this direction.
    """
    group = code.partition(".")[0]
    if (power := values.get(f"{group}.7.0")) is not None:
        return power
    net = values.get(NET_POWER)
    if net is None or group not in (IMPORT_GROUP, EXPORT_GROUP):
        return None
    return max(net if group == IMPORT_GROUP else -net, 0.0)
