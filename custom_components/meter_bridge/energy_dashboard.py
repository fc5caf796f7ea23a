"""Adding a meter to the Energy dashboard, where the owner has agreed to that."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .bridges.obis import NET_POWER, VOLUME
from .bridges.snapshot import Medium
from .const import CONF_ENERGY_SOURCES, DOMAIN
from .coordinator import MeterBridgeEntry
from .flow.probe import Kind
from .values.sources import entity_key

if TYPE_CHECKING:
    from homeassistant.components.energy.data import (
        EnergyManager,
        EnergyPreferences,
        GasSourceType,
        GridSourceType,
        SourceType,
    )

_ENERGY = "energy"
_GRID, _GAS = "grid", "gas"
# What flows through a meter of mere volume nobody tells: it may well be water.
_MEDIA = {_GRID: Medium.ELECTRICITY, _GAS: Medium.GAS}
_IMPORT, _EXPORT = "1.8.0", "2.8.0"
_PATIENCE = timedelta(days=1)


async def missing_sources(hass: HomeAssistant, bridge: Kind) -> list[str]:
    """Return the types of source that this kind may be and the owner has none of."""
    if _ENERGY not in hass.config.components:
        return []
    present = _types(_preferences(await _manager(hass)))
    return [
        source
        for source, medium in _MEDIA.items()
        if medium in bridge.media and source not in present
    ]


@callback
def async_feed_dashboard(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Add what the owner has agreed to, as soon as its entities are there."""
    if CONF_ENERGY_SOURCES in entry.data:
        _Feed(hass, entry).start()


class _Feed:
    """Waits for the entities of an entry, until a day after that was created."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Know whose entities to wait for."""
        self._hass = hass
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Look now, and again whenever there may be more to see."""
        until = self._entry.created_at + _PATIENCE
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
        """Add what is ready."""
        pending = self._entry.data.get(CONF_ENERGY_SOURCES, ())
        ready = [source for each in pending if (source := self._source(each))]
        if ready and _ENERGY in self._hass.config.components:
            # Not at once: others are still to be told the same news.
            self._entry.async_create_task(
                self._hass, self._add(ready), eager_start=False
            )

    async def _add(self, sources: Iterable[SourceType]) -> None:
        """Add sources to those of the owner, who may have some of that type by now.

        Nothing is awaited between looking and adding.
        """
        manager = await _manager(self._hass)
        preferences = _preferences(manager)
        present = _types(preferences)
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
        """Wait for nothing any more."""
        self._drop(set(_MEDIA))

    @callback
    def _drop(self, done: set[str]) -> None:
        """Forget what was added, or will not be."""
        data = dict(self._entry.data)
        left = [each for each in data.pop(CONF_ENERGY_SOURCES, ()) if each not in done]
        if left:
            data[CONF_ENERGY_SOURCES] = left
        else:
            self._stop()
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    @callback
    def _stop(self) -> None:
        """Listen no more."""
        while self._stops:
            self._stops.pop()()

    def _source(self, kind: str) -> SourceType | None:
        """Return a source once everything that it needs is there."""
        values = self._coordinator.board.values
        for meter in dict.fromkeys(map(self._meter_of, values)):
            if self._coordinator.board.meter(meter).medium is _MEDIA[kind]:
                source = (
                    _grid(self._entities(meter, (_IMPORT, _EXPORT, NET_POWER)))
                    if kind == _GRID
                    else _gas(self._entities(meter, (VOLUME, _IMPORT)))
                )
                if source:
                    return source
        return None

    def _meter_of(self, key: str) -> str:
        """Return the key of the meter that a value belongs to."""
        return self._coordinator.board.source(key).meter

    def _entities(self, meter: str, codes: Iterable[str]) -> Mapping[str, str]:
        """Return the enabled entities of those registers of a meter that have a value.

        There is none before all of them are registered.
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
    """Return a connection to the grid; there is none without import."""
    if _IMPORT not in entities:
        return None
    source: GridSourceType = {
        "type": "grid",
        "stat_energy_from": entities[_IMPORT],
        "stat_energy_to": entities.get(_EXPORT),
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
    """Return a supply of gas, by volume rather than by energy."""
    if not entities:
        return None
    return {
        "type": "gas",
        "stat_energy_from": next(iter(entities.values())),
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
    }


def _types(preferences: EnergyPreferences) -> set[str]:
    """Return the types of source that are configured."""
    return {source["type"] for source in preferences["energy_sources"]}


def _preferences(manager: EnergyManager) -> EnergyPreferences:
    """Return what the owner has configured so far."""
    return manager.data or manager.default_preferences()


async def _manager(hass: HomeAssistant) -> EnergyManager:
    """Return what keeps the sources of the dashboard."""
    # This loads the recorder, which is there wherever the dashboard is, and only there.
    from homeassistant.components.energy.data import (  # noqa: PLC0415
        async_get_manager,
    )

    return await async_get_manager(hass)
