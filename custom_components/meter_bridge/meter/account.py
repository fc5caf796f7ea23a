"""Everything known of one meter, and which of its values are believed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..bridges.obis import (
    ABSOLUTE_POWER,
    COUNTERS,
    IMPORT_ENERGY,
    NET_POWERS,
    with_net_power,
)
from ..bridges.snapshot import Derivation, Meter, Reading
from .demand import Demand
from .derived import Tally
from .flow import power_of
from .guard import Guard, Verdict
from .number import MeterNumber
from .order import Order
from .periods import Clock
from .plausible import Limits, Plausible
from .powers import Powers
from .rhythm import Rhythm
from .scaler import ScalerCheck
from .scaling import Scaled, Scaling
from .trouble import (
    HELD_SECONDS,
    Restart,
    Restarted,
    Trouble,
    TroubleKind,
    held,
    refused,
)

_NO_VALUES: Mapping[str, float] = MappingProxyType({})

type Stored = dict[str, Any]
"""The stored data of one meter: plain data by name."""


@dataclass(slots=True, kw_only=True)
class Account:
    """One meter: what it has sent, what of that is believed, and whether it is stale.

    `codes` are the registers that have had a value. `is_read`: the last answer of the
    bridge had a reading of this meter. `is_fresh` is None before the first answer;
    `values` is empty while the meter is stale. `live` are the times (Unix seconds) of
    the first and the last reading that was believed since the last restart. The demand
    is worked out where there is a clock for its periods. While nothing changes, the
    values stay the same object.
    """

    meter: Meter
    limits: Limits
    period_clock: Clock | None = None
    demand: Demand | None = field(init=False)
    codes: set[str] = field(default_factory=set)
    values: Mapping[str, float] = _NO_VALUES
    is_read: bool = False
    is_fresh: bool | None = None
    live: tuple[float, float] | None = None
    scaling: Scaling = field(default_factory=Scaling)
    _guard: Guard = field(init=False)
    _plausible: Plausible = field(init=False)
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _order: Order = field(default_factory=Order)
    _number: MeterNumber = field(default_factory=MeterNumber)
    _powers: Powers = field(default_factory=Powers)
    _scaler: ScalerCheck = field(default_factory=ScalerCheck)
    _judged: Mapping[str, float] = field(default_factory=dict)
    _believed: Mapping[str, float] = field(default_factory=dict)
    _sources: dict[str, tuple[str, float]] = field(default_factory=dict)
    _conclude: Callable[[Mapping[str, float]], Mapping[str, float]] | None = None
    # Of meters that were exchanged, until the counters start anew.
    _numbers: tuple[str, str] | None = None
    _restarted: Restarted | None = None
    # The owner has said that the scale is another one.
    _is_told: bool = False
    _other: Stored = field(default_factory=dict)
    # Stored by version 1, which took a divisor of 0 for 1.
    _is_old: bool = False
    _rhythm: Rhythm = field(default_factory=Rhythm)
    _stale_after: float = 0.0
    _stale_within: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Create the judges that need limits and clock of the connection."""
        clock = self.period_clock
        self.demand = Demand(clock=clock) if clock else None
        self._guard = Guard(max_power=self.limits.max_power)
        self._plausible = Plausible(limits=self.limits)

    def take(
        self,
        reading: Reading,
        *,
        now: float,
        clock: float,
        stale_after: float,
        stale_within: tuple[float, float] | None = None,
    ) -> Restart | None:
        """Judge a reading at `now` (Unix seconds) and `clock` (monotonic seconds).

        The meter is stale `stale_after` seconds after the last new one, unless it sets
        a limit of its own, or its rhythm does within the limits `stale_within`. Return
        which counters start anew with it, if any do.
        """
        self.meter, self.is_read = reading.meter, True
        order, restart = self._order, None
        if order.is_new(reading) and not order.is_replay(reading, clock):
            restart = self._judge(reading, now)
            if order.values is not None:
                self._rhythm.add(clock - order.at, now)
            order.keep(reading, clock)
            self.live = (self.live[0] if self.live else now, now)
        elif reading.conclude != self._conclude:
            self._draw_conclusions(reading)
        self._stale_after, self._stale_within = stale_after, stale_within
        self.is_fresh = order.values is not None and not self.is_due(clock)
        self.values = self._believed if self.is_fresh else _NO_VALUES
        return restart

    def is_due(self, clock: float) -> bool:
        """Tell whether the last new reading is too old at `clock`."""
        age = clock - self._order.at
        # Most ask with a new reading, which no limit makes old.
        return age > 0 and age > self._limit

    @property
    def _limit(self) -> float:
        """Return for how many seconds the last new reading stands."""
        if self.meter.stale_after:
            return self.meter.stale_after
        if self._stale_within:
            return self._rhythm.limit(self._stale_after, *self._stale_within)
        return self._stale_after

    def _judge(self, reading: Reading, now: float) -> Restart | None:
        """Judge what a new reading says."""
        if numbers := self._number.take(reading.meter.serial, now):
            # Another meter is judged by nothing that the one before has sent.
            self.scaling, self._numbers = Scaling(), numbers
            self._powers, self._scaler = Powers(), ScalerCheck()
        scaled = self._scale(reading, now)
        sent = reading.values
        if scaled.values:
            sent = {**sent, **scaled.values}
        possible = self._plausible.sift(
            sent, now, factor=reading.factor, quantities=reading.quantities
        )
        self._powers.take(sent, is_complete=reading.is_complete, unread=reading.unread)
        self._scaler.take(
            sent.get(IMPORT_ENERGY), power_of(IMPORT_ENERGY, possible), now
        )
        if self._tallies:
            self._adopt_derived(possible, now)
        if numbers:
            self._guard.start_anew()
        elif scaled.is_new:
            self._guard.start_anew(
                (
                    code
                    for code, value in scaled.values.items()
                    if self._guard.knows(code)
                    and not self._guard.goes_on_with(code, value, now)
                ),
                is_other=not self._is_told,
            )
            self._is_told = False
        counted = self._powers.with_totals(possible)
        verdict = self._guard.judge(counted, now, scaled.held)
        believed = self._with_net_power(verdict, reading, now)
        believed |= self._derive(reading.derived, verdict)
        believed |= self._judge_own(reading, now)
        believed.pop(ABSOLUTE_POWER, None)
        if believed != self._judged or reading.conclude != self._conclude:
            self._judged = believed
            self._draw_conclusions(reading)
        sources = self._note_sources(reading)
        levels = {**verdict.levels, **sources}
        if self.demand:
            self.demand.take(
                now,
                self._import_level(possible),
                power_of(IMPORT_ENERGY, self._believed),
                is_new_count=bool(numbers) or IMPORT_ENERGY in levels,
            )
        numbers = self._numbers
        if numbers and not self._guard.starts_anew:
            self._numbers = None
        if not levels:
            return None
        self._restarted = Restarted(at=now, levels=levels)
        unearned = {**verdict.unearned, **dict.fromkeys(sources, True)}
        return Restart(levels=levels, numbers=numbers, unearned=unearned)

    def _judge_own(self, reading: Reading, now: float) -> dict[str, float]:
        """Judge what only this kind of bridge has: present values, and totals."""
        if not reading.own and not reading.counts:
            return {}
        own = self._plausible.sift(
            reading.own, now, factor=reading.factor, quantities=reading.quantities
        )
        totals = self._guard.count(reading.counts, reading.countings, own, now)
        return {**own, **totals}

    def _draw_conclusions(self, reading: Reading) -> None:
        """Add what follows from the values that are believed."""
        self._conclude = reading.conclude
        self._believed = self._judged
        if self._conclude:
            self._believed = {**self._judged, **self._conclude(self._judged)}

    def _note_sources(self, reading: Reading) -> dict[str, tuple[float, float]]:
        """Note which total stands for each code; return levels of codes with a new one.

        Another register has another level. It is a new one if the owner has chosen it,
        or has given it the name of the old one.
        """
        levels = {}
        for code, source in reading.stands_for.items():
            if (level := self._believed.get(code)) is None:
                continue
            before, last = self._sources.get(code, (source, level))
            if before != source:
                levels[code] = (last, level)
            self._sources[code] = (source, level)
        return levels

    def _import_level(self, possible: Mapping[str, float]) -> float | None:
        """Return the level of import energy, None if it is not known or held back."""
        level = possible.get(IMPORT_ENERGY)
        if level is not None:
            return level if level == self._judged.get(IMPORT_ENERGY) else None
        if self._conclude is None:
            return None
        held = self._guard.doubts()
        sure = {code: it for code, it in self._judged.items() if code not in held}
        return self._conclude(sure).get(IMPORT_ENERGY)

    def earlier(
        self, remembered: Mapping[str, Mapping[int, float]]
    ) -> Mapping[str, Mapping[int, float]]:
        """Return totals at earlier times (Unix seconds), out of a bridge's memory.

        Raw counts become totals by today's offset, and what follows from them is added.
        """
        totals = {
            code: self._guard.earlier(code, levels, self._believed)
            for code, levels in remembered.items()
        }
        if self._conclude is None:
            return totals
        at_once: dict[int, dict[str, float]] = {}
        for code, levels in totals.items():
            for at, level in levels.items():
                at_once.setdefault(at, {})[code] = level
        for at, values in at_once.items():
            for code, level in self._conclude(values).items():
                totals.setdefault(code, {})[at] = level
        return totals

    def _with_net_power(
        self, verdict: Verdict, reading: Reading, now: float
    ) -> dict[str, float]:
        """Return the believed values with net power, if net power is possible."""
        believed = with_net_power(verdict.values, self._powers.known)
        worked_out = {
            code: believed[code]
            for code in NET_POWERS
            if code in believed and code not in verdict.values
        }
        if worked_out:
            possible = self._plausible.sift(
                worked_out, now, factor=reading.factor, quantities=reading.quantities
            )
            for code in worked_out.keys() - possible.keys():
                del believed[code]
        return believed

    def _scale(self, reading: Reading, now: float) -> Scaled:
        """Return the values of a reading's raw counts, by the believed scale."""
        if self._is_old and reading.scale:
            if self.scaling.is_from_no_scale(reading, self, now):
                self._guard.forget_all()
                self._tallies.clear()
            self._is_old = self.scaling.total_by(0) is None
        return self.scaling.apply(reading, self, now)

    def goes_on_with(self, code: str, value: float, now: float) -> bool:
        """Tell whether a value goes on from a total, counted or derived so far."""
        if tally := self._tallies.get(code):
            return self._guard.goes_on_from(code, tally.total, value, now)
        return self._guard.goes_on_with(code, value, now)

    def _adopt_derived(self, values: Mapping[str, float], now: float) -> None:
        """Continue a total that was derived so far and is now counted by the meter."""
        for code in values:
            if (tally := self._tallies.pop(code, None)) and code in COUNTERS:
                self._guard.adopt(code, tally.total, now)

    @property
    def is_sure(self) -> bool:
        """Tell whether every counter shows what the meter says, none held back."""
        return not self._guard.doubts()

    def miss(self) -> None:
        """Note that the bridge cannot read the meter now."""
        self.is_read = self.is_fresh = False
        self.values = _NO_VALUES

    def _derive(
        self, derived: Iterable[Derivation], verdict: Verdict
    ) -> dict[str, float]:
        """Return the totals derived from believed counters."""
        totals: dict[str, float] = {}
        for each in derived:
            value = verdict.values.get(each.source)
            if value is None or each.code in verdict.values:
                continue
            is_known = each.code in self._tallies
            if not is_known:
                self._tallies[each.code] = self._new_tally(each, value)
            totals[each.code] = self._tallies[each.code].take(
                each, value, is_restarted=is_known and each.source in verdict.restarted
            )
        return totals

    def _new_tally(self, derived: Derivation, value: float) -> Tally:
        """Begin to derive a total, at its last counted level if there is one."""
        tally = Tally(factor=derived.factor, places=derived.places)
        if self._guard.knows(derived.code):
            tally.amount, tally.level = self._guard.shown(derived.code), value
        return tally

    def believe(self, code: str) -> None:
        """Believe what a counter that is held back sends next: its owner says so."""
        if code not in self._guard.doubts():
            return
        if self.scaling.offered:
            self.scaling.start_anew()
            self._is_told = True
        else:
            self._guard.believe(code)

    def troubles(self) -> Iterator[Trouble]:
        """Yield the troubles that the owner has to know of."""
        for code, doubt in self._guard.doubts().items():
            if doubt.seconds >= HELD_SECONDS:
                shown = self._guard.shown(code)
                yield held(code, shown, doubt, self.scaling.offered)
        for code, refusal in self._plausible.refusals.items():
            if refusal.lasts:
                yield refused(code, refusal)
        if self.scaling.is_unknown:
            yield Trouble(kind=TroubleKind.SCALE_UNKNOWN)
        if (ratio := self._scaler.ratio) is not None:
            kind = TroubleKind.SCALER_SUSPECT
            yield Trouble(kind=kind, code=IMPORT_ENERGY, ratio=ratio)

    def judged(self) -> dict[str, object]:
        """Return how the meter is judged now, and nothing that tells whose it is."""
        offered = self.scaling.offered
        return {
            "limits": self.limits,
            "held": [
                held(code, self._guard.shown(code), doubt, offered)
                for code, doubt in self._guard.doubts().items()
            ],
            "refused": [refused(*each) for each in self._plausible.refusals.items()],
            "scale": self.scaling.believed,
            "scale_is_unknown": self.scaling.is_unknown,
            "scaler_ratio": self._scaler.ratio,
            "restarted": self._restarted,
        }

    def as_stored(self) -> Stored:
        """Return the data to store, as plain data."""
        demand = {"demand": self.demand.as_stored()} if self.demand else {}
        return {
            **self._other,
            **demand,
            "unit": self.meter.unit,
            "is_old": self._is_old,
            "number": self._number.last,
            "powers": self._powers.as_stored(),
            "rhythm": self._rhythm.as_stored(),
            "live": self.live and list(self.live),
            "scale": self.scaling.as_stored(),
            "limit": self.limits.max_power,
            "counters": self._guard.as_stored(),
            "restarted": self._restarted and self._restarted.as_stored(),
            "flows": self._guard.flows_as_stored(),
            "sources": {code: list(each) for code, each in self._sources.items()},
            "doubts": {
                code: [doubt.since, doubt.seconds]
                for code, doubt in self._guard.doubts().items()
            },
            "derived": {
                code: tally.as_stored() for code, tally in self._tallies.items()
            },
        }

    def restore(self, stored: Mapping[str, Any], *, is_orderly: bool) -> None:
        """Restore what `as_stored` returned before the restart.

        Unknown names belong to a later version, and are kept; so is a demand that the
        owner has turned off.
        """
        if self.period_clock:
            self.demand = Demand.restored(self.period_clock, stored.get("demand"))
        self._number.last = stored.get("number")
        self._powers.restore(stored.get("powers", {}))
        self._rhythm.restore(stored.get("rhythm", ()))
        self.scaling.restore(stored.get("scale"))
        # By another limit, what is held back is held back for another reason.
        is_same_limit = stored.get("limit") == self.limits.max_power
        self._guard.restore(
            stored.get("counters", {}),
            stored.get("doubts") if is_same_limit else None,
            is_orderly=is_orderly,
        )
        if stored.get("unit") != self.meter.unit:
            # Its owner has said that the number is meant otherwise.
            self._guard.forget_all()
        if restarted := stored.get("restarted"):
            self._restarted = Restarted.restored(restarted)
        self._guard.restore_flows(stored.get("flows", {}))
        self._sources = {
            code: (source, level)
            for code, (source, level) in stored.get("sources", {}).items()
        }
        self._tallies = {
            code: Tally.restored(numbers)
            for code, numbers in stored.get("derived", {}).items()
        }
        self._is_old = stored.get("is_old", False)
        self._other = {
            name: value
            for name, value in stored.items()
            if name not in self.as_stored()
        }
