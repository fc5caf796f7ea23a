"""Add a meter to the Energy dashboard, if the owner has agreed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import CONF_ENERGY_ASKED, CONF_ENERGY_GRID, CONF_ENERGY_SOURCES
from .coordinator import MeterBridgeEntry
from .energy_power import PowerLater
from .energy_sources import CODES, MAKERS, entities_of, own_entities, own_source
from .flow.energy import (
    ENERGY,
    MEDIA,
    energy_manager,
    preferences_of,
    source_types,
)
from .flow.offers import FEEDS

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        GridSourceType,
        SourceType,
    )

_LONGEST_WAIT = timedelta(days=1)


@callback
def async_feed_dashboard(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Add the sources that the owner agreed to, as soon as their entities exist."""
    if CONF_ENERGY_SOURCES in entry.data:
        _Feed(hass, entry).start()
    if CONF_ENERGY_GRID in entry.data:
        PowerLater(hass, entry).start()


class _Feed:
    """Wait for the entities of an entry, for at most a day after it was created."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Keep the entry; `start` begins to wait."""
        self._hass = hass
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Check for the entities now, and whenever one may have been added."""
        asked = self._entry.data.get(CONF_ENERGY_ASKED)
        since = asked and dt_util.parse_datetime(asked)
        until = (since or self._entry.created_at) + _LONGEST_WAIT
        if dt_util.utcnow() >= until:
            self._give_up()
            return
        self._entry.async_on_unload(self._stop)
        self._stops = [
            self._coordinator.async_on_new(self._look),
            self._hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._look),
            async_track_point_in_utc_time(self._hass, self._give_up, until),
        ]

    @callback
    def _look(self, _news: object) -> None:
        """Add the sources whose entities exist."""
        pending = self._entry.data.get(CONF_ENERGY_SOURCES, ())
        ready = [source for each in pending if (source := self._source(each))]
        if ready and ENERGY in self._hass.config.components:
            # Not eagerly: other listeners of this event must run first.
            self._entry.async_create_task(
                self._hass, self._add(ready), eager_start=False
            )

    async def _add(self, sources: Iterable[SourceType]) -> None:
        """Add sources, except those of a type that the owner has added meanwhile.

        There must be no `await` between reading the preferences and updating them: a
        change that another task makes in between would be lost.
        """
        manager = await energy_manager(self._hass)
        preferences = preferences_of(manager)
        present = source_types(preferences)
        new = [source for source in sources if source["type"] not in present]
        self._drop({source["type"] for source in sources})
        for source in new:
            if source["type"] == "grid" and "power_config" not in source:
                self._wait_for_power(source)
        if new:
            await manager.async_update(
                {
                    "energy_sources": [*preferences["energy_sources"], *new],
                    "device_consumption": preferences["device_consumption"],
                }
            )

    @callback
    def _wait_for_power(self, source: GridSourceType) -> None:
        """Add the power later: many meters send it only once they have their PIN."""
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_ENERGY_GRID: dict(source)}
        )
        PowerLater(self._hass, self._entry).start()

    @callback
    def _give_up(self, _now: object = None) -> None:
        """Stop waiting; whatever is still missing is not added."""
        self._drop({*MEDIA, *FEEDS})

    @callback
    def _drop(self, done: set[str]) -> None:
        """Remove types of source from the pending list; stop once it is empty."""
        data = dict(self._entry.data)
        left = [each for each in data.pop(CONF_ENERGY_SOURCES, ()) if each not in done]
        if left:
            data[CONF_ENERGY_SOURCES] = left
        else:
            data.pop(CONF_ENERGY_ASKED, None)
            self._stop()
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    @callback
    def _stop(self) -> None:
        """Remove all listeners."""
        while self._stops:
            self._stops.pop()()

    def _source(self, kind: str) -> SourceType | None:
        """Return a source of this type; None until all its entities exist."""
        board = self._coordinator.board
        if source := own_source(kind, own_entities(self._hass, self._entry)):
            return source
        if kind not in MEDIA:
            return None
        for meter in dict.fromkeys(board.source(key).meter for key in board.values):
            if board.meter(meter).medium is MEDIA[kind]:
                codes = CODES[kind]
                found = entities_of(self._hass, self._entry, meter, codes)
                if source := MAKERS[kind](found):
                    return source
        return None
