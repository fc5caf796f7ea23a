"""When a device started, from an uptime that is rounded and arrives late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_LONGEST_UPTIME = 1e9
# Rounding and delay move the result by less than this; a restart moves it by more.
_JITTER = timedelta(seconds=60)


@dataclass(slots=True, kw_only=True)
class StartTime:
    """The time at which the device started; it changes only when the device restarts.

    Each uptime is compared with the previous one, since the device's clock drifts away
    from ours over weeks.
    """

    _shown: datetime | None = None
    _latest: datetime | None = None

    def update(self, uptime: float | None, now: datetime) -> datetime | None:
        """Return when the device started, from its uptime in seconds at `now`."""
        if uptime is None or not 0 <= uptime < _LONGEST_UPTIME:
            return None
        started = now - timedelta(seconds=uptime)
        if self._latest is None or abs(started - self._latest) >= _JITTER:
            self._shown = started.replace(microsecond=0)
        self._latest = started
        return self._shown
