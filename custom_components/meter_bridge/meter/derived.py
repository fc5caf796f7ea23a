"""Derived totals, which no meter counts: the growth of a counter times a factor."""

from dataclasses import dataclass
from decimal import Decimal

from ..bridges.snapshot import Derivation


@dataclass(slots=True, kw_only=True)
class Tally:
    """A derived total: it was `amount` when its source, a counter, was at `level`.

    It never falls or jumps, so that Home Assistant adds up only what really flowed. A
    new factor applies to what flows from now on. The first level of a replaced meter
    adds nothing.
    """

    factor: float
    places: int = 0
    level: float = 0.0
    amount: float = 0.0
    latest: float = 0.0

    def take(
        self, derivation: Derivation, value: float, *, is_restarted: bool
    ) -> float:
        """Return the total for the present value of its source."""
        self.places = derivation.places
        if is_restarted or derivation.factor != self.factor:
            self.amount = self._at(self.latest if is_restarted else value)
            self.level, self.factor = value, derivation.factor
        self.latest = value
        return self.total

    @property
    def total(self) -> float:
        """Return the total for the last value of its source."""
        return self._at(self.latest)

    def _at(self, value: float) -> float:
        """Return the total for a value of its source, in decimal arithmetic."""
        amount, level, factor, now = (
            Decimal(repr(each))
            for each in (self.amount, self.level, self.factor, value)
        )
        total = amount + (now - level) * factor
        total = total.quantize(Decimal(1).scaleb(-self.places))
        return float(total) if self.places else int(total)

    def as_stored(self) -> list[float]:
        """Return the data to store."""
        return [self.factor, self.level, self.amount, self.latest, self.places]

    @classmethod
    def restored(cls, stored: list[float]) -> Tally:
        """Restore a tally from what `as_stored` returned before the restart."""
        factor, level, amount, latest, *places = stored
        return cls(
            factor=factor,
            places=int(places[0]) if places else 0,
            level=level,
            amount=amount,
            latest=latest,
        )
