"""Questions about a bridge's registers that only the owner can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NOTHING = "none"
"""The choice that no register has a role."""

type Said = Mapping[str, str | list[str]]
"""The owner's answers by the key of the question; without one, names decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of a form: its key, the names of all choices, what is chosen now.

    `key` is its translation key. With `is_many` any number of them may be chosen.
    """

    key: str
    choices: Mapping[str, str]
    chosen: tuple[str, ...]
    is_many: bool = False

    @property
    def preset(self) -> str | list[str]:
        """Return what is chosen now, as a form takes it."""
        return list(self.chosen) if self.is_many else self.chosen[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey[D]:
    """What a bridge's own records show about its registers.

    `answers` are the likely ones; they are not `is_sure` if the records cannot tell
    registers apart. If the registers shown now did not count the net energy of the
    house, `differs` holds both for the same time (kWh): what they counted, and what
    they should have.
    """

    details: D
    answers: Said = field(default_factory=dict)
    is_sure: bool = True
    differs: tuple[float, float] | None = None
