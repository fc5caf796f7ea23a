"""Whom of a bridge's entities to wake, and when."""

from collections.abc import Iterable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .board import Board

# A poll at the pace of the throttle should not wait for the next one.
_TOLERANCE = 0.5


class Writers:
    """Those who write a value when it has changed, one for each key.

    Urgent ones write at once, others once in `throttle` seconds: the last value is
    late, but never lost.
    """

    def __init__(self, hass: HomeAssistant, board: Board, throttle: float) -> None:
        """Know nobody yet."""
        self._hass = hass
        self._board = board
        self._throttle = throttle
        self._writers: dict[str, CALLBACK_TYPE] = {}
        self._flushed_at = -throttle
        self._cancel: CALLBACK_TYPE | None = None

    def add(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Let this one write the value of a key."""
        self._writers[key] = writer

    def remove(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Let nobody write it any more, unless that is somebody else by now."""
        if self._writers.get(key) == writer:
            del self._writers[key]

    @callback
    def write(self) -> None:
        """Let those write whose value changed and who may do so now."""
        due = self._flushed_at + self._throttle - self._hass.loop.time()
        if due <= _TOLERANCE:
            self.flush()
            return
        self._wake(self._board.changed & self._board.urgent)
        self._board.changed -= self._board.urgent
        if self._board.changed and self._cancel is None:
            self._cancel = async_call_later(self._hass, due, self.flush)

    @callback
    def flush(self, _now: datetime | None = None) -> None:
        """Let all write whose value has changed since it was written last."""
        self.stop()
        self._flushed_at = self._hass.loop.time()
        changed, self._board.changed = self._board.changed, set()
        self._wake(changed)

    @callback
    def stop(self) -> None:
        """Drop the timer of the next writing."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _wake(self, keys: Iterable[str]) -> None:
        """Wake the writers of these keys."""
        for key in keys:
            if write := self._writers.get(key):
                write()
