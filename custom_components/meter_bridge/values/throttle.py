"""Throttle state updates: call the entities that write now, and set the timer."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import inf
import time

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_at, async_call_later

from ..const import Updates
from .allowance import Allowance
from .pace import Measure, Pace
from .sources import Value


class Throttle:
    """Write changed values when they are due.

    A last value is delayed, but never lost. One entity writes the value of each key.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        updates: Updates,
        place: Callable[[str], tuple[str, Measure]],
        values: Callable[[], Mapping[str, Value]],
    ) -> None:
        """Begin with no entity and no change; `values` returns the latest ones."""
        self._hass = hass
        self._values = values
        self._writers: dict[str, CALLBACK_TYPE] = {}
        self._pace = Pace[Value](updates, place, self._writers)
        self._timer_at = 0.0
        self._cancel: CALLBACK_TYPE | None = None
        self._allowance = Allowance()
        # What was due, but is over the allowance of its entity.
        self._late: set[str] = set()
        self._cancel_late: CALLBACK_TYPE | None = None

    @property
    def shown(self) -> Mapping[str, Value]:
        """Return what the entities show, by key."""
        return self._pace.shown

    def add(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Let this callback write the value of a key."""
        self._writers[key] = writer

    def remove(self, key: str, writer: CALLBACK_TYPE) -> None:
        """Stop calling it, unless another one writes the value of this key by now."""
        if self._writers.get(key) == writer:
            del self._writers[key]
            self._allowance.forget(key)

    def forget(self, key: str) -> None:
        """Forget the value of a key that is gone."""
        self._pace.forget(key)

    @callback
    def note(self, changed: Iterable[str], forced: Iterable[str]) -> None:
        """Remember which values have changed, and which are written in any case."""
        self._pace.note(changed, forced)

    @callback
    def write(self) -> None:
        """Write what changed with a reading, as far as it is due."""
        self._write(self._hass.loop.time(), is_reading=True)

    @callback
    def flush(self) -> None:
        """Write everything that changed."""
        self._write(self._hass.loop.time(), is_last=True)

    @callback
    def stop(self) -> None:
        """Write nothing more."""
        self._late.clear()
        self._stop_timer()
        if self._cancel_late is not None:
            self._cancel_late()
            self._cancel_late = None

    def _stop_timer(self) -> None:
        """Drop the timer of what is due next."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _wake(self, _now: datetime) -> None:
        """Write what has become due; a timer may be early by a moment."""
        self._cancel = None
        self._write(max(self._hass.loop.time(), self._timer_at))

    def _write(
        self, now: float, *, is_reading: bool = False, is_last: bool = False
    ) -> None:
        """Call the writers of what is due, and set the timer for the rest."""
        values = self._values()
        for keys in self._pace.take(
            values, now, time.time(), is_reading=is_reading, is_last=is_last
        ):
            self._call_writers(keys, now)
        due = self._pace.next_due
        # A timer that is early looks again, which is cheaper than to move it.
        if due < inf and (self._cancel is None or due < self._timer_at):
            self._stop_timer()
            self._timer_at = due
            self._cancel = async_call_at(self._hass, self._wake, due)

    def _call_writers(self, keys: Iterable[str], now: float) -> None:
        """Call the writers of these keys, as far as they may write now."""
        soonest = inf
        for key in keys:
            if write := self._writers.get(key):
                if wait := self._allowance.spend(key, now):
                    self._late.add(key)
                    soonest = min(soonest, wait)
                else:
                    self._late.discard(key)
                    write()
        if soonest < inf and self._cancel_late is None:
            self._cancel_late = async_call_later(self._hass, soonest, self._write_late)

    @callback
    def _write_late(self, _now: datetime) -> None:
        """Write what had to wait, as it is now."""
        self._cancel_late = None
        late, self._late = self._late, set()
        self._call_writers(late, self._hass.loop.time())
