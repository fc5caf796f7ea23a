"""What the values and the counts of a list of registers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..obis import Quantity
from ..snapshot import Counting
from .registers import Register
from .roles import Roles, roles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is the same in all readings as long as the registers are."""

    quantities: Mapping[str, Quantity]
    countings: Mapping[str, Counting]
    roles: Roles


@lru_cache(maxsize=16)
def meaning_of(
    registers: tuple[Register, ...], chosen: tuple[tuple[str, str], ...] = ()
) -> Meaning:
    """Return what these registers mean, by the roles that the owner has chosen.

    It is cached, as registers seldom change.
    """
    return Meaning(
        quantities={
            register.value_key: quantity
            for register in registers
            if (quantity := register.kind.quantity)
        },
        countings={
            key: counting
            for register in registers
            if (key := register.total_key) and (counting := register.counting)
        },
        roles=roles_of(registers, chosen),
    )
