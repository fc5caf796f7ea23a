"""Add the power to a grid source of the Energy dashboard that came without it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .bridges.obis import IMPORT_ENERGY, NET_POWER
from .const import CONF_ENERGY_GRID
from .coordinator import MeterBridgeEntry
from .energy_sources import CODES, entities_of
from .flow.energy import ENERGY, GRID, energy_manager, preferences_of

if TYPE_CHECKING:
    from homeassistant.components.energy.data import SourceType


class PowerLater:
    """Wait for the power of a grid source that was added without it."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Keep the entry; nothing is awaited yet."""
        self._hass = hass
        self._entry = entry
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Look for the power now, and again whenever an entity may have been added."""
        stops = [
            self._entry.runtime_data.async_on_new(self._look),
            self._hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._look),
        ]

        def stop() -> None:
            while stops:
                stops.pop()()

        self._stop = stop
        self._entry.async_on_unload(stop)

    @callback
    def _look(self, _news: object) -> None:
        """Add the power to the source once its entity exists."""
        board = self._entry.runtime_data.board
        added = self._entry.data.get(CONF_ENERGY_GRID)
        if not added or ENERGY not in self._hass.config.components:
            return
        for meter in dict.fromkeys(board.source(key).meter for key in board.values):
            found = entities_of(self._hass, self._entry, meter, CODES[GRID])
            if (
                NET_POWER in found
                and found.get(IMPORT_ENERGY) == added["stat_energy_from"]
            ):
                self._entry.async_create_task(
                    self._hass, self._add(added, found[NET_POWER]), eager_start=False
                )

    async def _add(self, added: Mapping[str, object], power: str) -> None:
        """Add the power, if the source is still as it was added; look no more.

        No `await` between reading the preferences and updating them.
        """
        manager = await energy_manager(self._hass)
        preferences = preferences_of(manager)
        if self._stop:
            self._stop()
        data = dict(self._entry.data)
        if data.pop(CONF_ENERGY_GRID, None) is None:
            return
        self._hass.config_entries.async_update_entry(self._entry, data=data)
        sources = preferences["energy_sources"]
        changed = [
            cast("SourceType", {**each, "power_config": {"stat_rate": power}})
            if _filled(each) == _filled(added)
            else each
            for each in sources
        ]
        if changed != sources:
            await manager.async_update(
                {
                    "energy_sources": changed,
                    "device_consumption": preferences["device_consumption"],
                }
            )


def _filled(source: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fields of a source that are filled in."""
    return {key: value for key, value in source.items() if value is not None}
