"""The meter's own number: when it changes, another meter is connected."""

from dataclasses import dataclass, field

# Two numbers that alternate do not mean that meters are being replaced.
_FLAP_SECONDS = 3600.0


@dataclass(slots=True, kw_only=True)
class MeterNumber:
    """The number that a meter sent last, and when the one before was (Unix seconds)."""

    last: str | None = None
    _seen: dict[str, float] = field(default_factory=dict)
    _changed_at: float | None = None

    def take(self, sent: str | None, now: float) -> tuple[str, str] | None:
        """Take the number of a reading; if it is another meter's, return old and new.

        A number that was sent within the last hour, or comes within an hour of another
        change, is flapping: it proves nothing.
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
