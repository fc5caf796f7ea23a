"""Totals that went on from another level, and which sums have to be corrected.

Home Assistant books every change of a counter as energy; but another meter, scale or
role changes the level without any.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..bridges.snapshot import MAIN_METER
from ..meter.trouble import Restart

# Home Assistant keeps five-minute rows, which tell what was booked, for ten days.
_OPEN_SECONDS = 9 * 86_400.0
# A counter that falls by more than a tenth counts as one that began at zero.
_RESET = 0.9
# An owner's answer counts for the level that comes next, and not for one much later.
_ANSWER_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A total that went from its level `old` to `new` at a time (Unix seconds).

    Levels are a reading's numbers. Only where it `is_certain` that no energy flowed is
    anything corrected.
    """

    code: str
    at: float
    old: float
    new: float
    meter: str = MAIN_METER
    is_certain: bool = True

    @property
    def likely(self) -> float:
        """Return how much Home Assistant will have booked, before a row tells."""
        return likely(self.old, self.new)


def likely(old: float, new: float) -> float:
    """Return what Home Assistant books when a total goes from one level to another."""
    return new if 0 <= new < old * _RESET else new - old


@dataclass(slots=True, kw_only=True)
class Changes:
    """The jumps that wait for their statistics row, or for the owner's answer."""

    open: list[Jump] = field(default_factory=list)
    # By meter and code: an answer that was given before the new level, and its time.
    _answers: dict[tuple[str, str], tuple[bool, float]] = field(default_factory=dict)

    def note(self, meter: str, restart: Restart, at: float) -> None:
        """Note the totals that went on from another level, unless energy flowed."""
        self.open = [each for each in self.open if each.at > at - _OPEN_SECONDS]
        for code, is_certain in restart.unearned.items():
            answer = self._answer(meter, code, at)
            if answer is False and not is_certain:
                continue
            old, new = restart.levels[code]
            self.open.append(
                Jump(
                    code=code,
                    at=at,
                    old=old,
                    new=new,
                    meter=meter,
                    is_certain=is_certain or answer is True,
                )
            )

    def expect(self, meter: str, code: str, *, correct: bool, at: float) -> None:
        """Keep what the owner says of a counter before it has its new level."""
        self._answers[meter, code] = correct, at

    def _answer(self, meter: str, code: str, at: float) -> bool | None:
        """Return and forget the owner's recent answer about a counter."""
        correct, said_at = self._answers.pop((meter, code), (None, at))
        return correct if at - said_at < _ANSWER_SECONDS else None

    def asked(self, meter: str) -> list[Jump]:
        """Return the jumps of a meter that only its owner can explain."""
        return [
            each for each in self.open if each.meter == meter and not each.is_certain
        ]

    def answer(self, meter: str, *, correct: bool) -> None:
        """Apply the owner's answer to all open questions about a meter."""
        asked = self.asked(meter)
        self.close(asked)
        if correct:
            self.open += [replace(each, is_certain=True) for each in asked]

    def close(self, done: Iterable[Jump]) -> None:
        """Forget jumps that are corrected, or never will be."""
        closed = list(done)
        self.open = [each for each in self.open if each not in closed]

    def forget_meter(self, meter: str) -> None:
        """Forget a meter."""
        self.open = [each for each in self.open if each.meter != meter]
        for key in [key for key in self._answers if key[0] == meter]:
            del self._answers[key]

    def as_stored(self) -> list[list[Any]]:
        """Return what has to survive a restart."""
        return [
            [each.meter, each.code, each.at, each.old, each.new, each.is_certain]
            for each in self.open
        ]

    def answers_as_stored(self) -> list[list[Any]]:
        """Return the answers that have to survive a restart."""
        return [[*key, *answer] for key, answer in self._answers.items()]

    def restore(
        self, stored: Iterable[list[Any]], answers: Iterable[list[Any]] = ()
    ) -> None:
        """Restore what was stored before the restart."""
        self._answers = {
            (meter, code): (correct, at) for meter, code, correct, at in answers
        }
        self.open = [
            Jump(meter=meter, code=code, at=at, old=old, new=new, is_certain=is_certain)
            for meter, code, at, old, new, is_certain in stored
        ]
