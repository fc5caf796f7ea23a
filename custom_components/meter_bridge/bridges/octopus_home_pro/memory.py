"""What the Home Pro was asked and what it answered last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf

from ..snapshot import Medium
from .models import (
    Call,
    Consumption,
    Info,
    Status,
    parse_consumption,
    parse_info,
    parse_status,
)

# Polls come a little early or late; one that is this early counts as due.
_TOLERANCE = 1.0
# After so many periods without an answer the last one says nothing of now.
_PATIENCE = 10
_RETRY_SECONDS = 60.0
_PROBE_SECONDS = 900.0


@dataclass(slots=True, kw_only=True)
class Memory[T]:
    """One question about a meter; times are monotonic seconds."""

    call: Call
    every: float
    parse: Callable[[Mapping[str, object]], T]
    told: T | None = None
    told_at: float = -inf
    _due: float = -inf

    @property
    def was_told(self) -> bool:
        """Tell whether there ever was an answer."""
        return self.told_at > -inf

    def is_due(self, now: float) -> bool:
        """Tell whether it is time to ask."""
        return now >= self._due - _TOLERANCE

    def take(self, answer: Mapping[str, object], now: float) -> None:
        """Remember an answer."""
        self.told, self.told_at = self.parse(answer), now
        self._due = now + self.every

    def refuse(self, now: float, retry: float) -> None:
        """Forget what was told: the bridge does not reach the meter."""
        self.told, self._due = None, now + retry

    def miss(self, now: float, retry: float) -> None:
        """Keep what was told, for some time, when there was no answer."""
        self._due = now + retry
        if now - self.told_at > _PATIENCE * self.every:
            self.told = None

    def forget(self) -> None:
        """Ask again at the next occasion for what was told by who knows whom."""
        if self.told is not None:
            self.told, self._due = None, -inf


type Question = Memory[Consumption] | Memory[Status] | Memory[Info]


class MeterMemory:
    """Everything that is asked about one meter."""

    def __init__(self, medium: Medium) -> None:
        """Know nothing yet; gas meters change seldom, and not every house has one."""
        is_gas = medium is Medium.GAS
        self.medium = medium
        self.stale_after = 7200.0 if is_gas else 300.0
        self._is_expected = not is_gas
        self.consumption = Memory[Consumption](
            call=Call.CONSUMPTION,
            every=60.0 if is_gas else 0.0,
            parse=partial(parse_consumption, medium),
        )
        self.status = Memory[Status](call=Call.STATUS, every=60.0, parse=parse_status)
        self.info = Memory[Info](call=Call.INFO, every=3600.0, parse=parse_info)

    @property
    def exists(self) -> bool:
        """Tell whether there is such a meter, as far as is known."""
        return self._is_expected or self.consumption.was_told or self.info.was_told

    @property
    def retry(self) -> float:
        """After how many seconds to ask again what was not answered."""
        return _RETRY_SECONDS if self.exists else _PROBE_SECONDS

    def forget(self) -> None:
        """Keep nothing of what was told."""
        for memory in (self.consumption, self.status, self.info):
            memory.forget()
