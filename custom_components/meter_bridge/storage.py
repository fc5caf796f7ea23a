"""The file of an entry: what has to survive a restart of Home Assistant."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.storage import Store

from .bridges import bridge_of
from .bridges.obis import REGISTERS, Direction
from .bridges.snapshot import MAIN_METER
from .const import DOMAIN
from .issues import forget_issues
from .meter.account import Stored

_VERSION = 2
_IMPORT_VERSION = 1
# Version 1 stored the totals of raw counts beside the meters, under this key, and
# derived totals among the counters, with this prefix.
_CLIENT_1, _DERIVED_1 = "/client", "/"
_TOTAL_NUMBERS_1 = 3
UNREADABLE = (
    *(UnsupportedStorageVersionError, AttributeError, LookupError),
    *(TypeError, ValueError),
)
"""Errors of a file that cannot be read: of a later version, or of another form."""


class KeptStore(Store[dict[str, Any]]):
    """A file that is kept for its owner if it cannot be read."""

    async def async_set_aside(self) -> None:
        """Keep a file that cannot be read beside the one that is written next."""
        await self.hass.async_add_executor_job(_rename, Path(self.path))


class EntryStore(KeptStore):
    """The file of one entry.

    `meters` holds the stored data of each meter, `outages` when meters were live, and
    `changes` which sums are to be corrected.
    `orderly` tells whether the file was written at a clean shutdown, rather than while
    the entry was running. Unknown names belong to a later version of the integration,
    and are kept.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Know the file of an entry."""
        self._entry_id = entry_id
        super().__init__(hass, _VERSION, f"{DOMAIN}.{entry_id}")

    @override
    async def _async_migrate_func(
        self,
        old_major_version: int,
        old_minor_version: int,
        old_data: dict[str, Any],
    ) -> dict[str, Any]:
        """Convert a file of version 1, and note the registers that have entities."""
        client = old_data.pop(_CLIENT_1, {})
        # Count, total and time: what a client judged itself, as the account does now.
        totals = {
            key: client.pop(key)
            for key, numbers in list(client.items())
            if len(numbers) == _TOTAL_NUMBERS_1
        }
        meters = {meter: from_version_1(stored) for meter, stored in old_data.items()}
        if totals:
            main = meters.setdefault(MAIN_METER, from_version_1({}))
            main["counters"] |= totals
        for meter, code in self._registered():
            stored = meters.setdefault(meter, from_version_1({}))
            stored["powers"]["codes"].append(code)
        return {"orderly": False, "client": client, "meters": meters}

    def _registered(self) -> Iterator[tuple[str, str]]:
        """Yield the meter and code of each entity whose register has been sent.

        Net power is left out: it may have been worked out. So is what is no counter
        where it may have been padding.
        """
        registry = er.async_get(self.hass)
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return
        bridge, prefix = bridge_of(entry), f"{entry.unique_id}_"
        for entity in er.async_entries_for_config_entry(registry, self._entry_id):
            key = entity.unique_id.removeprefix(prefix)
            meter, _, code = key.rpartition("_")
            register = REGISTERS.get(code)
            if (
                register
                and register.direction is not Direction.NET
                and (register.is_counter or not bridge.pads_zeros)
            ):
                yield meter, code


def check_numbers(meters: Mapping[str, Stored]) -> None:
    """Raise TypeError or ValueError where what is stored of counters is no number."""
    for stored in meters.values():
        for name in ("counters", "derived"):
            for numbers in stored.get(name, {}).values():
                for each in numbers:
                    if each is not None and not isfinite(each):
                        raise ValueError("A stored counter is no number")


def _rename(path: Path) -> None:
    """Give a file a name that is not read."""
    with suppress(FileNotFoundError):
        path.replace(path.with_name(f"{path.name}.unreadable"))


def from_version_1(stored: Mapping[str, list[float]]) -> Stored:
    """Return what version 1 kept of a meter, in the form of version 2.

    Its counters are the codes that the meter is known to have sent.
    """
    counters = {
        code: numbers
        for code, numbers in stored.items()
        if not code.startswith(_DERIVED_1)
    }
    derived = {
        code.removeprefix(_DERIVED_1): numbers
        for code, numbers in stored.items()
        if code.startswith(_DERIVED_1)
    }
    return {
        "is_old": True,
        "powers": {"codes": sorted(counters)},
        "counters": counters,
        "derived": derived,
    }


def import_store(hass: HomeAssistant, entry_id: str) -> KeptStore:
    """Return where the last import of an entry is kept, for its undo."""
    return KeptStore(hass, _IMPORT_VERSION, f"{DOMAIN}.{entry_id}.import")


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the files of an entry, and its issues."""
    await EntryStore(hass, entry.entry_id).async_remove()
    await import_store(hass, entry.entry_id).async_remove()
    forget_issues(hass, entry.entry_id)
