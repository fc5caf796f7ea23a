"""Add a meter to the Energy dashboard, if the owner has agreed."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER, VOLUME
from .const import CONF_ENERGY_SOURCES, DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.energy import (
    ENERGY,
    GRID,
    MEDIA,
    energy_manager,
    preferences_of,
    source_types,
)
from .values.sources import entity_key

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        GasSourceType,
        GridSourceType,
        SourceType,
    )

_LONGEST_WAIT = timedelta(days=1)


@callback
def async_feed_dashboard(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Add the sources that the owner agreed to, as soon as their entities exist."""
    if CONF_ENERGY_SOURCES in entry.data:
        _Feed(hass, entry).start()


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
        until = self._entry.created_at + _LONGEST_WAIT
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
        if new:
            await manager.async_update(
                {
                    "energy_sources": [*preferences["energy_sources"], *new],
                    "device_consumption": preferences["device_consumption"],
                }
            )

    @callback
    def _give_up(self, _now: object = None) -> None:
        """Stop waiting; whatever is still missing is not added."""
        self._drop(set(MEDIA))

    @callback
    def _drop(self, done: set[str]) -> None:
        """Remove types of source from the pending list; stop once it is empty."""
        data = dict(self._entry.data)
        left = [each for each in data.pop(CONF_ENERGY_SOURCES, ()) if each not in done]
        if left:
            data[CONF_ENERGY_SOURCES] = left
        else:
            self._stop()
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    @callback
    def _stop(self) -> None:
        """Remove all listeners."""
        while self._stops:
            self._stops.pop()()

    def _source(self, kind: str) -> SourceType | None:
        """Return a source of this type; None until all its entities exist."""
        values = self._coordinator.board.values
        for meter in dict.fromkeys(map(self._meter_of, values)):
            if self._coordinator.board.meter(meter).medium is MEDIA[kind]:
                source = (
                    _grid(
                        self._entities(meter, (IMPORT_ENERGY, EXPORT_ENERGY, NET_POWER))
                    )
                    if kind == GRID
                    else _gas(self._entities(meter, (VOLUME, IMPORT_ENERGY)))
                )
                if source:
                    return source
        return None

    def _meter_of(self, key: str) -> str:
        """Return the key of the meter that a value belongs to."""
        return self._coordinator.board.source(key).meter

    def _entities(self, meter: str, codes: Iterable[str]) -> Mapping[str, str]:
        """Return, by code, a meter's enabled entities for registers that have a value.

        Return none at all until each of them is registered.
        """
        registry = er.async_get(self._hass)
        found: dict[str, str] = {}
        for code in codes:
            key = entity_key(meter, code)
            if key not in self._coordinator.board.values:
                continue
            entity_id = registry.async_get_entity_id(
                Platform.SENSOR, DOMAIN, f"{self._entry.unique_id}_{key}"
            )
            entity = entity_id and registry.async_get(entity_id)
            if not entity:
                return {}
            if not entity.disabled:
                found[code] = entity.entity_id
        return found


def _grid(entities: Mapping[str, str]) -> GridSourceType | None:
    """Return a grid source; None without imported energy."""
    if IMPORT_ENERGY not in entities:
        return None
    source: GridSourceType = {
        "type": "grid",
        "stat_energy_from": entities[IMPORT_ENERGY],
        "stat_energy_to": entities.get(EXPORT_ENERGY),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }
    if NET_POWER in entities:
        source["power_config"] = {"stat_rate": entities[NET_POWER]}
    return source


def _gas(entities: Mapping[str, str]) -> GasSourceType | None:
    """Return a gas source, by volume if there is one, else by energy."""
    if not entities:
        return None
    return {
        "type": "gas",
        "stat_energy_from": next(iter(entities.values())),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
    }
