"""What a healthy twin of a bridge says, and how the states compare with it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from math import isclose
from typing import Any

from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.client import Client
from custom_components.meter_bridge.bridges.obis import KnownPowers, with_net_power
from custom_components.meter_bridge.bridges.snapshot import Reading
from custom_components.meter_bridge.bridges.wire import shift
from custom_components.meter_bridge.coordinator import MeterBridgeEntry
from custom_components.meter_bridge.flow.probe import connect
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from custom_components.meter_bridge.values.sources import Sources, Value, entity_key
from tests.support.simulator import Simulator

_NOTHING = (STATE_UNAVAILABLE, STATE_UNKNOWN)


class Fate(StrEnum):
    """What became of one sensor."""

    SAME = "shows what is still true"
    LIVE = "shows the present value"
    KEPT = "shows the last value"
    BACK = "shows an older value"
    GONE = "shows nothing"
    WRONG = "shows what the meter never said"


class Truth:
    """A twin that no mishap meets, on the same meter.

    It is asked by one client for ever, as an entry asks, and by one that knows nothing.
    What only the second one has yet is asked `seldom`, and may be shown somewhat later.
    """

    def __init__(self, hass: HomeAssistant, twin: Simulator) -> None:
        """Know the twin."""
        self._hass = hass
        self._bridge = BRIDGES[twin.key]
        self._data = {"host": twin.address, **twin.credentials}
        self._client = connect(hass, self._bridge, self._data)
        self._sources = Sources(self._bridge)
        self._told: list[Mapping[str, Value]] = []
        self.seldom: set[str] = set()
        self.times: set[datetime] = set()
        self.has_time = False

    async def ask(self) -> None:
        """Ask for everything that is true now."""
        now = await self._ask(connect(self._hass, self._bridge, self._data))
        known = await self._ask(self._client)
        self.seldom |= {key for key in now if now[key] != known.get(key)}
        self._told += [known, now]

    async def _ask(self, client: Client[Any]) -> Mapping[str, Value]:
        """Ask by one of the clients."""
        snapshot = await client.fetch()
        values = dict(self._sources.read_details(snapshot.details)[0])
        for reading in snapshot.readings:
            meter = reading.meter
            self._sources.add_meter(meter, _shown(reading))
            self.has_time |= reading.time is not None
            for code, value in _shown(reading).items():
                places = meter_sensor(code, meter.medium).places
                values[entity_key(meter.key, code)] = shift(value, places)
        return values

    async def ids(self) -> frozenset[str]:
        """Return every id by which the bridge may be known."""
        identity = await self._client.identify()
        mac = {identity.mac} if identity.mac else set[str]()
        return frozenset({identity.serial, *identity.also, *mac})

    def fate(self, key: str, state: State, before: State | None) -> Fate:
        """Judge what a sensor shows."""
        if state.state in _NOTHING:
            return Fate.GONE
        is_still = before is not None and state.state == before.state
        if any(self._agrees(values, key, state) for values in self._told[-2:]):
            return Fate.SAME if is_still else Fate.LIVE
        if is_still:
            return Fate.KEPT
        said = any(self._agrees(values, key, state) for values in self._told)
        return Fate.BACK if said else Fate.WRONG

    def _agrees(self, values: Mapping[str, Value], key: str, state: State) -> bool:
        """Tell whether a state shows the value that was told."""
        value = values.get(key)
        if isinstance(value, datetime):
            shown = datetime.fromisoformat(state.state)
            return shown in {value.replace(microsecond=0), *self.times}
        if isinstance(value, str) or value is None:
            return state.state == value
        native = getattr(
            self._sources.by_key[key].description,
            "native_unit_of_measurement",
            None,
        )
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        converter = UNIT_CONVERTERS.get(state.attributes.get(ATTR_DEVICE_CLASS))
        if converter and native != unit:
            value = converter.convert(value, native, unit)
        return isclose(float(state.state), value, rel_tol=1e-9, abs_tol=1e-9)


def sensors(hass: HomeAssistant, entry: MeterBridgeEntry) -> dict[str, State]:
    """Return the states of an entry's sensors, by the key of their value."""
    registry = er.async_get(hass)
    return {
        entity.unique_id.removeprefix(f"{entry.unique_id}_"): state
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.domain == "sensor" and (state := hass.states.get(entity.entity_id))
    }


def _shown(reading: Reading) -> dict[str, float]:
    """Return what a meter that was not known before is said to show."""
    worked_out = {
        each.code: round(reading.values[each.source] * each.factor, each.places)
        for each in reading.derived
    }
    return {
        **with_net_power(reading.values, KnownPowers(codes=reading.values)),
        **worked_out,
    }
