"""Which registers stand for the main meter: its net power, import and export."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER
from ..wire import shift
from .registers import POWER, Register

_GRID = "grid"
_PLACES_OF_KILO = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The keys of values that stand for codes of the vocabulary.

    `power` is net power (W, import positive), the others are totals (kWh).
    """

    power: str | None = None
    imported: str | None = None
    exported: str | None = None

    def conclude(self, believed: Mapping[str, float]) -> dict[str, float]:
        """Return what the main meter says by the registers that are believed."""
        found = {}
        for code, key, places in (
            (NET_POWER, self.power, 0),
            (IMPORT_ENERGY, self.imported, _PLACES_OF_KILO),
            (EXPORT_ENERGY, self.exported, _PLACES_OF_KILO),
        ):
            if key and (value := believed.get(key)) is not None:
                found[code] = shift(value, places)
        return found

    def behind(self, keys: frozenset[str]) -> set[str]:
        """Return the keys of the totals that these follow from."""
        stands_for = {IMPORT_ENERGY: self.imported, EXPORT_ENERGY: self.exported}
        return {total for key in keys if (total := stands_for.get(key, key))}


def roles_by_name(registers: Iterable[Register]) -> Roles:
    """Return the roles that names give.

    `Grid` is net power; `Grid+` and `Grid-`, if there are both, are import and export.
    """
    grid = {
        register.name.lower(): register
        for register in registers
        if register.type == POWER
    }
    net, plus, minus = (grid.get(f"{_GRID}{suffix}") for suffix in ("", "+", "-"))
    return Roles(
        power=net.value_key if net else None,
        imported=plus.total_key if plus and minus else None,
        exported=minus.total_key if plus and minus else None,
    )


def counted_by(register: Register) -> str | None:
    """Return the code of the main meter that counts the same energy as a register."""
    if register.type != POWER:
        return None
    return {
        _GRID: IMPORT_ENERGY,
        f"{_GRID}+": IMPORT_ENERGY,
        f"{_GRID}-": EXPORT_ENERGY,
    }.get(register.name.lower())
