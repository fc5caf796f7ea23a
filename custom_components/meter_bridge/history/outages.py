"""Which outages of a meter we saw ourselves, and which of them are still to be filled.

What an owner has deleted from the statistics looks like an outage, too: only those that
were seen are ever filled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from ..bridges.wire import difference
from ..meter.account import Account
from .plan import Gap

_MOST_GAPS = 64
_OPEN_SECONDS = 86_400.0
_UNSURE_SECONDS = 3600.0


class Stored(TypedDict, total=False):
    """What is kept of outages over a restart."""

    last: dict[str, float]
    levels: dict[str, dict[str, float]]
    gaps: list[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outage:
    """The outage of one meter, and what its totals grew by meanwhile, by register."""

    meter: str
    gap: Gap
    grown: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Outages:
    """The last live value of each meter, and the outages that are to be filled.

    `totals` are the registers whose growth is told when an outage ends. Outages stay
    open for a day if they `are_filled`.
    """

    totals: frozenset[str]
    are_filled: bool = False
    open: list[Outage] = field(default_factory=list)
    _back: dict[str, float] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _values: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def take(
        self,
        accounts: Mapping[str, Account],
        links: Mapping[str, bool],
    ) -> list[Outage]:
        """Note the live values of all meters; return the outages that are over.

        `links` tells of meters that became fresh or stale with the last answer.
        """
        return [
            outage
            for key, account in accounts.items()
            if account.is_fresh and account.live
            if (
                outage := self.note(
                    key,
                    account.live[1],
                    account.values,
                    is_back=links.get(key, False),
                    is_sure=account.is_sure,
                )
            )
        ]

    def note(
        self,
        meter: str,
        at: float,
        values: Mapping[str, float],
        *,
        is_back: bool,
        is_sure: bool,
    ) -> Outage | None:
        """Note a live value at `at` (Unix seconds).

        Where the meter `is_back` from an outage, return that: as soon as its totals
        have caught up and we are sure of them, or will not be for long.
        """
        if is_back:
            self._back.setdefault(meter, at)
        if meter in self._back:
            if not is_sure and at - self._back[meter] < _UNSURE_SECONDS:
                return None
            del self._back[meter]
            is_back = True
        self.open = [each for each in self.open if each.gap.first > at - _OPEN_SECONDS]
        last, before = self._last.get(meter), self._values.get(meter, {})
        self._last[meter], self._values[meter] = at, values
        if not is_back or last is None or at <= last:
            return None
        grown = {
            code: difference(values[code], before[code])
            for code in self.totals & values.keys() & before.keys()
        }
        outage = Outage(meter=meter, gap=Gap(last=last, first=at), grown=grown)
        if self.are_filled and outage.gap.hours():
            self.open = [*self.open[1 - _MOST_GAPS :], outage]
        return outage

    def close(self, done: Iterable[Outage]) -> None:
        """Forget outages that are filled, or never will be."""
        closed = list(done)
        self.open = [each for each in self.open if each not in closed]

    def forget_meter(self, meter: str) -> None:
        """Forget a meter."""
        self._last.pop(meter, None)
        self._values.pop(meter, None)
        self.open = [each for each in self.open if each.meter != meter]

    def as_stored(self) -> Stored:
        """Return what has to survive a restart."""
        return {
            "last": dict(self._last),
            "levels": {
                meter: {code: values[code] for code in self.totals & values.keys()}
                for meter, values in self._values.items()
            },
            "gaps": [
                [each.meter, each.gap.last, each.gap.first, dict(each.grown)]
                for each in self.open
            ],
        }

    def restore(self, stored: Stored) -> None:
        """Take up again what `as_stored` returned before the restart."""
        self._last = dict(stored.get("last", {}))
        self._values = dict(stored.get("levels", {}))
        self.open = [
            Outage(meter=meter, gap=Gap(last=last, first=first), grown=grown)
            for meter, last, first, grown in stored.get("gaps", ())
        ]
