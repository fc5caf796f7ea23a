"""The device's database: counters at earlier times (vendor's /register).

It keeps a row a minute for a year and one for 15 minutes for ten years. While a small
device sends a long answer it does nothing else. So a request asks for at most seven
days or 480 rows, for fewer if an answer takes long, and waits behind the polls.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
import time

from ..errors import BridgePermissionError, BridgeRefusedError, BridgeResponseError
from ..wire import entries, number, section, whole
from .registers import Row, parse_register, parse_rows
from .web import EgaugeWeb

_LIST = "/api/register?virtual=value"
_ROWS = "/api/register?raw&virtual=value"
_DATABASE = "/api/sys/db"
_HOUR = 3600
_MOST_SECONDS = 7 * 24 * _HOUR
_MOST_ROWS, _FIRST_ROWS = 480, 24
# An answer should take no longer than a part of the pause between two polls.
_SLOW_SECONDS, _QUICK_SECONDS = 1.5, 0.4
_MINUTE = 60
_MILLI = 1000
# An older firmware, or a user with fewer rights, does not get this: that is no failure.
_NOT_AVAILABLE = (BridgePermissionError, BridgeRefusedError, BridgeResponseError)


class EgaugeHistory:
    """Ask one eGauge for rows of its database.

    How many rows go into a request is learned from how long the last one took.
    """

    def __init__(self, web: EgaugeWeb) -> None:
        """Know the device; nothing is asked yet."""
        self._web = web
        self._most = _FIRST_ROWS

    async def rows(
        self,
        keys: frozenset[str],
        instants: Sequence[int],
        ahead: float,
        step: int = _HOUR,
    ) -> list[Row]:
        """Return the rows at these times, newest first, as far as there are any.

        `keys` are those of registers; `ahead` is by how many seconds the device's clock
        is ahead of ours. Times of the rows are ours, `step` seconds apart: full hours,
        or a part of an hour.
        """
        oldest = await self._oldest(step)
        chosen = await self._indices(keys)
        left = sorted((each for each in instants if each >= oldest), reverse=True)
        shift = round(ahead / _MINUTE) * _MINUTE
        found: list[Row] = []
        while chosen and left:
            most = min(self._most * step, _MOST_SECONDS)
            span = [each for each in left if each >= left[0] - most]
            left = left[len(span) :]
            found += await self._ask(chosen, span, shift, step)
        return found

    async def _ask(
        self, chosen: Iterable[int], span: Sequence[int], shift: int, step: int
    ) -> Iterator[Row]:
        """Request the rows of one span; drop rows of other times."""
        first, last = span[-1] + shift, span[0] + shift
        picked = "+".join(("none", *map(str, chosen)))
        begun = time.monotonic()
        answer = await self._web.request(
            "GET", f"{_ROWS}&reg={picked}&time={first}:{step}:{last}"
        )
        took = time.monotonic() - begun
        if took > _SLOW_SECONDS:
            self._most = max(self._most // 2, 1)
        elif took < _QUICK_SECONDS:
            self._most = min(self._most * 2, _MOST_ROWS)
        wanted = set(span)
        return (
            Row(time=row.time - shift, counters=row.counters)
            for row in parse_rows(answer)
            if row.time - shift in wanted
        )

    async def _indices(self, keys: frozenset[str]) -> list[int]:
        """Return under which indices the device now lists these registers."""
        listed = section(await self._web.request("GET", _LIST)).get("registers")
        return sorted(
            index
            for entry in entries(listed)
            if (register := parse_register(entry))
            and register.key in keys
            and (index := whole(section(entry).get("idx"))) is not None
        )

    async def _oldest(self, step: int) -> float:
        """Return the earliest time that may still have a row `step` seconds apart."""
        depth = None
        with suppress(*_NOT_AVAILABLE):
            answer = section(await self._web.request("GET", _DATABASE), "result")
            depth = max(_depths(answer, step), default=None)
        return 0.0 if depth is None else time.time() - depth


def _depths(database: Mapping[str, object], step: int) -> Iterator[float]:
    """Yield how far back (s) each level of the database with a row per step goes."""
    for each in entries(database.get("level")):
        level = section(each)
        interval = number(level.get("interval"))
        count = number(level.get("row-count"))
        if interval and count and not step * _MILLI % interval:
            yield interval * count / _MILLI
