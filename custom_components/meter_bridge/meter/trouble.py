"""Troubles of a meter that do not end by themselves: the owner has to act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import log10
from typing import Any

from .counter import Doubt
from .plausible import Bounds, Refusal

HELD_SECONDS = 3600.0
"""The owner is told of a counter that is held back for longer."""
# Two levels are a power of ten apart if the logarithm of their ratio is this close to
# a whole number: a wrong scale is off by a power of ten.
_TOLERANCE = 0.05


class TroubleKind(StrEnum):
    """The kinds of trouble."""

    COUNTER_HELD = "counter_held"
    VALUE_REFUSED = "value_refused"
    SCALE_UNKNOWN = "scale_unknown"
    SCALER_SUSPECT = "scaler_suspect"


class Guess(StrEnum):
    """The likely reason why a counter is held back."""

    SCALE = "scale"
    CONNECTION = "connection"
    METER = "meter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A trouble of one register; `code` is empty if it concerns the meter as a whole.

    `shown` is what is shown meanwhile and `sent` what the meter sends, in the units of
    the vocabulary: of another total, `sent_code`, if the unit of the meter changed.
    `since` is in Unix seconds, `bounds` is what a refused value may be, `limit` the
    largest power of the connection (W) if that depends on it, and `ratio` how many
    times too fast a counter counts.
    """

    kind: TroubleKind
    code: str = ""
    sent_code: str = ""
    shown: float | None = None
    sent: float | None = None
    since: float | None = None
    bounds: Bounds | None = None
    limit: float | None = None
    ratio: float | None = None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Counters that start anew, with their levels before and after.

    `numbers` are those of the old and the new meter, if they are the reason. `unearned`
    are codes whose level changed without energy: True where that is certain, because
    the meter, its scale or the register is another one, False where only its owner can
    tell.
    """

    levels: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    unearned: Mapping[str, bool] = field(default_factory=dict)
    numbers: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """When counters started anew last (Unix seconds), and their levels both times."""

    at: float
    levels: Mapping[str, tuple[float, float]]

    def as_stored(self) -> list[Any]:
        """Return what has to survive a restart."""
        return [self.at, {code: list(both) for code, both in self.levels.items()}]

    @classmethod
    def restored(cls, stored: list[Any]) -> Restarted:
        """Return what `as_stored` was called on before the restart."""
        at, levels = stored
        return cls(
            at=at, levels={code: (old, new) for code, (old, new) in levels.items()}
        )


def held(
    code: str, shown: float, doubt: Doubt, offered: Mapping[str, float]
) -> Trouble:
    """Tell of a counter that is held back, and what that looks like.

    `offered` are the totals by a scale that is not believed, none if the scale is.
    """
    guess = Guess.CONNECTION if doubt.sent > shown else Guess.METER
    if offered or _is_power_of_ten(doubt.sent, shown):
        guess = Guess.SCALE
    # By another unit it is another total that is sent.
    sent_code = code if code in offered else next(iter(offered), code)
    return Trouble(
        kind=TroubleKind.COUNTER_HELD,
        code=code,
        sent_code=sent_code,
        shown=shown,
        sent=offered.get(sent_code, doubt.sent),
        since=doubt.since,
        guess=guess,
    )


def refused(code: str, refusal: Refusal) -> Trouble:
    """Return the trouble of a value that no household can have."""
    return Trouble(
        kind=TroubleKind.VALUE_REFUSED,
        code=code,
        sent_code=code,
        sent=refusal.value,
        since=refusal.since,
        bounds=refusal.bounds,
        limit=refusal.limit,
    )


def _is_power_of_ten(value: float, other: float) -> bool:
    """Tell whether one level is about 10, 100, … times the other, or a part of it."""
    if value <= 0 or other <= 0:
        return False
    places = log10(value / other)
    return round(places) != 0 and abs(places - round(places)) < _TOLERANCE
