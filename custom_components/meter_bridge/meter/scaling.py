"""The scale of a meter: the unit, multiplier and divisor of its raw counts.

A factor that is missing from an answer keeps its last value. A scale that changes is
believed only if the total continues with it, if another meter is connected, or if the
owner confirms it; never because time has passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..bridges.obis import COUNTERS
from ..bridges.snapshot import Reading, Scale

# A divisor is a power of ten, up to this one.
_PLACES = range(8)
# What a display shows and what is counted may differ by what flowed in between, and by
# what the display leaves out; the next power of ten is farther away.
_NEAR = 1.5


class Levels(Protocol):
    """The levels at which the totals of a meter stand."""

    def goes_on_with(self, code: str, value: float, now: float) -> bool:
        """Tell whether a value goes on from the last level of a total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """The values of a reading, by the believed scale.

    `held` are the totals by a scale that is not; its present values are missing.
    `is_new` if the scale is what the owner says, whether the totals go on or not.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)
    is_new: bool = False


_NOTHING = Scaled()


@dataclass(slots=True, kw_only=True)
class Scaling:
    """The scale of one meter: the one that is believed, and another that it sends.

    `offered` are the totals by a scale that is sent and not believed, empty if there is
    none. `is_unknown` while the meter sends counts, but nothing tells how they are
    meant; `hint` is the power of ten of the divisor that an older total fits then.
    """

    believed: Scale | None = None
    offered: Mapping[str, float] = field(default_factory=dict)
    is_unknown: bool = False
    hint: int | None = None
    _may_change: bool = False
    _reading: Reading | None = None

    def apply(self, reading: Reading, levels: Levels, now: float) -> Scaled:
        """Return the values of a reading by the scale that is believed."""
        self._reading, self.offered, self.hint = reading, {}, None
        if reading.scale is None or reading.scaled is None:
            return _NOTHING
        sent = self._complete(reading.scale)
        self.is_unknown = sent is None
        if sent is None:
            self.hint = next(reversed(self._fitting(levels, now)), None)
            return _NOTHING
        values, before = reading.scaled(sent), self.believed
        if before is None or self._may_change:
            # A scale by which nothing is counted tells nothing of the meter.
            is_new = self._may_change
            if values:
                self.believed, self._may_change = sent, False
            return Scaled(values=values, is_new=is_new)
        if sent != before and not self._follow(sent, reading.scaled, levels, now):
            known = _totals(reading.scaled(before))
            self.offered = _totals(values)
            return Scaled(held={code: values.get(code, known[code]) for code in known})
        return Scaled(values=values)

    def _follow(
        self,
        sent: Scale,
        scaled: Callable[[Scale], Mapping[str, float]],
        levels: Levels,
        now: float,
    ) -> bool:
        """Believe another scale if the totals go on with it, and only with it."""
        values, before = scaled(sent), scaled(self.believed or Scale())
        # Nothing is zero by any scale.
        is_same = any(_totals(values).values()) and values == before
        if is_same or (
            _goes_on(values, levels, now) and not _goes_on(before, levels, now)
        ):
            self.believed = sent
            return True
        return False

    def _complete(self, sent: Scale) -> Scale | None:
        """Fill in what the answer lacks; return None if that was never known."""
        known = self.believed or Scale()
        if sent.divisor:
            multiplier: int | None = sent.multiplier or 1
            divisor: int | None = sent.divisor
        else:
            multiplier = sent.multiplier or known.multiplier
            divisor = known.divisor
        unit = known.unit if sent.unit is None else sent.unit
        if divisor is None or multiplier is None or unit is None:
            return None
        return replace(sent, unit=unit, multiplier=multiplier, divisor=divisor)

    def _by_places(self, places: int) -> Scale:
        """Return the scale that is sent, with a power of ten as its divisor."""
        sent = (self._reading and self._reading.scale) or Scale()
        return Scale(
            unit=sent.unit or 0, multiplier=sent.multiplier or 1, divisor=10**places
        )

    def _values_by(self, places: int) -> Mapping[str, float]:
        """Return the values of the last reading by such a scale."""
        if self._reading is None or self._reading.scaled is None:
            return {}
        return self._reading.scaled(self._by_places(places))

    def _fitting(self, levels: Levels, now: float) -> list[int]:
        """Return the powers of ten by which the totals go on, the lowest first."""
        return [
            each for each in _PLACES if _goes_on(self._values_by(each), levels, now)
        ]

    def total_by(self, places: int) -> tuple[str, float] | None:
        """Return the total of the last reading by a power of ten, and its code."""
        return next(iter(_totals(self._values_by(places)).items()), None)

    def places_of(self, level: float) -> int | None:
        """Return the power of ten by which the total is about this; None: by none."""
        for places in _PLACES:
            found = self.total_by(places)
            if found and level / _NEAR <= found[1] <= level * _NEAR:
                return places
        return None

    def learn(self, places: int) -> None:
        """Go by a power of ten from now on: the owner has compared the total."""
        self.believed, self._may_change = self._by_places(places), True

    def is_from_no_scale(self, reading: Reading, levels: Levels, now: float) -> bool:
        """Tell whether what is believed was read without a divisor.

        An older version took a divisor of 0 for 1: its level fits the count as it is,
        and not by the scale that is sent.
        """
        self._reading = reading
        if reading.scale is None or reading.scaled is None:
            return False
        known = self._complete(reading.scale)
        if known and _goes_on(reading.scaled(known), levels, now):
            return False
        return 0 in self._fitting(levels, now)

    def start_anew(self) -> None:
        """Believe whatever scale comes next: the owner says so."""
        self._may_change = True

    def as_stored(self) -> list[int] | None:
        """Return the data to store."""
        known = self.believed
        if known is None or not (known.multiplier and known.divisor):
            return None
        return [known.unit or 0, known.multiplier, known.divisor]

    def restore(self, stored: list[int] | None) -> None:
        """Restore what `as_stored` returned before the restart."""
        if stored:
            unit, multiplier, divisor = stored
            self.believed = Scale(unit=unit, multiplier=multiplier, divisor=divisor)


def _totals(values: Mapping[str, float]) -> dict[str, float]:
    """Return the totals among some values."""
    return {code: value for code, value in values.items() if code in COUNTERS}


def _goes_on(values: Mapping[str, float], levels: Levels, now: float) -> bool:
    """Tell whether a total, and each of them, goes on from its believed level."""
    totals = _totals(values)
    return bool(totals) and all(
        levels.goes_on_with(code, value, now) for code, value in totals.items()
    )
