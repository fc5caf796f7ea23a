"""What names of registers tell: the totals of a site, and names for the grid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .registers import POWER, Register

USE, GENERATION, BATTERY = "use", "gen", "bat"
"""The totals of a site: consumption, generation, and what batteries discharge."""
GRID_NAMES = ("grid", "utility", "mains")
"""What the grid connection is called in the field."""
_SUFFIXES = (("+", "-"), ("_in", "_out"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Registers that count what is imported and what is exported, by their names."""

    plus: Register | None
    minus: Register | None


def virtual(registers: Iterable[Register]) -> dict[str, Register]:
    """Return the totals of a site by name."""
    return {
        each.name: each for each in registers if each.is_virtual and each.type == POWER
    }


def by_plain_name(registers: Iterable[Register]) -> dict[str, Register]:
    """Return the registers of power by name, in lower case and without spaces."""
    return {
        each.name.lower().replace(" ", "_"): each
        for each in registers
        if each.type == POWER
    }


def pairs(registers: Iterable[Register]) -> Iterator[Pair]:
    """Yield what may count import and export, by names of the grid connection."""
    named = by_plain_name(registers)
    for name in GRID_NAMES:
        for plus, minus in _SUFFIXES:
            pair = Pair(
                plus=named.get(f"{name}{plus}"), minus=named.get(f"{name}{minus}")
            )
            if pair.plus or pair.minus:
                yield pair


def names_grid(register: Register) -> bool:
    """Tell whether a register has one of the names of the grid connection."""
    name = register.name.lower().replace(" ", "_")
    return any(
        name in (grid, *(f"{grid}{each}" for both in _SUFFIXES for each in both))
        for grid in GRID_NAMES
    )
