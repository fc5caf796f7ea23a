"""What an entry keeps outside of memory: a file of counters."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .issues import forget_issues
from .meter.account import Counters

_VERSION = 1


def counter_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Counters]]:
    """Return where the believed counters of an entry survive a restart."""
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the file of an entry, and its issues."""
    await counter_store(hass, entry.entry_id).async_remove()
    forget_issues(hass, entry.entry_id)
