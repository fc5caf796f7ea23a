"""What an entry remembers over restarts: meters, outages, changes, and its client."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CoreState, HomeAssistant, callback

from .bridges.client import Client
from .const import LOGGER
from .history.changes import Changes
from .history.outages import Outages
from .storage import UNREADABLE, EntryStore, check_numbers
from .values.board import Board

# Writing the believed counters more often would only wear out the memory card.
_STORE_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the file holds; `board` is called, since an unreadable file replaces it."""

    client: Client[Any]
    board: Callable[[], Board]
    outages: Outages
    changes: Changes


class EntryMemory:
    """Read the file of an entry at the start, and write it whenever it is due."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, of: Remembered) -> None:
        """Take the objects whose data are stored; nothing has been read yet."""
        self._hass, self._name, self._of = hass, entry.title, of
        self._store = EntryStore(hass, entry.entry_id)
        self._is_due = False
        # What a later version of the integration has stored.
        self._others: dict[str, Any] = {}

    @property
    def is_written(self) -> bool:
        """Tell whether Home Assistant is stopping, and writes all files now."""
        return self._hass.state is CoreState.final_write

    async def async_restore(self) -> bool:
        """Restore what was stored; if unreadable, set it aside and return False."""
        try:
            self._restore(await self._store.async_load() or {})
        except UNREADABLE as error:
            LOGGER.warning(
                "%s: what was stored of its meters cannot be read (%s); it is kept in "
                "%s.unreadable, and a new file is started",
                self._name,
                type(error).__name__,
                self._store.path,
            )
            LOGGER.debug("%s: the stored file", self._name, exc_info=True)
            await self._store.async_set_aside()
            return False
        return True

    def _restore(self, stored: dict[str, Any]) -> None:
        """Restore what is in the file."""
        check_numbers(stored.get("meters", {}))
        self._of.client.recall(stored.pop("client", {}))
        self._of.outages.restore(stored.pop("outages", {}))
        self._of.changes.restore(stored.pop("changes", ()), stored.pop("answers", ()))
        self._of.board().restore(
            stored.pop("meters", {}), is_orderly=stored.pop("orderly", False)
        )
        self._others = stored

    @callback
    def save_soon(self) -> None:
        """Save soon, without waiting until it is due."""
        self._store.async_delay_save(self._stored)

    @callback
    def save_later(self) -> None:
        """Save within a quarter of an hour."""
        if not self._is_due:
            self._is_due = True
            self._store.async_delay_save(self._stored, _STORE_SECONDS)

    async def async_save_last(self) -> None:
        """Save now, as the last act of an entry that is unloaded in order."""
        await self._store.async_save(self._stored(is_orderly=True))

    def _stored(self, *, is_orderly: bool = False) -> dict[str, Any]:
        """Return the data to write, and let the next write be scheduled.

        Home Assistant stops without unloading entries; what it writes then is orderly,
        too.
        """
        self._is_due = False
        return {
            **self._others,
            "orderly": is_orderly or self.is_written,
            "client": dict(self._of.client.memory()),
            "meters": self._of.board().as_stored(),
            "outages": self._of.outages.as_stored(),
            "changes": self._of.changes.as_stored(),
            "answers": self._of.changes.answers_as_stored(),
        }
