"""Which entities a bridge has, and where each finds its value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.typing import StateType

from ..bridges.contract import BridgeSensor, BridgeType
from ..bridges.obis import NET_POWER
from ..bridges.snapshot import MAIN_METER, Meter
from .meter_sensors import meter_sensor

type Value = StateType | datetime

# More than a home has: a bridge whose meters have other names all the time must not
# fill Home Assistant with devices.
MOST_METERS = 16

# Who is warned of these wants to act; they change too seldom to fill a database.
_URGENT = frozenset(
    {
        BinarySensorDeviceClass.CONNECTIVITY,
        BinarySensorDeviceClass.POWER,
        BinarySensorDeviceClass.PROBLEM,
        BinarySensorDeviceClass.SAFETY,
        BinarySensorDeviceClass.TAMPER,
    }
)

METER_CONNECTION = BinarySensorEntityDescription(
    key="meter_connection",
    translation_key="meter_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entity: what it is, how it looks, and the key of its meter."""

    platform: Platform
    description: EntityDescription
    meter: str


def entity_key(meter: str, key: str) -> str:
    """Return what names an entity within its bridge."""
    return key if meter == MAIN_METER else f"{meter}_{key}"


class Catalogue:
    """The entities of one bridge, as they come to be known.

    `urgent` holds the keys of those that may not wait for the throttle: net power,
    warnings and connections. `altered` collects the keys of those that look otherwise
    now, or are gone.
    """

    def __init__(self, bridge: BridgeType[Any, Any]) -> None:
        """Start with what this kind of bridge always has."""
        self._bridge = bridge
        self._details: object = None
        self._values: dict[str, Value] = {}
        self._more: tuple[BridgeSensor[Any], ...] = ()
        self._meters: dict[str, set[str]] = {}
        self.sources: dict[str, Source] = {}
        self.urgent: set[str] = set()
        self.altered: set[str] = set()
        for sensor in bridge.sensors:
            self._add(Platform.SENSOR, sensor, sensor.meter)
        for binary in bridge.binary_sensors:
            self._add(Platform.BINARY_SENSOR, binary, binary.meter)

    def takes(self, meter: Meter) -> bool:
        """Tell whether a meter is known, or may come to be."""
        return meter.key in self._meters or len(self._meters) < MOST_METERS

    def add_meter(self, meter: Meter, codes: Iterable[str]) -> None:
        """Know the registers of a meter, and its own connection."""
        known = self._meters.get(meter.key)
        if known is not None and known.issuperset(codes):
            return
        self._meters.setdefault(meter.key, set()).update(codes)
        for code in codes:
            if entity_key(meter.key, code) not in self.sources:
                description = meter_sensor(code, meter.medium)
                self._add(Platform.SENSOR, description, meter.key)
                if code == NET_POWER:
                    self.urgent.add(entity_key(meter.key, code))
        if entity_key(meter.key, METER_CONNECTION.key) not in self.sources:
            self._add(Platform.BINARY_SENSOR, METER_CONNECTION, meter.key)

    def forget_meter(self, meter: str) -> None:
        """Know nothing of a meter but what this kind of bridge always has."""
        codes = self._meters.pop(meter, set())
        for key in {entity_key(meter, each) for each in (*codes, METER_CONNECTION.key)}:
            self.sources.pop(key, None)
            self.urgent.discard(key)

    def _add(
        self, platform: Platform, description: EntityDescription, meter: str
    ) -> None:
        """Know one entity more."""
        key = entity_key(meter, description.key)
        self.sources[key] = Source(
            platform=platform, description=description, meter=meter
        )
        if platform is Platform.BINARY_SENSOR and description.device_class in _URGENT:
            self.urgent.add(key)

    def read_details(self, details: object) -> dict[str, Value]:
        """Return the values of the bridge's own entities; those without are left out.

        They are worked out again only when the details have changed.
        """
        if details == self._details:
            return self._values
        self._details, self._values = details, {}
        if self._bridge.more_sensors:
            self._take_more(self._bridge.more_sensors(details))
        for sensor in (*self._bridge.sensors, *self._more):
            value = sensor.value_fn(details)
            # A word that no translation knows would raise in Home Assistant.
            if sensor.device_class is SensorDeviceClass.ENUM and value not in (
                sensor.options or ()
            ):
                value = None
            if value is not None:
                self._values[entity_key(sensor.meter, sensor.key)] = value
        for binary in self._bridge.binary_sensors:
            if (is_on := binary.is_on_fn(details)) is not None:
                self._values[entity_key(binary.meter, binary.key)] = is_on
        return self._values

    def _take_more(self, sensors: tuple[BridgeSensor[Any], ...]) -> None:
        """Know the sensors that depend on what this bridge has, and no others."""
        if sensors is self._more:
            return
        before = {entity_key(each.meter, each.key): each for each in self._more}
        now = {entity_key(each.meter, each.key): each for each in sensors}
        for key in before.keys() - now.keys():
            del self.sources[key]
        for sensor in sensors:
            self._add(Platform.SENSOR, sensor, sensor.meter)
        self.altered |= {key for key in before if now.get(key) != before[key]}
        self._more = sensors
