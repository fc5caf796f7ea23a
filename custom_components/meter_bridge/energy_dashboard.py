"""Add a meter to the Energy dashboard, if the owner has agreed."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER, VOLUME
from .const import CONF_ENERGY_GRID, CONF_ENERGY_SOURCES, DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.energy import (
    ENERGY,
    GAS,
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
_CODES = {
    GRID: (IMPORT_ENERGY, EXPORT_ENERGY, NET_POWER),
    GAS: (VOLUME, IMPORT_ENERGY),
}


@callback
def async_feed_dashboard(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Add the sources that the owner agreed to, as soon as their entities exist."""
    if CONF_ENERGY_SOURCES in entry.data:
        _Feed(hass, entry).start()
    if CONF_ENERGY_GRID in entry.data:
        _Power(hass, entry).start()


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
        _Power(self._hass, self._entry).start()

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
        board = self._coordinator.board
        for meter in dict.fromkeys(board.source(key).meter for key in board.values):
            if board.meter(meter).medium is MEDIA[kind]:
                codes = _CODES[kind]
                found = _entities(self._hass, self._entry, meter, codes)
                if source := (_grid if kind == GRID else _gas)(found):
                    return source
        return None


class _Power:
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
            found = _entities(self._hass, self._entry, meter, _CODES[GRID])
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


def _entities(
    hass: HomeAssistant, entry: MeterBridgeEntry, meter: str, codes: Iterable[str]
) -> Mapping[str, str]:
    """Return, by code, a meter's enabled entities for registers that have a value.

    Return none at all until each of them is registered.
    """
    registry = er.async_get(hass)
    found: dict[str, str] = {}
    for code in codes:
        key = entity_key(meter, code)
        if key not in entry.runtime_data.board.values:
            continue
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, f"{entry.unique_id}_{key}"
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
