"""Which powers a meter has ever sent: they decide how net power is worked out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..bridges.obis import IMPORT_PHASES, KnownPowers

# The next reading may have codes that one reading lacks.
_SETTLED_READINGS = 2


@dataclass(slots=True, kw_only=True)
class Powers:
    """The codes that one meter has sent since its number is known."""

    codes: set[str] = field(default_factory=set)
    is_signed: bool = False
    _readings: int = 0

    def take(self, sent: Mapping[str, float], *, is_complete: bool) -> None:
        """Note the codes of a reading; a complete one has all codes of the meter."""
        if not self.codes.issuperset(sent):
            self.codes.update(sent)
            self._readings = 0
        self._readings += _SETTLED_READINGS if is_complete else 1
        self.is_signed |= any(sent.get(code, 0.0) < 0 for code in IMPORT_PHASES)

    @property
    def known(self) -> KnownPowers:
        """Return what is known of the meter's powers."""
        return KnownPowers(
            codes=self.codes,
            is_signed=self.is_signed,
            is_settled=self._readings >= _SETTLED_READINGS,
        )

    def add(self, codes: Iterable[str]) -> None:
        """Add codes that the meter is known to have sent earlier."""
        self.codes.update(codes)
        self._readings = _SETTLED_READINGS

    def as_stored(self) -> dict[str, Any]:
        """Return the data to store."""
        return {"codes": sorted(self.codes), "is_signed": self.is_signed}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Restore what `as_stored` returned before the restart."""
        if codes := stored.get("codes"):
            self.add(codes)
        self.is_signed = stored.get("is_signed", False)
