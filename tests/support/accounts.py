"""Accounts of meters, as the board keeps them, without Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from custom_components.meter_bridge.bridges.snapshot import Reading
from custom_components.meter_bridge.meter.account import Account, Stored
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.meter.trouble import Restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The values of a meter after a reading, and the counters that start anew."""

    values: Mapping[str, float]
    is_fresh: bool
    restarted: tuple[str, ...] = ()
    restart: Restart | None = field(default=None, compare=False)


@dataclass(slots=True, kw_only=True)
class Accounts:
    """An account for each meter that has sent a reading."""

    max_power: float = 100_000
    stale_after: float
    stale_within: tuple[float, float] | None = None
    meters: dict[str, Account] = field(default_factory=dict)
    _stored: dict[str, Stored] = field(default_factory=dict)
    _is_orderly: bool = False

    def take(self, reading: Reading, *, now: float, clock: float) -> Taken:
        """Take a reading at `now` (Unix seconds) and `clock` (monotonic seconds)."""
        key = reading.meter.key
        if key not in self.meters:
            limits = Limits(max_power=self.max_power)
            account = Account(meter=reading.meter, limits=limits)
            if stored := self._stored.pop(key, None):
                account.restore(stored, is_orderly=self._is_orderly)
            self.meters[key] = account
        account = self.meters[key]
        restart = account.take(
            reading,
            now=now,
            clock=clock,
            stale_after=self.stale_after,
            stale_within=self.stale_within,
        )
        return Taken(
            values=account.values,
            is_fresh=bool(account.is_fresh),
            restarted=tuple(restart.levels) if restart else (),
            restart=restart,
        )

    def as_stored(self) -> dict[str, Stored]:
        """Return the data to store."""
        return self._stored | {
            key: account.as_stored() for key, account in self.meters.items()
        }

    def restore(
        self, stored: Mapping[str, Stored], *, is_orderly: bool = False
    ) -> None:
        """Restore what `as_stored` returned before the restart."""
        self._stored = {key: dict(known) for key, known in stored.items()}
        self._is_orderly = is_orderly


def shown(reading: Reading) -> dict[str, float]:
    """Return the values of a meter after two equal readings in a row."""
    accounts = Accounts(stale_after=60.0)
    for seconds in (0.0, 10.0):
        taken = accounts.take(
            replace(reading, token=seconds), now=seconds, clock=seconds
        )
    return dict(taken.values)
