"""Which way registers count, by their owner's answers: loads may count backwards."""

from dataclasses import dataclass, replace

from ..snapshot import Counting
from .registers import Register

CONSUMED, PRODUCED = "consumed", "produced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """The keys of registers that are not shown as they are sent.

    Those in `reversed` are shown with the other sign. Of those in `apart`, what they
    consume and what they produce are two totals, neither of which falls.
    """

    reversed: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    def sign(self, register: Register) -> int:
        """Return by what the rate of a register is multiplied."""
        return -1 if register.key in self.reversed else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One total of a register: its key, the word for it, and what its counts mean.

    `part` is empty for the total that takes all growth.
    """

    key: str
    word: str
    counting: Counting
    part: str = ""

    @property
    def may_fall(self) -> bool:
        """Tell whether the total may fall."""
        counting = self.counting
        return not counting.one_way and (counting.may_fall or counting.sign < 0)


def totals_of(register: Register, directions: Directions) -> tuple[Counted, ...]:
    """Return the totals of a register by its direction; another one is a new total."""
    counting, key = register.counting, register.total_key
    if counting is None or key is None:
        return ()
    sign = directions.sign(register)
    word = key.removeprefix(f"{register.key}_")
    if register.key in directions.apart:
        return tuple(
            Counted(
                key=f"{register.key}_{part}",
                word=part,
                counting=replace(counting, sign=way, one_way=True),
                part=part,
            )
            for part, way in ((CONSUMED, sign), (PRODUCED, -sign))
        )
    if sign < 0:
        turned = replace(counting, sign=sign)
        return (
            Counted(key=f"{key}_reversed", word=f"{word}_reversed", counting=turned),
        )
    return (Counted(key=key, word=word, counting=counting),)
