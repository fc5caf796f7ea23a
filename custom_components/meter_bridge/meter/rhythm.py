"""How often a meter is read, and for how long its last reading may stand."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

_HOUR = 3600.0
_LAST, _LEAST = 6, 5
# One interval may be an outage: the second-longest shows how slow the meter is.
_RANK, _TIMES = 2, 5
# More intervals that differ so much hold no meter that is read.
_MOST = 128
# So many come between two looks for those that can no longer matter.
_SPARE = 32
_PLACES = 1

type Interval = tuple[float, float]
"""When an interval ended (Unix seconds), and how long it was (seconds)."""


@dataclass(slots=True, kw_only=True)
class Rhythm:
    """The intervals between the readings of one meter, of an hour or the last six.

    Of the hour only those matter that may still be the second-longest: that are not yet
    followed by two others as long.
    """

    _last: deque[Interval] = field(default_factory=lambda: deque(maxlen=_LAST))
    _hour: list[Interval] = field(default_factory=list)
    _room: int = _SPARE

    def add(self, seconds: float, now: float) -> None:
        """Note an interval that ended at `now` (Unix seconds)."""
        added = (now, round(seconds, _PLACES))
        self._last.append(added)
        self._hour.append(added)
        if len(self._hour) > self._room:
            self._hour = self._kept()
            self._room = len(self._hour) + _SPARE

    def _kept(self) -> list[Interval]:
        """Return those of the last hour that may still be the second-longest."""
        kept: list[Interval] = []
        longest: list[float] = []
        now = self._last[-1][0] if self._last else 0.0
        for end, seconds in reversed(self._hour):
            if not now - _HOUR < end <= now:
                continue
            if len(longest) == _RANK and seconds <= longest[-1]:
                continue
            kept.append((end, seconds))
            longest = sorted([*longest, seconds], reverse=True)[:_RANK]
        return kept[:_MOST][::-1]

    def limit(self, usual: float, floor: float, ceiling: float) -> float:
        """Return for how many seconds the last reading stands.

        It is the `usual` limit while the rhythm is not known, unless the meter has been
        slower than that from the start.
        """
        if len(self._last) >= _LEAST:
            intervals = {*self._kept(), *self._last}
            longest: list[float] = sorted(map(itemgetter(1), intervals), reverse=True)
            second = longest[_RANK - 1] if len(longest) > 1 else longest[0]
            return min(max(_TIMES * second, floor), ceiling)
        first = [seconds for _, seconds in islice(self._last, _RANK)]
        return ceiling if len(first) == _RANK and min(first) > usual else usual

    def as_stored(self) -> list[list[float]]:
        """Return what has to survive a restart."""
        return [list(each) for each in sorted({*self._kept(), *self._last})]

    def restore(self, stored: Iterable[Iterable[float]]) -> None:
        """Take up again what `as_stored` returned before the restart."""
        for end, seconds in stored:
            self.add(seconds, end)
