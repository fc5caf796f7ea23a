"""Judge the counters of one meter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..bridges.obis import COUNTERS, REGISTERS, Quantity
from ..bridges.snapshot import Counting
from .counter import Counter, Doubt
from .flow import Flows
from .offsets import STORED_NUMBERS, Offsets

# The most that a household's gas or water connection carries, in m³/h.
_MAX_FLOW = 100.0
# Growth that is always believed, and a fall that counts as rounding: 1 kWh, 1 m³.
_SMALL_ENERGY, _SMALL_VOLUME = 1000.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The values to show, and the counters that started anew with this reading.

    `levels` holds their level before and after, `unearned` whether it is certain that
    no energy flowed between the two.
    """

    values: Mapping[str, float]
    restarted: tuple[str, ...] = ()
    levels: Mapping[str, tuple[float, float]] = field(
        default_factory=dict, compare=False
    )
    unearned: Mapping[str, bool] = field(default_factory=dict, compare=False)


@dataclass(slots=True, kw_only=True)
class Guard:
    """Judge the counters of one meter; every other value passes unchanged.

    A counter that falls, shows 0 again, is negative, or grows faster than `max_power`
    (W, var or VA) could make it is held back; its last believed value stands
    meanwhile. A coarse counter may take a large step once the meter's own power has
    carried as much. Totals of raw counts go on by an offset.
    """

    max_power: float
    _counters: dict[str, Counter] = field(default_factory=dict)
    _flows: Flows = field(default_factory=Flows)
    _offsets: Offsets = field(default_factory=Offsets)
    # Counters that start anew because meter or scale is another one.
    _others: set[str] = field(default_factory=set)

    def judge(
        self,
        values: Mapping[str, float],
        now: float,
        held: Mapping[str, float] | None = None,
    ) -> Verdict:
        """Return what may be shown at `now` (Unix seconds).

        `held` are counters whose scale is in doubt: they are held back without limit.
        """
        counted = [code for code in values if code in COUNTERS]
        shown = dict(values)
        levels, unearned = {}, {}
        # A counter above zero proves that the bridge really reads the meter.
        alive = any(values[code] > 0 for code in counted)
        flows, others = self._flows, self._others
        known = self._counters
        counters = [known.get(code) or self._counter(code) for code in counted]
        # Power also flows while a reading lacks the counter.
        flows.add(self._counters, values, now)
        for code, counter in zip(counted, counters, strict=True):
            value, before, believed = values[code], counter.shown, counter.value
            growth = 0.0 if believed is None else value - believed
            moves = value != believed
            explained = growth > counter.small and flows.explains(code, growth)
            if counter.take(value, now, alive=alive, explained=explained):
                levels[code] = (before, value)
                is_other = code in others
                # Another number may be another way to write it: the total goes on.
                if not (is_other and 0 <= value - before <= counter.small):
                    unearned[code] = is_other
            if others and not counter.starts_anew:
                others.discard(code)
            if moves and counter.value != believed:
                flows.step(code)
            if not (counter.is_shown and counter.shown == value):
                self._show(code, counter, shown)
        for code, value in (held or {}).items():
            counter = self._counter(code)
            counter.hold(value, now)
            self._show(code, counter, shown)
        return Verdict(
            values=shown, restarted=tuple(levels), levels=levels, unearned=unearned
        )

    def count(
        self,
        counts: Mapping[str, int],
        countings: Mapping[str, Counting],
        rates: Mapping[str, float],
        now: float,
    ) -> dict[str, float]:
        """Return the totals of raw counts; `rates` are the values that are believed."""
        return self._offsets.judge(counts, countings, rates, now)

    def earlier(
        self, code: str, levels: Mapping[int, float], rates: Mapping[str, float]
    ) -> dict[int, float]:
        """Return totals at earlier times, youngest first; counts by their offset."""
        if code in COUNTERS:
            return dict(levels)
        return self._offsets.earlier(code, levels, rates)

    def _show(self, code: str, counter: Counter, shown: dict[str, float]) -> None:
        """Show a counter; leave it out until a level is believed."""
        if counter.is_shown:
            shown[code] = counter.shown
        else:
            shown.pop(code, None)

    def _counter(self, code: str) -> Counter:
        """Return the counter of a code, a new one if there is none."""
        if code not in self._counters:
            self._counters[code] = self._new_counter(code)
        return self._counters[code]

    def _new_counter(self, code: str) -> Counter:
        """Return a counter of which nothing is known."""
        volume = REGISTERS[code].quantity is Quantity.VOLUME
        return Counter(
            limit=_MAX_FLOW if volume else self.max_power,
            small=_SMALL_VOLUME if volume else _SMALL_ENERGY,
        )

    def knows(self, code: str) -> bool:
        """Tell whether any level of a counter is believed."""
        counter = self._counters.get(code)
        if counter is None:
            return self._offsets.knows(code)
        return counter.believed is not None

    def shown(self, code: str) -> float:
        """Return the level of a counter that was shown last."""
        counter = self._counters.get(code)
        return self._offsets.shown(code) if counter is None else counter.shown

    def goes_on_with(self, code: str, value: float, now: float) -> bool:
        """Tell whether a value can follow the believed level of a counter."""
        counter = self._counters.get(code)
        return counter is not None and counter.goes_on_with(value, now)

    def goes_on_from(self, code: str, level: float, value: float, now: float) -> bool:
        """Tell whether a counter could go on so from a level of a moment ago."""
        counter = self._new_counter(code)
        counter.restore(level, now)
        return counter.goes_on_with(value, now)

    def adopt(self, code: str, level: float, now: float) -> None:
        """Judge a counter by a level that was derived before the meter counted it."""
        self._counter(code).restore(level, now)
        self._counter(code).was_orderly = True

    @property
    def starts_anew(self) -> bool:
        """Tell whether there are counters whose next level is believed at once."""
        return any(counter.starts_anew for counter in self._counters.values())

    def believe(self, code: str) -> None:
        """Believe the next level of a counter at once, also zero."""
        if counter := self._counters.get(code):
            counter.starts_anew = counter.may_be_zero = True
        self._offsets.start_anew(code)

    def start_anew(
        self, codes: Iterable[str] | None = None, *, is_other: bool = True
    ) -> None:
        """Believe the next level of these counters, of all by default, at once.

        `is_other`: it is certain that meter or scale is another one.
        """
        for code in list(self._counters) if codes is None else codes:
            self._counter(code).starts_anew = True
            if is_other:
                self._others.add(code)
        if codes is None:
            self._offsets.start_anew()

    def forget_all(self) -> None:
        """Forget all counters."""
        self._counters.clear()

    def doubts(self) -> Mapping[str, Doubt]:
        """Return the counters that are held back."""
        held = {
            code: counter.doubt
            for code, counter in self._counters.items()
            if counter.doubt
        }
        return held | self._offsets.doubts()

    def as_stored(self) -> dict[str, list[float]]:
        """Return the believed values and their times, to survive a restart."""
        believed = {
            code: counter.as_stored(counter.believed)
            for code, counter in self._counters.items()
            if counter.believed is not None
        }
        return self._offsets.as_stored() | believed

    def flows_as_stored(self) -> dict[str, Any]:
        """Return what the power has carried since each counter stepped last."""
        return self._flows.as_stored()

    def restore_flows(self, stored: Mapping[str, Any]) -> None:
        """Take up again what `flows_as_stored` returned before the restart."""
        self._flows.restore(stored)

    def restore(
        self,
        stored: Mapping[str, list[float]],
        doubts: Mapping[str, list[float]] | None = None,
        *,
        is_orderly: bool = False,
    ) -> None:
        """Restore what `as_stored` returned before the restart.

        `doubts`: since when, and for how many seconds, counters have been held back.
        `is_orderly`: stored at a clean shutdown, so that nothing was recorded since.
        """
        for code, numbers in stored.items():
            doubt = (doubts or {}).get(code)
            if code in COUNTERS:
                counter = self._counter(code)
                counter.restore(*numbers)
                counter.was_orderly = is_orderly
                if doubt:
                    counter.doubt = Doubt(
                        since=doubt[0], at=numbers[1], sent=numbers[0], seconds=doubt[1]
                    )
            elif len(numbers) == STORED_NUMBERS:
                self._offsets.restore(code, numbers, doubt)
