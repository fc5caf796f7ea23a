"""Troubles of a meter that do not end by themselves: the owner has to act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import log10

from .counter import Doubt
from .plausible import Refusal

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

    `shown` is the value shown meanwhile, and `sent` what the meter sends, in the units
    of the vocabulary. `since` is in Unix seconds, `limit` the largest plausible value,
    and `ratio` how many times too fast a counter counts.
    """

    kind: TroubleKind
    code: str = ""
    shown: float | None = None
    sent: float | None = None
    since: float | None = None
    limit: float | None = None
    ratio: float | None = None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Counters that start anew, with their levels before and after.

    `numbers` are those of the old and the new meter, if they are the reason.
    """

    levels: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    numbers: tuple[str, str] | None = None


def held(code: str, shown: float, doubt: Doubt, *, is_scale: bool) -> Trouble:
    """Return the trouble of a counter that is held back, with its likely reason."""
    guess = Guess.CONNECTION if doubt.sent > shown else Guess.METER
    if is_scale or _is_power_of_ten(doubt.sent, shown):
        guess = Guess.SCALE
    return Trouble(
        kind=TroubleKind.COUNTER_HELD,
        code=code,
        shown=shown,
        sent=doubt.sent,
        since=doubt.since,
        guess=guess,
    )


def refused(code: str, refusal: Refusal) -> Trouble:
    """Return the trouble of a value that no household can have."""
    return Trouble(
        kind=TroubleKind.VALUE_REFUSED,
        code=code,
        sent=refusal.value,
        since=refusal.since,
        limit=refusal.limit,
    )


def _is_power_of_ten(value: float, other: float) -> bool:
    """Tell whether one level is about 10, 100, … times the other, or a part of it."""
    if value <= 0 or other <= 0:
        return False
    places = log10(value / other)
    return round(places) != 0 and abs(places - round(places)) < _TOLERANCE
