"""The scale of a meter: the unit, multiplier and divisor of its raw counts.

A factor that is missing from an answer keeps its last value. A scale that changes is
believed only if the total continues with it, if another meter is connected, or if the
owner confirms it; never because time has passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..bridges.obis import COUNTERS
from ..bridges.snapshot import Reading, Scale
from .guard import Guard

# A divisor is a power of ten, up to this one.
_PLACES = range(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """The values of a reading, by the believed scale.

    If another scale was sent, there are no `values`, and `held` are the totals by it.
    """

    values: Mapping[str, float]
    held: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Scaling:
    """The scale of one meter: the one that is believed, and another that it sends.

    `is_unknown`: it sends raw counts, but no scale is known.
    """

    believed: Scale | None = None
    # The number of places of the divisor that an older total fits.
    hint: int | None = None
    offered: Scale | None = None
    is_unknown: bool = False
    _may_change: bool = False

    def apply(self, reading: Reading, guard: Guard, now: float) -> Scaled:
        """Return the values of a reading, by the believed scale."""
        if reading.scale is None or reading.scaled is None:
            return Scaled(values={}, held={})
        sent = self._complete(reading.scale)
        self.is_unknown = sent is None
        if sent is None:
            return Scaled(values={}, held={})
        values = reading.scaled(sent)
        if self.believed is None or self._may_change:
            self._believe(sent)
        elif sent != self.believed:
            before = reading.scaled(self.believed)
            if _goes_on(values, guard, now) and not _goes_on(before, guard, now):
                self._believe(sent)
            else:
                self.offered = sent
                held = {
                    code: values.get(code, level)
                    for code, level in _totals(before).items()
                }
                return Scaled(values={}, held=held)
        self.offered = None
        return Scaled(values=values, held={})

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

    def _believe(self, scale: Scale) -> None:
        """Use this scale from now on."""
        self.believed, self.offered, self._may_change = scale, None, False

    def is_from_no_scale(self, reading: Reading, guard: Guard, now: float) -> bool:
        """Tell whether the believed level was read without a divisor.

        An older version read a divisor of 0 as 1: its level fits the raw count, and
        does not fit the scale that is sent. A level that fits with another power of ten
        tells what the divisor was.
        """
        sent, scaled = reading.scale, reading.scaled
        if sent is None or scaled is None:
            return False
        bare = Scale(unit=sent.unit or 0, multiplier=1)
        fitting = [
            places
            for places in _PLACES
            if _goes_on(scaled(replace(bare, divisor=10**places)), guard, now)
        ]
        known = self._complete(replace(sent, unit=bare.unit))
        if known and _goes_on(scaled(known), guard, now):
            return False
        self.hint = fitting[-1] if fitting and fitting[0] > 0 else None
        return bool(fitting) and fitting[0] == 0

    def start_anew(self) -> None:
        """Believe the next scale, whatever it is: it is another meter's."""
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


def _goes_on(values: Mapping[str, float], guard: Guard, now: float) -> bool:
    """Tell whether there are totals, and each can follow its believed level."""
    totals = _totals(values)
    return bool(totals) and all(
        guard.goes_on_with(code, value, now) for code, value in totals.items()
    )
