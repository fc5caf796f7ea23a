"""Which meter it is: a number of its own that changes means another one."""

from dataclasses import dataclass, field

# Two numbers that take turns are no meters that are exchanged.
_FLAP_SECONDS = 3600.0


@dataclass(slots=True, kw_only=True)
class MeterNumber:
    """The number that a meter sent last, and when others were seen (Unix seconds)."""

    last: str | None = None
    _seen: dict[str, float] = field(default_factory=dict)
    _changed_at: float | None = None

    def take(self, sent: str | None, now: float) -> tuple[str, str] | None:
        """Take the number of a reading; return both numbers if it is another meter.

        One that was seen within the last hour, or comes within an hour of another
        change, flaps: it says nothing.
        """
        if sent is None:
            return None
        before, self.last = self.last, sent
        if before is None or before == sent:
            return None
        flaps = any(
            at is not None and abs(now - at) < _FLAP_SECONDS
            for at in (self._seen.get(sent), self._changed_at)
        )
        self._seen = {before: now}
        self._changed_at = now
        return None if flaps else (before, sent)
