"""Detect outages of meters, and remember which are still to be filled.

Statistics that an owner deleted look like an outage, too. So only outages that we
detected while they happened are ever filled.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from ..bridges.wire import difference
from ..meter.account import Account
from .plan import Gap

_MOST_GAPS = 64
_OPEN_SECONDS = 86_400.0
_UNSURE_SECONDS = 3600.0
# A total that is held back that long after an outage is not filled any more.
_HELD_SECONDS = 40 * 86_400.0
_MOST_LEFT = 16


class Stored(TypedDict, total=False):
    """The stored form of `Outages`, which survives a restart."""

    last: dict[str, float]
    levels: dict[str, dict[str, float]]
    gaps: list[list[Any]]
    held: list[list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outage:
    """The outage of one meter, and by register how much its totals grew in it.

    It `is_held` as long as a counter has been held back since. To the registers of
    `keys` (all: None) it ends only when no counter is held any more: their hours are
    filled up to then.
    """

    meter: str
    gap: Gap
    grown: Mapping[str, float] = field(default_factory=dict)
    is_held: bool = False
    keys: frozenset[str] | None = None

    @property
    def waits(self) -> bool:
        """Tell whether all that is left of it is held back."""
        return self.is_held and self.keys is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfilled:
    """Why hours of an outage were not filled, by register."""

    outage: Outage
    reasons: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Outages:
    """The last live value of each meter, and the outages that are still to be filled.

    `totals` are the registers whose growth an outage reports when it ends. With
    `are_filled`, an outage stays open for up to a day, so that it can be filled.
    """

    totals: frozenset[str]
    are_filled: bool = False
    open: list[Outage] = field(default_factory=list)
    left: deque[Unfilled] = field(default_factory=lambda: deque(maxlen=_MOST_LEFT))
    _back: dict[str, float] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _values: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def take(
        self,
        accounts: Mapping[str, Account],
        links: Mapping[str, bool],
        asked: Mapping[str, float],
    ) -> list[Outage]:
        """Note the live values of all meters; return the outages that have ended.

        `links` has the meters that the last answer made fresh (True) or stale (False).
        `asked` has the time of what the owner is asked about by meter: outages before
        are kept.
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
                is_sure=not (is_back or self.open) or account.is_sure,
                asked=asked.get(key, 0.0),
            )
            if outage:
                ended.append(outage)
        return ended

    def note(  # noqa: PLR0913 (what is known of a meter at a time)
        self,
        meter: str,
        at: float,
        values: Mapping[str, float],
        *,
        is_back: bool,
        is_sure: bool,
        asked: float = 0.0,
    ) -> Outage | None:
        """Note live values at `at` (Unix seconds); return the outage that has ended.

        The meter `is_back` from an outage with this value. The outage ends only once we
        are sure of its totals (`is_sure`), after an hour in any case: then it is held.
        """
        if is_back:
            self._back.setdefault(meter, at)
        if meter in self._back:
            if not is_sure and at - self._back[meter] < _UNSURE_SECONDS:
                return None
            del self._back[meter]
            is_back = True
        if self.open:
            self._sort_out(meter, at, is_sure=is_sure, asked=asked)
        last, before = self._last.get(meter), self._values.get(meter, {})
        self._last[meter], self._values[meter] = at, values
        if not is_back or last is None or at <= last:
            return None
        grown = {
            code: difference(values[code], before[code])
            for code in self.totals & values.keys() & before.keys()
        }
        outage = Outage(
            meter=meter,
            gap=Gap(last=last, first=at),
            grown=grown,
            is_held=not is_sure,
        )
        if self.are_filled and outage.gap.hours():
            self.open = [*self.open[1 - _MOST_GAPS :], outage]
        return outage

    def _sort_out(self, meter: str, at: float, *, is_sure: bool, asked: float) -> None:
        """Let held outages of a meter that is sure end now, and drop those too old."""
        kept = []
        for each in self.open:
            outage = each
            if each.meter != meter:
                kept.append(each)
                continue
            if each.is_held and is_sure:
                ended = Gap(last=each.gap.last, first=at)
                outage = replace(each, gap=ended, is_held=False)
            is_kept = outage.is_held or asked > outage.gap.last
            if at - outage.gap.first < (_HELD_SECONDS if is_kept else _OPEN_SECONDS):
                kept.append(outage)
        self.open = kept

    def keep(self, outage: Outage, keys: Iterable[str]) -> None:
        """Keep a held outage for these registers alone: all others are filled."""
        held = replace(outage, keys=frozenset(keys))
        self.open = [held if each is outage else each for each in self.open]

    def close(self, done: Iterable[Outage]) -> None:
        """Drop outages that are filled, or that nothing can fill."""
        closed = list(done)
        self.open = [each for each in self.open if each not in closed]

    def forget_meter(self, meter: str) -> None:
        """Forget a meter and its outages."""
        self._last.pop(meter, None)
        self._values.pop(meter, None)
        self.open = [each for each in self.open if each.meter != meter]
        kept = [each for each in self.left if each.outage.meter != meter]
        self.left.clear()
        self.left.extend(kept)

    def as_stored(self) -> Stored:
        """Return the data that has to survive a restart."""
        return {
            "last": dict(self._last),
            "levels": {
                meter: {code: values[code] for code in self.totals & values.keys()}
                for meter, values in self._values.items()
            },
            "gaps": [_stored(each) for each in self.open if not _is_held(each)],
            # Earlier versions know nothing of these.
            "held": [
                [
                    *_stored(each),
                    each.is_held,
                    None if each.keys is None else sorted(each.keys),
                ]
                for each in self.open
                if _is_held(each)
            ],
        }

    def restore(self, stored: Stored) -> None:
        """Restore what `as_stored` returned before the restart."""
        self._last = dict(stored.get("last", {}))
        self._values = dict(stored.get("levels", {}))
        self.open = [
            *(_restored(*each) for each in stored.get("gaps", ())),
            *(
                replace(
                    _restored(*gap),
                    is_held=is_held,
                    keys=None if keys is None else frozenset(keys),
                )
                for *gap, is_held, keys in stored.get("held", ())
            ),
        ]


def _is_held(outage: Outage) -> bool:
    """Tell whether a counter is, or was, held back after an outage."""
    return outage.is_held or outage.keys is not None


def _stored(outage: Outage) -> list[Any]:
    """Return the times of an outage, and what was counted in it."""
    return [outage.meter, outage.gap.last, outage.gap.first, dict(outage.grown)]


def _restored(
    meter: str, last: float, first: float, grown: Mapping[str, float]
) -> Outage:
    """Return the outage that `_stored` was called on."""
    return Outage(meter=meter, gap=Gap(last=last, first=first), grown=grown)
