"""Likely roles and directions of registers, filled in for the owner to confirm.

A site's own totals count more than any name: if generation is connected ahead of what
`Grid` measures, `Grid` is not the grid connection.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..questions import NOTHING, Said
from .evidence import Signed, agrees, growth_of
from .names import (
    BATTERY,
    GENERATION,
    GRID_NAMES,
    Pair,
    by_plain_name,
    names_grid,
    pairs,
    virtual,
)
from .registers import POWER, Register, Row
from .roles import (
    APART,
    EXPORTED,
    IMPORTED,
    NET,
    REVERSED,
    USE_LESS_GEN,
    by_name,
    derived,
)

_WATT_SECONDS = 3_600_000
_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Presets:
    """What is preset, and whether import and export could be told."""

    answers: Said
    is_sure: bool = True


def candidates(registers: Iterable[Register]) -> frozenset[str]:
    """Return the keys of the registers whose rows tell the roles."""
    listed = [each for each in registers if each.type == POWER]
    asked = [each for each, _ in _net(listed)[1]]
    for pair in pairs(listed):
        asked += [each for each in (pair.plus, pair.minus) if each]
    named = set(by_name(listed).values()) - {NOTHING}
    return frozenset({each.key for each in asked} | named)


def presets(
    registers: Iterable[Register], counters: Mapping[str, int], rows: tuple[Row, ...]
) -> Presets:
    """Return what is likely by the latest counters, and by rows of the last days."""
    listed = [each for each in registers if each.type == POWER]
    choice, net = _net(listed)
    pair, is_sure = _pair(listed, net, counters, rows)
    roles = {
        NET: choice,
        IMPORTED: pair.plus.key if pair.plus else NOTHING,
        EXPORTED: pair.minus.key if pair.minus else NOTHING,
    }
    # Consumers are negative by the maker's rule. The grid may be, too.
    backwards = [
        each.key
        for each in listed
        if counters.get(each.key, 0) < 0
        and not each.is_virtual
        and not names_grid(each)
        and each.key not in roles.values()
    ]
    battery = virtual(listed).get(BATTERY)
    apart = [battery.key] if battery else []
    return Presets(
        answers={**roles, REVERSED: backwards, APART: apart}, is_sure=is_sure
    )


def _net(powers: list[Register]) -> tuple[str, Signed]:
    """Return the likely choice for net power, and its registers, each with its sign."""
    worked_out = {value: parts for value, _, parts in derived(powers)}
    if USE_LESS_GEN in worked_out:
        return USE_LESS_GEN, worked_out[USE_LESS_GEN]
    named = by_plain_name(powers)
    for name in GRID_NAMES:
        if register := named.get(name):
            return register.key, ((register, 1),)
    return next(iter(worked_out.items()), (NOTHING, ()))


def _pair(
    powers: list[Register],
    net: Signed,
    counters: Mapping[str, int],
    rows: tuple[Row, ...],
) -> tuple[Pair, bool]:
    """Return the registers that count import and export, and whether that is sure.

    If nothing was ever generated, import and consumption are the same: names are
    enough.
    """
    totals = virtual(powers)
    others = [totals[name] for name in (GENERATION, BATTERY) if name in totals]
    nothing = Pair(plus=None, minus=None)
    by_names = sorted(pairs(powers), key=lambda pair: not (pair.plus and pair.minus))
    if all(counters.get(each.key) == 0 for each in others):
        return next(iter(by_names), nothing), True
    is_sure = True
    for pair in by_names:
        found = agrees(growth_of(rows, net, pair))
        if found:
            return pair, True
        is_sure = is_sure and found is False
    return nothing, is_sure


def difference(
    registers: Iterable[Register], present: Said, rows: tuple[Row, ...]
) -> tuple[float, float] | None:
    """Return what is shown now and the net energy of the house (kWh), if they differ.

    None where nothing is shown, where they agree, and where the rows do not tell.
    """
    listed = [each for each in registers if each.type == POWER]
    powers = {each.key: each for each in listed}
    worked_out = {value: parts for value, _, parts in derived(listed)}
    house = worked_out.get(USE_LESS_GEN)
    held = {**by_name(listed), **present}
    if house is None or held[NET] == USE_LESS_GEN:
        return None
    plus, minus = (powers.get(str(held[role])) for role in (IMPORTED, EXPORTED))
    shown = [Pair(plus=powers.get(str(held[NET])), minus=None)]
    if plus and minus:
        shown.append(Pair(plus=plus, minus=minus))
    for pair in shown:
        if pair.plus is None:
            continue
        # A net register counts both ways: compare it like a pair without a second half.
        both = [
            replace(each, minus=each.minus or 0)
            for each in growth_of(rows, house, pair)
        ]
        if agrees(both) is False:
            sums = (
                sum((each.plus or 0) - (each.minus or 0) for each in both),
                sum(each.net for each in both),
            )
            there, house_net = (round(it / _WATT_SECONDS, _DIGITS) for it in sums)
            return there, house_net
    return None
