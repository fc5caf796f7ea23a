"""What can be requested about a meter, how often, and the latest answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf

from ..snapshot import Medium
from ..wire import parse_json
from .models import (
    Call,
    Consumption,
    Info,
    Status,
    parse_consumption,
    parse_info,
    parse_status,
    unpack,
)

# Polls come a little early or late: what is due within this time is requested now.
_TOLERANCE = 1.0
# An answer is dropped once this many of its intervals have passed without a new one.
_KEPT_INTERVALS = 10
_RETRY_SECONDS = 60.0
# A meter that was never seen is looked for this often.
_SEARCH_SECONDS = 900.0


@dataclass(slots=True, kw_only=True)
class Question[T]:
    """One request about a meter and its latest answer; times in monotonic seconds.

    `every` is the interval in seconds. `answer` is None if there is none, or if it does
    not hold any more.
    """

    call: Call
    medium: Medium
    every: float
    parse: Callable[[Mapping[str, object]], T]
    answer: T | None = None
    _answered_at: float = -inf
    _due: float = -inf

    @property
    def source(self) -> str:
        """Return the name of its answers, as `Decoder.take` wants it."""
        return f"{self.call} {self.medium}"

    @property
    def was_answered(self) -> bool:
        """Tell whether there ever was an answer."""
        return self._answered_at > -inf

    def is_due(self, now: float) -> bool:
        """Tell whether it is time for the request."""
        return now >= self._due - _TOLERANCE

    def take(self, body: bytes | str, now: float) -> None:
        """Decode and keep an answer; errors as in `unpack`."""
        self.answer = self.parse(unpack(parse_json(body), self.call, self.medium))
        self._answered_at, self._due = now, now + self.every

    def refuse(self, now: float, retry: float) -> None:
        """Drop the answer: the bridge does not reach the meter."""
        self.answer, self._due = None, now + retry

    def miss(self, now: float, retry: float) -> None:
        """Keep the answer for some time although the request failed."""
        self._due = now + retry
        if now - self._answered_at > _KEPT_INTERVALS * self.every:
            self.answer = None

    def forget(self) -> None:
        """Drop an answer that another bridge may have given, and request it again."""
        if self.answer is not None:
            self.answer, self._due = None, -inf


type AnyQuestion = Question[Consumption] | Question[Status] | Question[Info]


class MeterMemory:
    """Everything that can be requested about one meter."""

    def __init__(self, medium: Medium) -> None:
        """Know nothing yet; a gas meter reports seldom, and not every house has one."""
        is_gas = medium is Medium.GAS
        self.medium = medium
        self.stale_after = 7200.0 if is_gas else 300.0
        self._is_expected = not is_gas
        self.consumption = Question[Consumption](
            call=Call.CONSUMPTION,
            medium=medium,
            every=60.0 if is_gas else 0.0,
            parse=partial(parse_consumption, medium),
        )
        self.status = Question[Status](
            call=Call.STATUS, medium=medium, every=60.0, parse=parse_status
        )
        self.info = Question[Info](
            call=Call.INFO, medium=medium, every=3600.0, parse=parse_info
        )

    @property
    def questions(self) -> tuple[AnyQuestion, ...]:
        """Return everything that can be requested."""
        return (self.consumption, self.status, self.info)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the meter, the best one first; none if not known now."""
        return self.info.answer.ids if self.info.answer else ()

    @property
    def exists(self) -> bool:
        """Tell whether there is such a meter, as far as is known."""
        return (
            self._is_expected or self.consumption.was_answered or self.info.was_answered
        )

    @property
    def retry(self) -> float:
        """Return after how many seconds a failed request is repeated."""
        return _RETRY_SECONDS if self.exists else _SEARCH_SECONDS

    def forget(self) -> None:
        """Drop all answers."""
        for question in self.questions:
            question.forget()
