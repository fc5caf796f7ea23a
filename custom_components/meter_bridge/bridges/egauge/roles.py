"""What registers stand for: the roles of the main meter, directions, and media."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER
from ..questions import NOTHING, Question, Said
from ..snapshot import Medium
from ..wire import difference, shift, total
from .directions import CONSUMED, PRODUCED, Directions, totals_of
from .names import BATTERY, GENERATION, USE, pairs, virtual
from .registers import POWER, Register

NET, IMPORTED, EXPORTED = "net_power", "import_energy", "export_energy"
"""The roles that the owner may give to registers."""
REVERSED, APART = "reversed", "apart"
"""The directions that the owner may give to them."""
MEDIA = {"gas": Medium.GAS, "water": Medium.WATER}
"""What the owner may say that registers of volume flow count."""
USE_LESS_GEN = "use_less_gen"
"""The choice of consumption less generation."""
FLOW = "Qv"
_GRID = "grid"
_PLACES_OF_KILO = 3

type Chosen = tuple[tuple[str, str | tuple[str, ...]], ...]
"""The owner's answers as a key of a cache; where one is missing, names decide."""


def as_chosen(answers: Said) -> Chosen:
    """Return the owner's answers in a form that can be a key of a cache."""
    return tuple(
        sorted(
            (key, each if isinstance(each, str) else tuple(each))
            for key, each in answers.items()
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The keys of values that stand for codes of the vocabulary.

    Net power (W, import positive) is the sum of `power`, each by its sign; the others
    are totals (kWh). `doubles` are the keys of registers that show the same as
    the main meter. `media` is what registers of volume flow count.
    """

    power: tuple[tuple[str, int], ...] = ()
    imported: str | None = None
    exported: str | None = None
    directions: Directions = field(default_factory=Directions)
    doubles: frozenset[str] = frozenset()
    media: tuple[tuple[str, Medium], ...] = ()

    @property
    def totals(self) -> dict[str, str]:
        """Return the keys of the totals by the code that they stand for."""
        found = {IMPORT_ENERGY: self.imported, EXPORT_ENERGY: self.exported}
        return {code: key for code, key in found.items() if key}

    def conclude(self, believed: Mapping[str, float]) -> dict[str, float]:
        """Return the values of the main meter, by the believed values of registers."""
        found = {
            code: shift(believed[key], _PLACES_OF_KILO)
            for code, key in self.totals.items()
            if key in believed
        }
        if self.power and all(key in believed for key, _ in self.power):
            net: float = 0
            for key, sign in self.power:
                net = (total if sign > 0 else difference)(net, believed[key])
            found[NET_POWER] = net
        return found

    def behind(self, keys: frozenset[str]) -> set[str]:
        """Return the keys of the totals that these follow from."""
        return {self.totals.get(key, key) for key in keys}

    def counted_by(self, register: Register, key: str) -> str | None:
        """Return the code of the main meter that counts the same energy as a total."""
        if self.power == ((register.value_key, 1),):
            return IMPORT_ENERGY
        return next((code for code, each in self.totals.items() if each == key), None)


def roles_of(registers: Iterable[Register], chosen: Chosen = ()) -> Roles:
    """Return the roles that the owner has chosen, else those that names give."""
    known = dict(chosen)
    listed = tuple(registers)
    powers = {each.key: each for each in listed if each.type == POWER}
    directions = Directions(
        reversed=_marked(known.get(REVERSED), powers),
        apart=_marked(known.get(APART), powers),
    )
    named = by_name(powers.values())
    told = {role: str(known.get(role, key)) for role, key in named.items()}
    flows = {each.key: each for each in listed if each.type == FLOW}
    return Roles(
        power=_power(told[NET], powers, directions),
        imported=_total(powers.get(told[IMPORTED]), CONSUMED, directions),
        exported=_total(powers.get(told[EXPORTED]), PRODUCED, directions),
        directions=directions,
        doubles=frozenset(
            key for role, key in told.items() if role in known and key in powers
        ),
        media=tuple(
            (key, medium)
            for word, medium in MEDIA.items()
            for key in sorted(_marked(known.get(word), flows))
        ),
    )


def by_name(powers: Iterable[Register]) -> dict[str, str]:
    """Return the roles that names give, as choices.

    `Grid` is net power; `Grid+` and `Grid-`, if there are both, are import and export.
    """
    grid = {register.name.lower(): register for register in powers}
    net, plus, minus = (grid.get(f"{_GRID}{suffix}") for suffix in ("", "+", "-"))
    return {
        NET: net.key if net else NOTHING,
        IMPORTED: plus.key if plus and minus else NOTHING,
        EXPORTED: minus.key if plus and minus else NOTHING,
    }


def _marked(
    keys: str | tuple[str, ...] | None, registers: Mapping[str, Register]
) -> frozenset[str]:
    """Return which registers the owner has picked, of those that there are."""
    return frozenset(keys or ()).intersection(registers)


def _total(register: Register | None, part: str, directions: Directions) -> str | None:
    """Return the key of a register's total; of two, that of this part."""
    if register is None:
        return None
    return next(
        each.key for each in totals_of(register, directions) if each.part in ("", part)
    )


def _power(
    choice: str, powers: Mapping[str, Register], directions: Directions
) -> tuple[tuple[str, int], ...]:
    """Return the registers whose powers make net power, each with its sign.

    If they are several, their values count as sent, even if the owner has reversed one.
    """
    if choice in powers:
        return ((powers[choice].value_key, 1),)
    for value, _, parts in derived(powers.values()):
        if value == choice:
            return tuple(
                (each.value_key, sign * directions.sign(each)) for each, sign in parts
            )
    return ()


def derived(
    powers: Iterable[Register],
) -> list[tuple[str, str, tuple[tuple[Register, int], ...]]]:
    """Return the choices for net power that are worked out: value, name, registers."""
    listed = tuple(powers)
    found = []
    totals = virtual(listed)
    if USE in totals and GENERATION in totals:
        others = [totals[name] for name in (GENERATION, BATTERY) if name in totals]
        found.append((USE_LESS_GEN, (totals[USE], *others)))
    for pair in pairs(listed):
        if pair.plus and pair.minus:
            value = f"{pair.plus.key}-{pair.minus.key}"
            found.append((value, (pair.plus, pair.minus)))
    return [
        (
            value,
            " \N{MINUS SIGN} ".join(each.name for each in parts),
            tuple((each, -1 if index else 1) for index, each in enumerate(parts)),
        )
        for value, parts in found
    ]


def questions(registers: Iterable[Register], chosen: Said) -> tuple[Question, ...]:
    """Return what the owner may say of registers, with what holds now."""
    listed = tuple(registers)
    powers = [each for each in listed if each.type == POWER]
    named = {each.key: each.name for each in powers}
    flows = {each.key: each.name for each in listed if each.type == FLOW}
    nothing = {NOTHING: "\N{EN DASH}"}
    worked_out = {value: name for value, name, _ in derived(powers)}
    choices = {
        NET: {**nothing, **worked_out, **named},
        IMPORTED: {**nothing, **named},
        EXPORTED: {**nothing, **named},
    }
    present = {**by_name(powers), **chosen}
    single = [
        Question(
            key=role,
            choices=names,
            # A register may be gone that had the role.
            chosen=(it if (it := str(present[role])) in names else NOTHING,),
        )
        for role, names in choices.items()
    ]
    many = {REVERSED: named, APART: named, **dict.fromkeys(MEDIA, flows)}
    return (
        *single,
        *(
            Question(
                key=key,
                choices=names,
                chosen=tuple(each for each in chosen.get(key, ()) if each in names),
                is_many=True,
            )
            for key, names in many.items()
            if names
        ),
    )
