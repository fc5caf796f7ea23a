"""Refuse present values that no household can have, such as power or voltage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType

from ..bridges.obis import ABSOLUTE_POWER, REGISTERS, Quantity

# A household's current in A is at most its largest power in W by this many V.
_LEAST_VOLTAGE = 100.0
_BOUNDS: Mapping[Quantity, tuple[float, float]] = {
    Quantity.VOLTAGE: (-1e6, 1e6),
    Quantity.POWER_FACTOR: (-1.0, 1.0),
    Quantity.FREQUENCY: (40.0, 70.0),
    Quantity.TEMPERATURE: (-100.0, 1000.0),
}
_REFUSED_SECONDS = 600.0
_NO_OTHERS: Mapping[str, Quantity] = MappingProxyType({})
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

    A limit that the owner has set (`is_set`) holds as it is. A preset is multiplied by
    the conversion factor of the meter, if that is above 1.
    """

    max_power: float
    is_set: bool = False

    def present(self, factor: float | None) -> float | None:
        """Return the limit of present values; None while the factor is not known."""
        if self.is_set:
            return self.max_power
        return None if factor is None else self.max_power * max(1.0, factor)


type Bounds = tuple[float, float]


def is_of_connection(quantity: Quantity) -> bool:
    """Tell whether what a quantity may be depends on the connection."""
    return quantity in _POWERS or quantity is Quantity.CURRENT


def bounds(quantity: Quantity | None, limit: float | None) -> Bounds:
    """Return the least and the most that a quantity may be; 0 is always possible.

    `limit` is the largest power of the connection, None while that is not known.
    """
    if quantity is None:
        return -inf, inf
    if not is_of_connection(quantity):
        return _BOUNDS.get(quantity, (-inf, inf))
    most = inf if limit is None else limit
    if quantity is Quantity.CURRENT:
        most /= _LEAST_VOLTAGE
    return -most, most


@dataclass(slots=True, kw_only=True)
class Refusal:
    """A value that is refused: since when (Unix seconds), and for how many seconds.

    `at` is when it was refused last, and `bounds` is what it may be. `limit` is the
    largest power of the connection, None where it does not depend on that.
    """

    since: float
    at: float
    value: float
    bounds: Bounds
    limit: float | None
    seconds: float = 0.0

    @property
    def lasts(self) -> bool:
        """Tell whether this has lasted too long for a passing fault."""
        return self.seconds >= _REFUSED_SECONDS


@dataclass(slots=True, kw_only=True)
class Plausible:
    """Refuse implausible values of one meter; they count as missing."""

    limits: Limits
    refusals: dict[str, Refusal] = field(default_factory=dict)
    # By code, for the factor and the quantities that they were worked out for.
    _bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    _bounds_for: tuple[float | None, Mapping[str, Quantity]] = (1.0, _NO_OTHERS)

    def sift(
        self,
        values: Mapping[str, float],
        now: float,
        *,
        factor: float | None,
        quantities: Mapping[str, Quantity] = _NO_OTHERS,
    ) -> Mapping[str, float]:
        """Return the values that are plausible at `now` (Unix seconds).

        `factor` is the meter's conversion factor, None while it is not known.
        `quantities` are those of codes that the vocabulary does not have.
        """
        if self._bounds_for != (factor, quantities):
            self._bounds, self._bounds_for = {}, (factor, quantities)
        known, impossible = self._bounds, []
        for code, value in values.items():
            low, high = known.get(code) or self._find_bounds(code)
            if not low <= value <= high and value != 0:
                impossible.append(code)
        if not impossible and not self.refusals:
            return values
        for code in self.refusals.keys() & values.keys() - set(impossible):
            del self.refusals[code]
        for code in impossible:
            self._refuse(code, values[code], now)
        for code in self.refusals.keys() - values.keys():
            if abs(now - self.refusals[code].at) > _REFUSED_SECONDS:
                # It is no longer sent, so that nothing is refused any more.
                del self.refusals[code]
        return {code: value for code, value in values.items() if code not in impossible}

    def _find_bounds(self, code: str) -> Bounds:
        """Work out the bounds of a value."""
        factor, _ = self._bounds_for
        limit = self.limits.present(factor)
        self._bounds[code] = bounds(self._quantity(code), limit)
        return self._bounds[code]

    def _quantity(self, code: str) -> Quantity | None:
        """Return what a value measures, None if that is not known."""
        if code == ABSOLUTE_POWER:
            return Quantity.ACTIVE_POWER
        register = REGISTERS.get(code)
        return register.quantity if register else self._bounds_for[1].get(code)

    def _refuse(self, code: str, value: float, now: float) -> None:
        """Note one more reading with a value that cannot be."""
        quantity, may_be = self._quantity(code), self._bounds[code]
        is_limited = quantity is not None and is_of_connection(quantity)
        limit = self.limits.present(self._bounds_for[0]) if is_limited else None
        refusal = self.refusals.setdefault(
            code, Refusal(since=now, at=now, value=value, bounds=may_be, limit=limit)
        )
        refusal.seconds += min(max(now - refusal.at, 0.0), _REFUSED_SECONDS / 2)
        refusal.value, refusal.at = value, now
        refusal.bounds, refusal.limit = may_be, limit
