"""Whether registers agree, by the rows of the device's own database.

A single moment proves nothing: at night, all registers that could be the grid show the
same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..wire import steps_between
from .kinds import WRAP
from .names import Pair
from .registers import Register, Row

SECONDS = 7 * 24 * 3600
"""How far back evidence goes."""
STEP = 900
"""The time between two rows: the longest for which sun and clouds stay apart."""
# Less than this between two rows (mean W) tells no registers apart.
_LEAST_WATTS = 25.0
# Counters are cut off each second, and formulas round: so much may they disagree.
_ROUNDING = 0.1
# Import alone cannot be worked out exactly: within a row both directions may occur.
_MIXED = 1 / 3

type Signed = Sequence[tuple[Register, int]]
"""Registers that make one value together, each with its sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What was counted between two rows (Ws).

    `net` is the net energy of the house, and `panel` what it would be by a meter that
    does not see the generation.
    """

    seconds: float
    net: int
    panel: int
    plus: int | None = None
    minus: int | None = None

    @property
    def tells(self) -> bool:
        """Tell whether net energy and that of the panel are different here."""
        return abs(self.panel - self.net) >= _LEAST_WATTS * self.seconds


def growth_of(rows: Iterable[Row], net: Signed, pair: Pair) -> Iterator[Growth]:
    """Yield what was counted between rows that have all of these registers."""
    asked = [each for each, _ in net]
    asked += [each for each in (pair.plus, pair.minus) if each]
    ordered = sorted(rows, key=lambda row: row.time)
    for older, newer in pairwise(ordered):
        if any(
            each.key not in row.counters for row in (older, newer) for each in asked
        ):
            continue
        steps = {
            each.key: steps_between(
                newer.counters[each.key], older.counters[each.key], WRAP
            )
            for each in asked
        }
        yield Growth(
            seconds=newer.time - older.time,
            net=sum(sign * steps[each.key] for each, sign in net),
            panel=steps[net[0][0].key] if len(net) > 1 else 0,
            plus=steps[pair.plus.key] if pair.plus else None,
            minus=steps[pair.minus.key] if pair.minus else None,
        )


def agrees(growth: Iterable[Growth]) -> bool | None:
    """Tell whether import and export are those of the house; None: rows do not show it.

    If both are given, they have to add up to the net energy. If one is given, it has to
    be closer to its part of the net energy than to what the panel alone would count.
    """
    known = list(growth)
    telling = [each for each in known if each.tells]
    if not telling:
        return None
    wrong = [_wrong(each) for each in telling]
    if telling[0].plus is not None and telling[0].minus is not None:
        apart = [abs(each.panel - each.net) for each in telling]
        part = _ROUNDING
    elif telling[0].plus is not None:
        apart = [abs(each.panel - max(each.net, 0)) for each in telling]
        part = _MIXED
    else:
        apart = [max(-each.net, 0) for each in telling]
        part = _MIXED
        if sum(apart) < _LEAST_WATTS * STEP:
            return None
    everywhere = sum(abs(each.panel) + abs(each.net) for each in known)
    return (
        sum(wrong) <= part * sum(apart)
        and sum(_wrong(each) for each in known) <= part * everywhere
    )


def _wrong(growth: Growth) -> int:
    """Return by how much import and export are not those of the net energy (Ws)."""
    net, plus, minus = growth.net, growth.plus, growth.minus
    if plus is not None and minus is not None:
        return abs(plus - minus - net)
    if plus is not None:
        return abs(plus - max(net, 0))
    return abs((minus or 0) - max(-net, 0))
