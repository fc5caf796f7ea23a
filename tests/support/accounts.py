"""The accounts of some meters, as a board keeps them, without Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from custom_components.meter_bridge.bridges.snapshot import Reading
from custom_components.meter_bridge.meter.account import Account, Counters
from custom_components.meter_bridge.meter.guard import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What may be shown of a meter after a reading, and which counters start anew."""

    values: Mapping[str, float]
    is_fresh: bool
    restarted: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Accounts:
    """An account for each meter that was read."""

    max_power: float = 100_000
    stale_after: float
    meters: dict[str, Account] = field(default_factory=dict)
    _stored: dict[str, Counters] = field(default_factory=dict)

    def take(self, reading: Reading, *, now: float, clock: float) -> Taken:
        """Take a reading at `now` (Unix seconds) and `clock` (monotonic seconds)."""
        key = reading.meter.key
        if key not in self.meters:
            account = Account(
                meter=reading.meter, guard=Guard(max_power=self.max_power)
            )
            account.restore(self._stored.pop(key, {}))
            self.meters[key] = account
        account = self.meters[key]
        restarted = account.take(
            reading, now=now, clock=clock, stale_after=self.stale_after
        )
        return Taken(
            values=account.values,
            is_fresh=bool(account.is_fresh),
            restarted=restarted,
        )

    def as_stored(self) -> dict[str, Counters]:
        """Return what has to survive a restart."""
        return self._stored | {
            key: account.as_stored() for key, account in self.meters.items()
        }

    def restore(self, stored: Mapping[str, Counters]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        self._stored = {key: dict(counters) for key, counters in stored.items()}
