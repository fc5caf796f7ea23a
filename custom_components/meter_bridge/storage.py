"""What an entry keeps outside of memory: a file of what its meters were known by."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .issues import forget_issues
from .meter.account import Stored

_VERSION = 2
# In version 1 the client stood beside the meters, and derived totals beside counters.
_CLIENT_1, _DERIVED_1 = "/client", "/"


class EntryStore(Store[dict[str, Any]]):
    """The file of one entry.

    `meters` holds what is stored of each meter, `client` what the client of the bridge
    remembers, `outages` when meters were live, and `orderly` whether the file was
    written at an orderly end. Names that are not known belong to a later version of the
    integration, and are kept.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Know the file of an entry."""
        super().__init__(hass, _VERSION, f"{DOMAIN}.{entry_id}")

    @override
    async def _async_migrate_func(
        self,
        old_major_version: int,
        old_minor_version: int,
        old_data: dict[str, Any],
    ) -> dict[str, Any]:
        """Take up the counters that version 1 kept."""
        client = old_data.pop(_CLIENT_1, {})
        meters = {meter: _from_1(stored) for meter, stored in old_data.items()}
        return {"orderly": False, "client": client, "meters": meters}


def _from_1(stored: Mapping[str, list[float]]) -> Stored:
    """Return what version 1 kept of a meter, in the form of version 2.

    The codes of its counters are known to have been sent.
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


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the file of an entry, and its issues."""
    await EntryStore(hass, entry.entry_id).async_remove()
    forget_issues(hass, entry.entry_id)
