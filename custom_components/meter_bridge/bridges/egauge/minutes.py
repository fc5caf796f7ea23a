"""Rows a minute apart: the powers of an hour, and what was counted in each direction.

Rows at full hours do not tell these: within an hour a register may count both ways.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
import time

from ..client import HourlyPower
from ..wire import steps_between
from .directions import Directions
from .history import EgaugeHistory
from .kinds import WRAP, average_rate
from .parts import Parts
from .registers import Listing, Register
from .roles import Roles

_HOUR, _MINUTE = 3600, 60
_MINUTES = _HOUR // _MINUTE
# So many hours are requested at once, before it is known whether the device has them.
_CHUNK_HOURS = 24
# The device has minutes for a year. More entries would only be a leak.
_MOST_HOURS = 366 * 24

type Counts = Mapping[str, list[int]]
"""The counters of registers at each minute of an hour, both ends included."""


class EgaugeMinutes:
    """Read minutes of one eGauge; keep what was counted each way, by hour."""

    def __init__(self, history: EgaugeHistory) -> None:
        """Use this database; nothing has been read."""
        self._history = history
        self._grown: dict[int, dict[str, tuple[int, int]]] = {}

    async def powers(
        self,
        registers: Sequence[Register],
        roles: Roles,
        hours: Iterable[int],
        ahead: float,
    ) -> dict[str, dict[int, HourlyPower]]:
        """Return the powers in these hours: of registers, and worked out from them.

        Hours with a missing minute are left out.
        """
        found: dict[str, dict[int, HourlyPower]] = {}
        keys = frozenset(each.key for each in registers)
        for hour, counts in (await self._hours(keys, hours, ahead)).items():
            minutes = [_powers(registers, roles, counts, at) for at in range(_MINUTES)]
            for key in minutes[0]:
                watts = [minute[key] for minute in minutes]
                found.setdefault(key, {})[hour] = HourlyPower(
                    mean=sum(watts) / _MINUTES, least=min(watts), most=max(watts)
                )
        return found

    async def apart(
        self,
        apart: Mapping[str, tuple[str, int]],
        parts: Parts,
        instants: Sequence[int],
        listing: Listing,
        ahead: float,
    ) -> dict[str, dict[int, float]]:
        """Return counts at full hours, each of one direction only.

        `apart` names the register and the sign of each total. The counts go back from
        those in `parts`, which belong to `listing`, until an hour lacks a minute.
        """
        found: dict[str, dict[int, float]] = {total: {} for total in apart}
        if listing.time is None or not apart:
            return found
        keys = frozenset(register for register, _ in apart.values())
        newest = int(listing.time - ahead)
        hour = newest // _HOUR * _HOUR
        first, wanted = min(instants), set(instants)
        grown = await self._since(keys, hour, newest, listing, ahead)
        while grown:
            if hour in wanted:
                for total, (register, sign) in apart.items():
                    if (count := parts.count(register, sign)) is not None:
                        more = sign * grown[register][sign < 0]
                        found[total][hour] = count - more
            hour -= _HOUR
            if hour < first or not (way := await self._way(keys, hour, first, ahead)):
                return found
            grown = {
                key: (ups + way[key][0], downs + way[key][1])
                for key, (ups, downs) in grown.items()
            }
        return found

    async def _way(
        self, keys: frozenset[str], hour: int, first: int, ahead: float
    ) -> Mapping[str, tuple[int, int]] | None:
        """Return how much registers counted each way in an hour, None if unknown."""
        if keys > self._grown.get(hour, {}).keys():
            begin = max(hour - (_CHUNK_HOURS - 1) * _HOUR, first // _HOUR * _HOUR)
            hours = range(begin, hour + 1, _HOUR)
            for each, counts in (await self._hours(keys, hours, ahead)).items():
                self._grown[each] = {key: _ways(row) for key, row in counts.items()}
            while len(self._grown) > _MOST_HOURS:
                del self._grown[min(self._grown)]
        way = self._grown.get(hour, {})
        return way if keys <= way.keys() else None

    async def _since(
        self,
        keys: frozenset[str],
        hour: int,
        newest: int,
        listing: Listing,
        ahead: float,
    ) -> dict[str, tuple[int, int]]:
        """Return how much registers counted each way since a full hour."""
        minutes = range(hour, newest + 1, _MINUTE)
        rows = await self._history.rows(keys, minutes, ahead, _MINUTE)
        if len(rows) != len(minutes) or not keys <= listing.counters.keys():
            return {}
        rows = sorted(rows, key=lambda row: row.time)
        if any(not keys <= row.counters.keys() for row in rows):
            return {}
        return {
            key: _ways([*(row.counters[key] for row in rows), listing.counters[key]])
            for key in keys
        }

    async def _hours(
        self, keys: frozenset[str], hours: Iterable[int], ahead: float
    ) -> dict[int, Counts]:
        """Return the counters of all hours that are over and lack no minute."""
        over = [hour for hour in hours if hour + _HOUR <= time.time()]
        wanted = {at for hour in over for at in range(hour, hour + _HOUR + 1, _MINUTE)}
        rows = {
            int(row.time): row.counters
            for row in await self._history.rows(keys, sorted(wanted), ahead, _MINUTE)
            if keys <= row.counters.keys()
        }
        found: dict[int, Counts] = {}
        for hour in over:
            minutes = range(hour, hour + _HOUR + 1, _MINUTE)
            if all(at in rows for at in minutes):
                found[hour] = {key: [rows[at][key] for at in minutes] for key in keys}
        return found


def _ways(counts: Sequence[int]) -> tuple[int, int]:
    """Return how much a register counted forwards and backwards."""
    steps = [steps_between(later, earlier, WRAP) for earlier, later in pairwise(counts)]
    ups = sum(step for step in steps if step > 0)
    return ups, ups - sum(steps)


def _powers(
    registers: Sequence[Register], roles: Roles, counts: Counts, at: int
) -> dict[str, float]:
    """Return the mean powers of a minute, as a reading would show them (W)."""
    directions: Directions = roles.directions
    rates = {
        each.value_key: directions.sign(each)
        * average_rate(
            each.kind, counts[each.key][at + 1], counts[each.key][at], _MINUTE
        )
        for each in registers
    }
    return {**rates, **roles.conclude(rates)}
