"""The periods over which a utility averages power, aligned to the local clock."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period from `start` to `end`, in Unix seconds."""

    start: float
    end: float


@dataclass(slots=True, kw_only=True)
class Clock:
    """Divides time into periods of `minutes`, aligned to local time."""

    minutes: int
    zone: tzinfo
    # Most moments are in the period of the last one.
    _last: Period = field(default=Period(start=0.0, end=0.0), compare=False)

    @property
    def hours(self) -> float:
        """Return the length of a period in hours."""
        return self.minutes / 60

    @property
    def seconds(self) -> float:
        """Return the length of a period in seconds."""
        return self.minutes * 60.0

    def period(self, at: float) -> Period:
        """Return the period of a time (Unix seconds).

        A change of the clock by an hour does not change the periods. With a change by
        half an hour, two periods of an hour overlap.
        """
        if self._last.start <= at < self._last.end:
            return self._last
        offset = self._local(at).utcoffset()
        ahead = offset.total_seconds() if offset else 0.0
        start = (at + ahead) // self.seconds * self.seconds - ahead
        self._last = Period(start=start, end=start + self.seconds)
        return self._last

    def month(self, at: float) -> str:
        """Return the month of a time, such as 2026-11."""
        return f"{self._local(at):%Y-%m}"

    def _local(self, at: float) -> datetime:
        """Return a time as local time."""
        return datetime.fromtimestamp(at, self.zone)
