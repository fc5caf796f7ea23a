"""Throttle state updates: which entities write now, and which later."""

from collections.abc import Callable, Iterable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

# A poll may come this many seconds early: with a poll interval equal to the throttle,
# its values must not wait for the poll after it.
_TOLERANCE = 0.5


class Throttle:
    """Write changed values: urgent ones at once, others at most every `seconds`.

    The last value may be delayed, but is never lost. Each key has one writer.
    """

    def __init__(
        self, hass: HomeAssistant, seconds: float, is_urgent: Callable[[str], bool]
    ) -> None:
        """Start without writers and changes."""
        self._hass = hass
        self._seconds = seconds
        self._is_urgent = is_urgent
        self._writers: dict[str, CALLBACK_TYPE] = {}
        self._waiting: set[str] = set()
        self._flushed_at = -seconds
        self._cancel: CALLBACK_TYPE | None = None

    def add(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Register the writer of a key."""
        self._writers[key] = writer

    def remove(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Remove the writer of a key, unless another one has replaced it."""
        if self._writers.get(key) == writer:
            del self._writers[key]

    @callback
    def note(self, changed: Iterable[str]) -> None:
        """Remember which values have changed, until they are written."""
        self._waiting.update(changed)

    @callback
    def write(self) -> None:
        """Write everything if the interval is over, else only urgent values."""
        due = self._flushed_at + self._seconds - self._hass.loop.time()
        if due <= _TOLERANCE:
            self.flush()
            return
        if not self._waiting:
            return
        urgent = set(filter(self._is_urgent, self._waiting))
        self._waiting -= urgent
        self._call_writers(urgent)
        if self._waiting and self._cancel is None:
            self._cancel = async_call_later(self._hass, due, self.flush)

    @callback
    def flush(self, _now: datetime | None = None) -> None:
        """Write everything that changed."""
        self._cancel_timer()
        self._flushed_at = self._hass.loop.time()
        waiting, self._waiting = self._waiting, set()
        self._call_writers(waiting)

    @callback
    def stop(self) -> None:
        """Drop what has not been written, and the timer."""
        self._cancel_timer()
        self._waiting.clear()

    def _cancel_timer(self) -> None:
        """Cancel the timer of the next write."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _call_writers(self, keys: Iterable[str]) -> None:
        """Call the writers of these keys."""
        for key in keys:
            if write := self._writers.get(key):
                write()
