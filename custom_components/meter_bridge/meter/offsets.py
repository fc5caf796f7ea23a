"""All counters of one meter whose totals go on by an offset."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.snapshot import Counting
from ..bridges.wire import MOST_ENTRIES
from .counter import Doubt
from .offset_counter import OffsetCounter

# Registers may be renamed again and again: beyond this, those that were not read are
# forgotten, the oldest first.
_MOST_COUNTERS = 2 * MOST_ENTRIES
# What is stored of a counter: its count, its total, and when it was believed.
STORED_NUMBERS = 3


@dataclass(slots=True, kw_only=True)
class Offsets:
    """The counters by key; `_stored` are those that were not read since a restart."""

    _counters: dict[str, OffsetCounter] = field(default_factory=dict)
    _stored: dict[str, list[float]] = field(default_factory=dict)
    _doubts: dict[str, list[float]] = field(default_factory=dict)

    def judge(
        self,
        counts: Mapping[str, int],
        countings: Mapping[str, Counting],
        rates: Mapping[str, float],
        now: float,
    ) -> dict[str, float]:
        """Return the totals at `now` (Unix seconds); `rates` are those believed."""
        totals = {}
        for code, count in counts.items():
            counting = countings[code]
            counter = self._counters.get(code)
            if counter is None:
                counter = self._counters[code] = self._open(code, count, counting, now)
            counter.counting = counting
            counter.take(count, now, rate=rates.get(counting.rate, 0.0))
            totals[code] = counter.shown
        if len(self._counters) + len(self._stored) > _MOST_COUNTERS:
            self._forget_others(counts)
        return totals

    def _open(
        self, code: str, count: int, counting: Counting, now: float
    ) -> OffsetCounter:
        """Begin with a counter: where it was, if anything was stored of it."""
        stored = self._stored.pop(code, None)
        if stored is None:
            return OffsetCounter(
                counting=counting, count=count, total=counting.first(count), at=now
            )
        counter = OffsetCounter(
            counting=counting, count=int(stored[0]), total=int(stored[1]), at=stored[2]
        )
        if doubt := self._doubts.pop(code, None):
            counter.doubt = Doubt(
                since=doubt[0], at=counter.at, sent=counter.shown, seconds=doubt[1]
            )
        return counter

    def _forget_others(self, read: Mapping[str, int]) -> None:
        """Forget counters that were not read now, until there are few enough."""
        for known in (self._stored, self._counters):
            for code in [code for code in known if code not in read]:
                if len(self._counters) + len(self._stored) <= _MOST_COUNTERS:
                    return
                del known[code]

    def earlier(
        self, code: str, counts: Mapping[int, float], rates: Mapping[str, float]
    ) -> dict[int, float]:
        """Return the totals of a register at earlier times, by its counts then."""
        counter = self._counters.get(code)
        if counter is None:
            return {}
        rate = rates.get(counter.counting.rate, 0.0)
        return dict(counter.earlier(counts, rate))

    def knows(self, code: str) -> bool:
        """Tell whether a counter has been read."""
        return code in self._counters

    def shown(self, code: str) -> float:
        """Return the total of a counter that was read."""
        return self._counters[code].shown

    def start_anew(self, code: str | None = None) -> None:
        """Let a total, all by default, go on from wherever its count stands next."""
        for key, counter in self._counters.items():
            counter.starts_anew |= code in (None, key)

    def doubts(self) -> dict[str, Doubt]:
        """Return the counters that are held back."""
        return {
            code: counter.doubt
            for code, counter in self._counters.items()
            if counter.doubt
        }

    def as_stored(self) -> dict[str, list[float]]:
        """Return what has to survive a restart."""
        read = {code: counter.as_stored() for code, counter in self._counters.items()}
        return self._stored | read

    def restore(
        self, code: str, numbers: list[float], doubt: list[float] | None
    ) -> None:
        """Take up again what `as_stored` returned of a counter before the restart."""
        self._stored[code] = numbers
        if doubt:
            self._doubts[code] = doubt
