"""How the raw counts of a meter are meant: a scale belongs to the meter.

An answer in which a factor is unread leaves the last good one standing. A scale that
changes is believed only if the total goes on with it, with another meter, or by the
owner's word; never by time.
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
    """The values of a reading by the scale that is believed.

    `held` are the totals by a scale that is not; its present values are missing.
    """

    values: Mapping[str, float]
    held: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Scaling:
    """The scale of one meter: what is believed, and what it sends instead.

    `is_unknown` while it sends counts, but nothing tells how they are meant.
    """

    believed: Scale | None = None
    # The power of ten of the divisor that an older total fits.
    hint: int | None = None
    offered: Scale | None = None
    is_unknown: bool = False
    _may_change: bool = False

    def apply(self, reading: Reading, guard: Guard, now: float) -> Scaled:
        """Return the values of a reading by the scale that is believed."""
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
        """Fill in what the answer leaves open; None where nothing is known of it."""
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
        """Go by this scale from now on."""
        self.believed, self.offered, self._may_change = scale, None, False

    def is_from_no_scale(self, reading: Reading, guard: Guard, now: float) -> bool:
        """Tell whether what is believed was read without a divisor.

        An older version took a divisor of 0 for 1: its level fits the count as it is,
        and not by the scale that is sent. One that fits by another power of ten tells
        what the divisor was.
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
        """Believe whatever scale comes next: another meter counts from now on."""
        self._may_change = True

    def as_stored(self) -> list[int] | None:
        """Return what has to survive a restart."""
        known = self.believed
        if known is None or not (known.multiplier and known.divisor):
            return None
        return [known.unit or 0, known.multiplier, known.divisor]

    def restore(self, stored: list[int] | None) -> None:
        """Take up again what `as_stored` returned before the restart."""
        if stored:
            unit, multiplier, divisor = stored
            self.believed = Scale(unit=unit, multiplier=multiplier, divisor=divisor)


def _totals(values: Mapping[str, float]) -> dict[str, float]:
    """Return the totals among some values."""
    return {code: value for code, value in values.items() if code in COUNTERS}


def _goes_on(values: Mapping[str, float], guard: Guard, now: float) -> bool:
    """Tell whether a total, and each of them, goes on from its believed level."""
    totals = _totals(values)
    return bool(totals) and all(
        guard.goes_on_with(code, value, now) for code, value in totals.items()
    )
