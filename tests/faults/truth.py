"""The values of a healthy twin of a bridge, to compare states with."""

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
from custom_components.meter_bridge.bridges.wire import shift
from custom_components.meter_bridge.coordinator import MeterBridgeEntry
from custom_components.meter_bridge.flow.probe import connect
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.values.board import Board
from custom_components.meter_bridge.values.demand_sensors import (
    DEMAND,
    DEMAND_AHEAD,
    PEAK_DEMAND,
)
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from custom_components.meter_bridge.values.sources import Source, Value, entity_key
from tests.support.readings import all_values
from tests.support.simulator import Simulator

_DEMAND = tuple(f"_{each.key}" for each in (DEMAND, DEMAND_AHEAD, PEAK_DEMAND))
_ANY_POWER = 1e9
_NOTHING = (STATE_UNAVAILABLE, STATE_UNKNOWN)


class Result(StrEnum):
    """The state of a sensor compared with the truth."""

    SAME = "shows what is still true"
    LIVE = "shows the present value"
    KEPT = "shows the last value"
    BACK = "shows an older value"
    GONE = "shows nothing"
    WRONG = "shows what the meter never sent"


class Truth:
    """A twin without mishaps, on the same meter.

    One client polls it all the time, as an entry does, and a new client each time.
    Values that only the new one has are polled `seldom`, and may be shown later.
    """

    def __init__(self, hass: HomeAssistant, twin: Simulator) -> None:
        """Poll this twin."""
        self._hass = hass
        self._bridge = BRIDGES[twin.key]
        self._data = {"host": twin.address, **twin.credentials}
        self._client = connect(hass, self._bridge, self._data)
        self._sources: dict[str, Source] = {}
        self._board = self._new_board()
        self._polled: list[Mapping[str, Value]] = []
        self.seldom: set[str] = set()
        self.times: set[datetime] = set()
        self.has_time = False

    async def ask(self) -> None:
        """Poll all values that are true now."""
        now = await self._ask(
            connect(self._hass, self._bridge, self._data), self._new_board()
        )
        known = await self._ask(self._client, self._board)
        self.seldom |= {key for key in now if now[key] != known.get(key)}
        self._polled += [known, now]

    def _new_board(self) -> Board:
        """Return a board that believes any power."""
        return Board(self._bridge, Limits(max_power=_ANY_POWER))

    async def _ask(self, client: Client[Any], board: Board) -> Mapping[str, Value]:
        """Poll by one of the clients.

        The board only adds what is worked out from readings: what was sent is true
        without being judged.
        """
        snapshot = await client.fetch()
        board.take(snapshot)
        values = {
            key: _as_shown(board.source(key), value)
            for key, value in board.values.items()
        }
        self._sources |= {key: board.source(key) for key in values}
        for reading in snapshot.readings:
            meter = reading.meter
            self.has_time |= reading.time is not None
            for code, value in all_values(reading).items():
                places = meter_sensor(code, meter.medium).places
                values[entity_key(meter.key, code)] = shift(value, places)
        return values

    async def ids(self) -> frozenset[str]:
        """Return all ids of the bridge."""
        identity = await self._client.identify()
        mac = {identity.mac} if identity.mac else set[str]()
        return frozenset({identity.serial, *identity.also, *mac})

    def compare(self, key: str, state: State, before: State | None) -> Result:
        """Compare the state of a sensor with the truth."""
        if state.state in _NOTHING:
            return Result.GONE
        is_still = before is not None and state.state == before.state
        if any(self._agrees(values, key, state) for values in self._polled[-2:]):
            return Result.SAME if is_still else Result.LIVE
        if is_still:
            return Result.KEPT
        was_polled = any(self._agrees(values, key, state) for values in self._polled)
        return Result.BACK if was_polled else Result.WRONG

    def _agrees(self, values: Mapping[str, Value], key: str, state: State) -> bool:
        """Tell whether a state shows a value of the twin."""
        value = values.get(key)
        if isinstance(value, datetime):
            shown = datetime.fromisoformat(state.state)
            return shown in {value.replace(microsecond=0), *self.times}
        if isinstance(value, str) or value is None:
            return state.state == value
        native = getattr(
            self._sources[key].description if key in self._sources else None,
            "native_unit_of_measurement",
            None,
        )
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        converter = UNIT_CONVERTERS.get(state.attributes.get(ATTR_DEVICE_CLASS))
        if converter and native != unit:
            value = converter.convert(value, native, unit)
        return isclose(float(state.state), value, rel_tol=1e-9, abs_tol=1e-9)


def _as_shown(source: Source, value: Value) -> Value:
    """Return a value with its decimal point where the sensor has it."""
    places = getattr(source.description, "places", 0)
    return shift(value, places) if places and isinstance(value, float | int) else value


def sensors(hass: HomeAssistant, entry: MeterBridgeEntry) -> dict[str, State]:
    """Return the states of an entry's sensors, by key.

    Demand is left out: it is worked out over a quarter of an hour, from those others.
    """
    registry = er.async_get(hass)
    return {
        entity.unique_id.removeprefix(f"{entry.unique_id}_"): state
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.domain == "sensor"
        and not entity.unique_id.endswith(_DEMAND)
        and (state := hass.states.get(entity.entity_id))
    }
