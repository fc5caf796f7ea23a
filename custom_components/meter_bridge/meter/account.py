"""What each meter of a bridge has said, and which of it is believed."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..bridges.snapshot import Derivation, Reading
from .derived import Tally
from .guard import Guard, Verdict

# A meter whose clock was set back looks as if it replayed old readings. Replays are
# over after some seconds; a clock stays where it is. The owner should not have to wait
# for longer than a minute; what counts up is guarded all the same.
_BEHIND_READINGS = 3
_BEHIND_SECONDS = 30.0
# A meter's time that runs ahead of ours by more may be one wrong reading's. Later ones
# are ordered by it only once a second reading is as late.
_AHEAD = timedelta(minutes=10)
# Stored beside the counters, and marked so that no code of theirs is like it.
_DERIVED = "/"


@dataclass(slots=True, kw_only=True)
class _Account:
    """One meter: its last accepted reading, and when that came (monotonic).

    A reading older than `newest` is a replay.
    """

    guard: Guard
    tallies: dict[str, Tally] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    sent: Mapping[str, float] | None = None
    time: datetime | None = None
    token: Hashable = None
    at: float = 0.0
    newest: datetime | None = None
    ahead: datetime | None = None
    behind_since: float = 0.0
    behind_readings: int = 0
    behind_time: datetime | None = None

    def is_new(self, reading: Reading) -> bool:
        """Tell whether the meter was read again since the last reading.

        Times are often whole seconds, so that two readings may share one.
        """
        return (reading.time, reading.token, reading.values) != (
            self.time,
            self.token,
            self.sent,
        )

    def is_replay(self, reading: Reading, clock: float) -> bool:
        """Tell whether this is an older reading, rather than a clock set back."""
        if self.newest is None or reading.time is None or reading.time >= self.newest:
            self.behind_readings = 0
            return False
        if not self.behind_readings:
            self.behind_since, self.behind_time = clock, None
        if self.behind_time is None or reading.time > self.behind_time:
            self.behind_readings += 1
        self.behind_time = reading.time
        if (
            self.behind_readings < _BEHIND_READINGS
            or clock - self.behind_since < _BEHIND_SECONDS
        ):
            return True
        self.behind_readings = 0
        return False

    def derive(
        self, derived: Iterable[Derivation], verdict: Verdict
    ) -> dict[str, float]:
        """Return the derived totals of those that are believed."""
        totals = {}
        for each in derived:
            if (value := verdict.values.get(each.source)) is None:
                continue
            is_known = each.code in self.tallies
            if not is_known:
                self.tallies[each.code] = Tally(factor=each.factor)
            totals[each.code] = self.tallies[each.code].take(
                each, value, is_restarted=is_known and each.source in verdict.restarted
            )
        return totals

    def as_stored(self) -> dict[str, list[float]]:
        """Return what has to survive a restart."""
        tallies = self.tallies.items()
        return self.guard.as_stored() | {
            f"{_DERIVED}{code}": tally.as_stored() for code, tally in tallies
        }

    def restore(self, stored: Mapping[str, list[float]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        self.guard.restore(stored)
        for key, numbers in stored.items():
            if key.startswith(_DERIVED):
                code = key.removeprefix(_DERIVED)
                self.tallies[code] = Tally.restored(numbers)

    def keep(self, reading: Reading, clock: float) -> None:
        """Make this the last accepted reading."""
        due = timedelta(seconds=clock - self.at) + _AHEAD
        if (
            self.newest is not None
            and reading.time is not None
            and reading.time - self.newest > due
            and (self.ahead is None or reading.time < self.ahead)
        ):
            self.ahead = reading.time
        else:
            self.newest, self.ahead = reading.time, None
        self.sent, self.at = reading.values, clock
        self.time, self.token = reading.time, reading.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What may be shown of a meter now; a stale one shows nothing."""

    values: Mapping[str, float]
    is_fresh: bool
    restarted: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Judge readings: by their order, by their age, and counters by their past."""

    max_power: float
    stale_after: float
    _accounts: dict[str, _Account] = field(default_factory=dict)

    def enter(self, reading: Reading, *, now: float, clock: float) -> Entry:
        """Take a reading at `now` (Unix seconds) and `clock` (monotonic seconds)."""
        account = self._account(reading.meter.key)
        restarted: tuple[str, ...] = ()
        if account.is_new(reading) and not account.is_replay(reading, clock):
            verdict = account.guard.judge(reading.values, now)
            restarted = verdict.restarted
            account.values = {
                **verdict.values,
                **account.derive(reading.derived, verdict),
            }
            account.keep(reading, clock)
        limit = reading.meter.stale_after or self.stale_after
        is_fresh = account.sent is not None and clock - account.at <= limit
        return Entry(
            values=account.values if is_fresh else {},
            is_fresh=is_fresh,
            restarted=restarted,
        )

    def _account(self, meter: str) -> _Account:
        """Return what is known of a meter so far."""
        if meter not in self._accounts:
            self._accounts[meter] = _Account(guard=Guard(max_power=self.max_power))
        return self._accounts[meter]

    def forget(self, meter: str) -> None:
        """Judge a meter by no past, should it be read again."""
        self._accounts.pop(meter, None)

    def as_stored(self) -> dict[str, dict[str, list[float]]]:
        """Return what has to survive a restart."""
        return {meter: account.as_stored() for meter, account in self._accounts.items()}

    def restore(self, stored: Mapping[str, Mapping[str, list[float]]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        for meter, counters in stored.items():
            self._account(meter).restore(counters)
