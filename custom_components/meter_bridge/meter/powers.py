"""Which registers a meter has ever sent: how net power and totals are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from ..bridges.obis import COUNTERS, IMPORT_PHASES, REGISTERS, KnownPowers
from ..bridges.wire import total

# The next reading may have codes that one reading lacks.
_SETTLED_READINGS = 2
# The total of one tariff alone may be that of tariffs that are still to come.
_LEAST_TARIFFS = 2


@dataclass(slots=True, kw_only=True)
class Powers:
    """What is known of the codes that one meter has sent since its number is known.

    It is another object whenever it changes.
    """

    known: KnownPowers = field(
        default_factory=lambda: KnownPowers(codes=frozenset(), is_settled=False)
    )
    _readings: int = 0
    _sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def take(
        self,
        sent: Mapping[str, float],
        *,
        is_complete: bool,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        """Note what a reading has; a complete one names all that the meter has.

        `unread` are registers that it names without a value that can be read.
        """
        known = self.known
        if not (known.codes.issuperset(sent) and known.codes.issuperset(unread)):
            self._note(sent.keys() | unread)
            self._settle(0)
        if not self.known.is_settled:
            self._settle(self._readings + (_SETTLED_READINGS if is_complete else 1))
        if not known.is_signed:
            for code in IMPORT_PHASES:
                if sent.get(code, 0.0) < 0:
                    self.known = replace(self.known, is_signed=True)

    def _settle(self, readings: int) -> None:
        """Note how many readings had the same codes: they may be all that there are."""
        self._readings = readings
        self.known = replace(self.known, is_settled=readings >= _SETTLED_READINGS)

    def with_totals(self, values: Mapping[str, float]) -> Mapping[str, float]:
        """Add the sum of the tariffs of each counter whose total is never sent."""
        if not self._sums or not self.known.is_settled:
            return values
        return {
            **values,
            **{
                code: reduce(total, (values[tariff] for tariff in tariffs))
                for code, tariffs in self._sums.items()
                if values.keys() >= set(tariffs)
            },
        }

    def _note(self, codes: Iterable[str]) -> None:
        """Note codes, and which totals are known by their tariffs alone."""
        known = self.known.codes.union(codes)
        self.known = replace(self.known, codes=known)
        tariffs: dict[str, list[str]] = {}
        for code in sorted(COUNTERS.intersection(known)):
            if REGISTERS[code].tariff:
                whole = f"{code.rpartition('.')[0]}.0"
                tariffs.setdefault(whole, []).append(code)
        self._sums = {
            code: tuple(found)
            for code, found in tariffs.items()
            if code not in known and len(found) >= _LEAST_TARIFFS
        }

    def add(self, codes: Iterable[str]) -> None:
        """Note codes that were sent before anybody kept them."""
        self._note(codes)
        self._settle(_SETTLED_READINGS)

    def as_stored(self) -> dict[str, Any]:
        """Return the data to store."""
        known = self.known
        return {"codes": sorted(known.codes), "is_signed": known.is_signed}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Restore what `as_stored` returned before the restart."""
        if codes := stored.get("codes"):
            self.add(codes)
        is_signed = stored.get("is_signed", False)
        self.known = replace(self.known, is_signed=is_signed)
