"""The highest demand of each month."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..bridges.wire import entries, number, section

_MONTHS = 12
_LONGEST_KEY = len("2026-11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The highest demand (W), and the start of its period (Unix seconds)."""

    demand: float
    start: float


@dataclass(slots=True, kw_only=True)
class Peaks:
    """The highest demand of each of the last twelve months, such as 2026-11.

    Demands over 15 minutes and over an hour are different: each length of a period has
    its own peaks, which are kept when the owner chooses another length.
    """

    _of: dict[int, dict[str, Peak]] = field(default_factory=dict)

    def take(self, minutes: int, month: str, peak: Peak) -> None:
        """Store a demand if it is the highest of its month."""
        months = self._of.setdefault(minutes, {})
        if month not in months or peak.demand > months[month].demand:
            months[month] = peak
        for old in sorted(months)[:-_MONTHS]:
            del months[old]

    def peak(self, minutes: int, month: str) -> Peak | None:
        """Return the peak of a month."""
        return self._of.get(minutes, {}).get(month)

    def months(self, minutes: int) -> Mapping[str, Peak]:
        """Return the peaks for this length of a period, the latest month last."""
        return dict(sorted(self._of.get(minutes, {}).items()))

    def as_stored(self) -> dict[str, object]:
        """Return the data to store."""
        return {
            str(minutes): {
                month: [peak.demand, peak.start] for month, peak in months.items()
            }
            for minutes, months in self._of.items()
        }

    @classmethod
    def restored(cls, stored: object) -> Peaks:
        """Restore what `as_stored` returned; damaged parts are left out."""
        peaks = cls()
        for minutes, months in section(stored).items():
            for month, pair in section(months).items():
                numbers = [number(each) for each in entries(pair)]
                if minutes.isdecimal() and len(month) == _LONGEST_KEY:
                    match numbers:
                        case [float() | int() as demand, float() | int() as start]:
                            peak = Peak(demand=demand, start=start)
                            peaks.take(int(minutes), month, peak)
        return peaks
