"""Refuse values of the present moment that no household can have."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.obis import REGISTERS, Quantity

# A household's current in A is at most its largest power in W by this many V.
_LEAST_VOLTAGE = 100.0
_MOST_VOLTAGE = 1_000_000.0
_FREQUENCIES = (40.0, 70.0)
_TEMPERATURES = (-100.0, 1000.0)
_REFUSED_SECONDS = 600.0
_POWERS = {
    Quantity.ACTIVE_POWER,
    Quantity.REACTIVE_POWER,
    Quantity.APPARENT_POWER,
    Quantity.ACTIVE_DEMAND,
    Quantity.REACTIVE_DEMAND,
    Quantity.APPARENT_DEMAND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest power of the connection, in W (var, VA).

    A limit that the owner has set (`is_set`) stands as it is; a preset is multiplied
    by the conversion factor of the meter where that is above 1.
    """

    max_power: float
    is_set: bool = False

    def present(self, factor: float | None) -> float | None:
        """Return the limit of present values; None while the factor is not known."""
        if self.is_set:
            return self.max_power
        return None if factor is None else self.max_power * max(1.0, factor)


def largest(quantity: Quantity, limit: float | None) -> float | None:
    """Return the most that a quantity may be, with either sign; None: anything."""
    if quantity in _POWERS:
        return limit
    if quantity is Quantity.CURRENT:
        return None if limit is None else limit / _LEAST_VOLTAGE
    if quantity is Quantity.VOLTAGE:
        return _MOST_VOLTAGE
    return 1.0 if quantity is Quantity.POWER_FACTOR else None


def is_possible(quantity: Quantity, value: float, limit: float | None) -> bool:
    """Tell whether a value can be; `limit` is the largest power of the connection."""
    if quantity is Quantity.FREQUENCY:
        return value == 0 or _FREQUENCIES[0] <= value <= _FREQUENCIES[1]
    if quantity is Quantity.TEMPERATURE:
        return _TEMPERATURES[0] <= value <= _TEMPERATURES[1]
    most = largest(quantity, limit)
    return most is None or abs(value) <= most


@dataclass(slots=True, kw_only=True)
class Refusal:
    """A value that is refused: since when (Unix seconds), and for how many seconds.

    `at` is when it was refused last; `limit` is None where it is not the connection's.
    """

    since: float
    at: float
    value: float
    limit: float | None
    seconds: float = 0.0

    @property
    def lasts(self) -> bool:
        """Tell whether this is no single slip."""
        return self.seconds >= _REFUSED_SECONDS


@dataclass(slots=True, kw_only=True)
class Plausible:
    """Refuse the values of one meter that cannot be; they count as missing."""

    limits: Limits
    refusals: dict[str, Refusal] = field(default_factory=dict)

    def sift(
        self,
        values: Mapping[str, float],
        now: float,
        *,
        factor: float | None,
        quantities: Mapping[str, Quantity],
    ) -> dict[str, float]:
        """Return the values that can be, at `now` (Unix seconds).

        `factor` is the meter's conversion factor, None while it is not known.
        `quantities` are those of values that the vocabulary does not have.
        """
        limit = self.limits.present(factor)
        possible = {}
        for code, value in values.items():
            register = REGISTERS.get(code)
            quantity = register.quantity if register else quantities.get(code)
            if quantity is None or is_possible(quantity, value, limit):
                possible[code] = value
                self.refusals.pop(code, None)
            else:
                self._refuse(code, value, now, largest(quantity, limit))
        return possible

    def _refuse(self, code: str, value: float, now: float, limit: float | None) -> None:
        """Note one more reading with a value that cannot be."""
        refusal = self.refusals.setdefault(
            code, Refusal(since=now, at=now, value=value, limit=limit)
        )
        refusal.seconds += min(max(now - refusal.at, 0.0), _REFUSED_SECONDS / 2)
        refusal.value, refusal.at, refusal.limit = value, now, limit
