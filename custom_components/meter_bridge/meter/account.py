"""Everything that is known of one meter, and which of its readings are believed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..bridges.snapshot import Derivation, Meter, Reading
from .derived import Tally
from .guard import Guard, Verdict
from .order import Order

type Counters = dict[str, list[float]]
"""What is stored of one meter: numbers by OBIS code."""

# Stored beside the counters; no OBIS code begins with it.
_DERIVED = "/"


@dataclass(slots=True, kw_only=True)
class Account:
    """One meter: what it has said, what of that is believed, and how fresh that is.

    `codes` are the registers that have had a value. `is_read` if the last answer of the
    bridge had a reading of this meter. `is_fresh` is None before the first answer;
    `values` is empty while the meter is stale.
    """

    meter: Meter
    guard: Guard
    codes: set[str] = field(default_factory=set)
    values: Mapping[str, float] = field(default_factory=dict)
    is_read: bool = False
    is_fresh: bool | None = None
    tallies: dict[str, Tally] = field(default_factory=dict)
    _order: Order = field(default_factory=Order)
    _believed: Mapping[str, float] = field(default_factory=dict)

    def take(
        self, reading: Reading, *, now: float, clock: float, stale_after: float
    ) -> tuple[str, ...]:
        """Judge a reading at `now` (Unix seconds) and `clock` (monotonic seconds).

        It is stale `stale_after` seconds after the last new one, unless the meter sets
        a limit of its own. Return the counters that start anew with it.
        """
        self.meter, self.is_read = reading.meter, True
        order, restarted = self._order, tuple[str, ...]()
        if order.is_new(reading) and not order.is_replay(reading, clock):
            verdict = self.guard.judge(reading.values, now)
            restarted = verdict.restarted
            self._believed = {
                **verdict.values,
                **self._derive(reading.derived, verdict),
            }
            order.keep(reading, clock)
        limit = reading.meter.stale_after or stale_after
        self.is_fresh = order.values is not None and clock - order.at <= limit
        self.values = self._believed if self.is_fresh else {}
        return restarted

    def miss(self) -> None:
        """Note that the bridge cannot read the meter now."""
        self.is_read = self.is_fresh = False
        self.values = {}

    def _derive(
        self, derived: Iterable[Derivation], verdict: Verdict
    ) -> dict[str, float]:
        """Return the derived totals of the counters that are believed."""
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

    def as_stored(self) -> Counters:
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
