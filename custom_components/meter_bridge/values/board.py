"""What is known of one bridge and its meters, and what of it may be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
import time
from typing import Any

from homeassistant.helpers.entity import EntityDescription

from ..bridges.contract import BridgeType
from ..bridges.snapshot import MAIN_METER, Meter, Reading, Snapshot
from ..meter.account import Ledger
from ..storage import Counters
from .sources import METER_CONNECTION, Catalogue, Source, Value, entity_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a snapshot: which meters are read, and which of them count anew."""

    connected: Mapping[str, bool]
    restarted: tuple[str, ...]


class Board:
    """The value of every entity, by key, and how each of them looks.

    `changed` collects the keys whose value is another since somebody emptied it.
    """

    def __init__(self, bridge: BridgeType[Any, Any]) -> None:
        """Know what this kind of bridge always has; nothing has been read yet."""
        self.values: dict[str, Value] = {}
        self.changed: set[str] = set()
        self._catalogue = Catalogue(bridge)
        self._ledger = Ledger(
            max_power=bridge.max_power, stale_after=bridge.stale_after
        )
        self._meters: dict[str, Meter] = {}
        self._read: Collection[str] = ()
        if bridge.has_main_meter:
            self._know(Meter(), ())

    @property
    def urgent(self) -> set[str]:
        """Return the keys of those that may not wait for the throttle."""
        return self._catalogue.urgent

    def source(self, key: str) -> Source:
        """Return how an entity looks and which meter it belongs to."""
        return self._catalogue.sources[key]

    def description(self, key: str) -> EntityDescription | None:
        """Return how an entity looks now; None once the bridge has it no more."""
        source = self._catalogue.sources.get(key)
        return source.description if source else None

    def meter(self, key: str) -> Meter:
        """Return what is known of a meter."""
        return self._meters.get(key) or Meter(key=key)

    def take(self, snapshot: Snapshot[object]) -> Taken:
        """Judge a snapshot, and note which values it changes."""
        values = dict(self._catalogue.read_details(snapshot.details))
        readings = {
            reading.meter.key: reading
            for reading in snapshot.readings
            if self._catalogue.takes(reading.meter)
        }
        connected = dict.fromkeys(self._meters, False)
        restarted = []
        for meter, reading in readings.items():
            connected[meter], is_restarted = self._enter(reading, values)
            if is_restarted:
                restarted.append(meter)
        for meter, is_connected in connected.items():
            values[entity_key(meter, METER_CONNECTION.key)] = is_connected
        self._read = readings.keys()
        self._show(values)
        return Taken(connected=connected, restarted=tuple(restarted))

    def _enter(self, reading: Reading, values: dict[str, Value]) -> tuple[bool, bool]:
        """Add what may be shown of one meter.

        Return whether it is read at all, and whether it counts anew.
        """
        entry = self._ledger.enter(reading, now=time.time(), clock=time.monotonic())
        meter = reading.meter
        self._know(meter, entry.values)
        if meter.key == MAIN_METER:
            values.update(entry.values)
        else:
            for code, value in entry.values.items():
                values[entity_key(meter.key, code)] = value
        return entry.is_fresh, bool(entry.restarted)

    def _know(self, meter: Meter, codes: Collection[str]) -> None:
        """Know a meter and its registers, which makes their entities."""
        self._meters[meter.key] = meter
        self._catalogue.add_meter(meter, codes)

    def _show(self, values: dict[str, Value]) -> None:
        """Let these be the values; note which are others than before."""
        before, self.values = self.values, values
        if values != before:
            self.changed |= before.keys() - values.keys()
            self.changed.update(
                key
                for key, value in values.items()
                if key not in before or before[key] != value
            )
        if self._catalogue.altered:
            self.changed |= self._catalogue.altered
            self._catalogue.altered.clear()

    def forget(self, meter: str) -> set[str] | None:
        """Let a meter be as one never heard of, and return the keys that it had.

        None while anything is heard of it: then it stays.
        """
        connection = entity_key(meter, METER_CONNECTION.key)
        if meter in self._read or any(
            self.source(key).meter == meter for key in self.values if key != connection
        ):
            return None
        keys = {
            key
            for key, source in self._catalogue.sources.items()
            if source.meter == meter
        }
        self.values.pop(connection, None)
        self._meters.pop(meter, None)
        self._catalogue.forget_meter(meter)
        self._ledger.forget(meter)
        return keys

    def as_stored(self) -> Counters:
        """Return what has to survive a restart."""
        return self._ledger.as_stored()

    def restore(self, stored: Counters) -> None:
        """Take up again what `as_stored` returned before the restart."""
        self._ledger.restore(stored)
