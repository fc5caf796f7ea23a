"""What the values and the counts of a list of registers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..obis import Quantity
from ..snapshot import Counting
from .directions import Counted, totals_of
from .registers import Register
from .roles import Chosen, Roles, roles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What stays the same in all readings while the registers stay the same.

    `totals` holds the totals of each register that has any, by the register's key, and
    `turned` the keys of the present values that are shown with the other sign.
    """

    quantities: Mapping[str, Quantity]
    countings: Mapping[str, Counting]
    totals: Mapping[str, tuple[Counted, ...]]
    turned: frozenset[str]
    roles: Roles


@lru_cache(maxsize=16)
def meaning_of(registers: tuple[Register, ...], chosen: Chosen = ()) -> Meaning:
    """Return what these registers mean, by the owner's answers.

    It is cached, as registers seldom change.
    """
    roles = roles_of(registers, chosen)
    totals = {
        register.key: found
        for register in registers
        if (found := totals_of(register, roles.directions))
    }
    return Meaning(
        quantities={
            register.value_key: quantity
            for register in registers
            if (quantity := register.kind.quantity)
        },
        countings={
            each.key: each.counting for found in totals.values() for each in found
        },
        totals=totals,
        turned=frozenset(
            register.value_key
            for register in registers
            if roles.directions.sign(register) < 0
        ),
        roles=roles,
    )
