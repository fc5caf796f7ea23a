"""Which registers stand for the main meter: its net power, import and export."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER
from ..wire import difference, shift
from .registers import POWER, Register

NET, IMPORTED, EXPORTED = "net_power", "import_energy", "export_energy"
"""The roles that the owner may give to registers."""
NONE, USE_LESS_GEN = "none", "use_less_gen"
"""Choices that are no register: nothing, and consumption less generation."""
_GRID = "grid"
# The totals of a site: consumption, generation, and what batteries discharge.
_USE, _OTHERS = "use", ("gen", "bat")
_PLACES_OF_KILO = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The keys of values that stand for codes of the vocabulary.

    Net power (W, import positive) is the first of `power` less all others; the others
    are totals (kWh).
    """

    power: tuple[str, ...] = ()
    imported: str | None = None
    exported: str | None = None

    @property
    def totals(self) -> dict[str, str]:
        """Return the keys of the totals by the code that they stand for."""
        found = {IMPORT_ENERGY: self.imported, EXPORT_ENERGY: self.exported}
        return {code: key for code, key in found.items() if key}

    def conclude(self, believed: Mapping[str, float]) -> dict[str, float]:
        """Return what the main meter says by the registers that are believed."""
        found = {
            code: shift(believed[key], _PLACES_OF_KILO)
            for code, key in self.totals.items()
            if key in believed
        }
        if self.power and believed.keys() >= set(self.power):
            first, *others = (believed[key] for key in self.power)
            for other in others:
                first = difference(first, other)
            found[NET_POWER] = first
        return found

    def behind(self, keys: frozenset[str]) -> set[str]:
        """Return the keys of the totals that these follow from."""
        return {self.totals.get(key, key) for key in keys}

    def counted_by(self, register: Register) -> str | None:
        """Return the code of the main meter that counts the same energy."""
        if self.power == (register.value_key,):
            return IMPORT_ENERGY
        return next(
            (code for code, key in self.totals.items() if key == register.total_key),
            None,
        )


def roles_of(
    registers: Iterable[Register], chosen: Iterable[tuple[str, str]] = ()
) -> Roles:
    """Return the roles that the owner has chosen, else those that names give."""
    known = dict(chosen)
    powers = {each.key: each for each in registers if each.type == POWER}
    if not known:
        return _by_name(powers.values())
    net = powers.get(known.get(NET, NONE))
    imported, exported = (
        register.total_key if (register := powers.get(known.get(role, NONE))) else None
        for role in (IMPORTED, EXPORTED)
    )
    if known.get(NET) == USE_LESS_GEN:
        power = tuple(each.value_key for each in _use_less_gen(powers.values()))
    else:
        power = (net.value_key,) if net else ()
    return Roles(power=power, imported=imported, exported=exported)


def _by_name(powers: Iterable[Register]) -> Roles:
    """Return the roles that names give.

    `Grid` is net power; `Grid+` and `Grid-`, if there are both, are import and export.
    """
    grid = {register.name.lower(): register for register in powers}
    net, plus, minus = (grid.get(f"{_GRID}{suffix}") for suffix in ("", "+", "-"))
    return Roles(
        power=(net.value_key,) if net else (),
        imported=plus.total_key if plus and minus else None,
        exported=minus.total_key if plus and minus else None,
    )


def _use_less_gen(powers: Iterable[Register]) -> list[Register]:
    """Return consumption, and what is taken off it; nothing without generation."""
    virtual = {each.name: each for each in powers if each.is_virtual}
    if _USE not in virtual or _OTHERS[0] not in virtual:
        return []
    return [virtual[name] for name in (_USE, *_OTHERS) if name in virtual]


def choices(
    registers: Iterable[Register], roles: Roles
) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield each role with the names of all choices by value, and the present one."""
    powers = [each for each in registers if each.type == POWER]
    named = {each.key: each.name for each in powers}
    derived = _use_less_gen(powers)
    by_value = {each.value_key: each.key for each in powers}
    by_total = {each.total_key: each.key for each in powers}
    less = " \N{MINUS SIGN} ".join(each.name for each in derived)
    nothing = {NONE: "\N{EN DASH}"}
    if len(roles.power) == 1:
        now = by_value[roles.power[0]]
    else:
        now = USE_LESS_GEN if roles.power else NONE
    yield NET, nothing | ({USE_LESS_GEN: less} if derived else {}) | named, now
    for role, total in ((IMPORTED, roles.imported), (EXPORTED, roles.exported)):
        yield role, nothing | named, by_total[total] if total else NONE
