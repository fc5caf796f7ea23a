"""When a device started, by an uptime that is never told to the second."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_LONGEST_UPTIME = 1e9
# Uptime wobbles by its rounding and the way here; a restart is more than that.
_WOBBLE = timedelta(seconds=60)


@dataclass(slots=True, kw_only=True)
class Restarts:
    """Tell when the device started: the same time for as long as it runs.

    Each time is compared with the one before, since the device's clock drifts away
    from ours over weeks.
    """

    _told: datetime | None = None
    _latest: datetime | None = None

    def take(self, uptime: float | None, now: datetime) -> datetime | None:
        """Return when the device started, by its present uptime in seconds."""
        if uptime is None or not 0 <= uptime < _LONGEST_UPTIME:
            return None
        started = now - timedelta(seconds=uptime)
        if self._latest is None or abs(started - self._latest) >= _WOBBLE:
            self._told = started.replace(microsecond=0)
        self._latest = started
        return self._told
