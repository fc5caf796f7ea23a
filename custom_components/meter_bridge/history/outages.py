"""Detect outages of meters, and remember which are still to be filled.

Statistics that an owner deleted look like an outage, too. So only outages that we
detected while they happened are ever filled.
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
    """The stored form of `Outages`, which survives a restart."""

    last: dict[str, float]
    levels: dict[str, dict[str, float]]
    gaps: list[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outage:
    """The outage of one meter, and by register how much its totals grew in it."""

    meter: str
    gap: Gap
    grown: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Outages:
    """The last live value of each meter, and the outages that are still to be filled.

    `totals` are the registers whose growth an outage reports when it ends. With
    `are_filled`, an outage stays open for up to a day, so that it can be filled.
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
        """Note the live values of all meters; return the outages that have ended.

        `links` has the meters that the last answer made fresh (True) or stale (False).
        """
        ended = []
        for key, account in accounts.items():
            if not (account.is_fresh and account.live):
                continue
            is_back = links.get(key, False) or key in self._back
            outage = self.note(
                key,
                account.live[1],
                account.values,
                is_back=is_back,
                # It matters only where an outage may end.
                is_sure=not is_back or account.is_sure,
            )
            if outage:
                ended.append(outage)
        return ended

    def note(
        self,
        meter: str,
        at: float,
        values: Mapping[str, float],
        *,
        is_back: bool,
        is_sure: bool,
    ) -> Outage | None:
        """Note live values at `at` (Unix seconds); return the outage that has ended.

        The meter `is_back` from an outage with this value. The outage ends only once we
        are sure of its totals (`is_sure`), after an hour in any case.
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
        """Drop outages that are filled, or that nothing can fill."""
        closed = list(done)
        self.open = [each for each in self.open if each not in closed]

    def forget_meter(self, meter: str) -> None:
        """Forget a meter and its outages."""
        self._last.pop(meter, None)
        self._values.pop(meter, None)
        self.open = [each for each in self.open if each.meter != meter]

    def as_stored(self) -> Stored:
        """Return the data that has to survive a restart."""
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
        """Restore what `as_stored` returned before the restart."""
        self._last = dict(stored.get("last", {}))
        self._values = dict(stored.get("levels", {}))
        self.open = [
            Outage(meter=meter, gap=Gap(last=last, first=first), grown=grown)
            for meter, last, first, grown in stored.get("gaps", ())
        ]
