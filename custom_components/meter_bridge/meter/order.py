"""Tell new readings of a meter from repeated and older ones."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..bridges.snapshot import Reading

# A meter whose clock was set back looks like a replay of old readings. But a replay
# ends after some seconds, while a clock stays set back. The owner should not wait for
# longer than a minute, and the counters are guarded in any case.
_BEHIND_READINGS = 3
_BEHIND_SECONDS = 30.0
# One wrong reading may have a time far in the future. Such a time counts as the newest
# only once a second reading is as late.
_AHEAD = timedelta(minutes=10)


@dataclass(slots=True, kw_only=True)
class Order:
    """The last accepted reading of a meter, received `at` (monotonic seconds).

    A reading older than `newest`, by the meter's own clock, is a replay.
    """

    values: Mapping[str, float] | None = None
    own: Mapping[str, float] | None = None
    time: datetime | None = None
    token: Hashable = None
    at: float = 0.0
    newest: datetime | None = None
    ahead: datetime | None = None
    behind_since: float = 0.0
    behind_readings: int = 0
    behind_time: datetime | None = None

    def is_new(self, reading: Reading) -> bool:
        """Tell whether the meter was read again since the last accepted reading.

        Times are often whole seconds, so that two readings may share one.
        """
        return (reading.time, reading.token, reading.values, reading.own) != (
            self.time,
            self.token,
            self.values,
            self.own,
        )

    def is_replay(self, reading: Reading, clock: float) -> bool:
        """Tell whether this is an older reading, rather than a clock set back."""
        if self.newest is None or reading.time is None or reading.time >= self.newest:
            self.behind_readings = 0
            return False
        if not self.behind_readings:
            self.behind_since, self.behind_time = clock, None
        if self.behind_time is None or reading.time > self.behind_time:
            self.behind_readings += 1
        self.behind_time = reading.time
        if (
            self.behind_readings < _BEHIND_READINGS
            or clock - self.behind_since < _BEHIND_SECONDS
        ):
            return True
        self.behind_readings = 0
        return False

    def keep(self, reading: Reading, clock: float) -> None:
        """Make this the last accepted reading."""
        due = timedelta(seconds=clock - self.at) + _AHEAD
        if (
            self.newest is not None
            and reading.time is not None
            and reading.time - self.newest > due
            and (self.ahead is None or reading.time < self.ahead)
        ):
            self.ahead = reading.time
        else:
            self.newest, self.ahead = reading.time, None
        self.values, self.own, self.at = reading.values, reading.own, clock
        self.time, self.token = reading.time, reading.token
