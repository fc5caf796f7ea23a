"""The registry: one line per kind of bridge, each imported when it is needed."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module

from ..const import CONF_BRIDGE
from .contract import BridgeType
from .errors import UnknownKindError

type Kind = BridgeType[Any, Any]

_KEYS = (
    "cozify_han",
    "egauge",
    "iometer",
    "octopus_home_pro",
    "whatwatt_go",
)


class _Bridges(Mapping[str, Kind]):
    """The kinds of bridges by key; the first access to a kind imports its package.

    In the event loop, await `async_load` or `async_bridge_of` before. A kind is
    imported only when it is needed, since a home has one or two, and each costs time
    and memory.
    """

    @override
    def __getitem__(self, key: str) -> Kind:
        """Return a kind."""
        if key not in _KEYS:
            raise KeyError(key)
        return cast("Kind", import_module(_package(key)).BRIDGE)

    @override
    def __contains__(self, key: object) -> bool:
        """Tell whether there is such a kind, without importing it."""
        return key in _KEYS

    @override
    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        return iter(_KEYS)

    @override
    def __len__(self) -> int:
        """Return how many kinds there are."""
        return len(_KEYS)


BRIDGES: Mapping[str, Kind] = _Bridges()


def _package(key: str) -> str:
    """Return the full name of a kind's package."""
    return f"{__name__}.{key}"


async def async_load(hass: HomeAssistant) -> None:
    """Import all kinds, outside of the event loop."""
    for key in BRIDGES:
        await async_import_module(hass, _package(key))


async def async_bridge_of(hass: HomeAssistant, entry: ConfigEntry) -> Kind:
    """Return the kind of an entry's bridge, imported outside of the event loop.

    Raise UnknownKindError for an entry that a newer version has made.
    """
    key: str = entry.data.get(CONF_BRIDGE, "")
    if key in BRIDGES:
        await async_import_module(hass, _package(key))
    return bridge_of(entry)


def bridge_of(entry: ConfigEntry) -> Kind:
    """Return the kind of an entry's bridge, which has been imported before.

    Raise UnknownKindError for an entry that a newer version has made.
    """
    key: str = entry.data.get(CONF_BRIDGE, "")
    if key not in BRIDGES:
        raise UnknownKindError(f"No such kind of bridge: {key}")
    return BRIDGES[key]
