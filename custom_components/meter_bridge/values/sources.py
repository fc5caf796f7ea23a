"""Which entities a bridge has, and the values of those that are its own."""

from collections.abc import Iterable, Mapping
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

from ..bridges.contract import BridgeSelect, BridgeSensor, BridgeType
from ..bridges.obis import NET_POWER, REGISTERS, Quantity
from ..bridges.snapshot import MAIN_METER, Meter
from .balance import FUSE_OVERLOADS, FUSE_SENSORS, PHASE_IMBALANCE
from .demand_sensors import DEMAND, DEMAND_AHEAD, DEMAND_SENSORS
from .meter_sensors import MeterSensorDescription, meter_sensor
from .pace import Measure
from .price import IMPORT_PRICE

type Value = StateType | datetime

_MEASURES: Mapping[SensorDeviceClass | str | None, Measure] = {
    SensorDeviceClass.POWER: Measure.POWER,
    SensorDeviceClass.REACTIVE_POWER: Measure.OTHER_POWER,
    SensorDeviceClass.APPARENT_POWER: Measure.OTHER_POWER,
    SensorDeviceClass.CURRENT: Measure.CURRENT,
    SensorDeviceClass.VOLTAGE: Measure.VOLTAGE,
    SensorDeviceClass.FREQUENCY: Measure.FREQUENCY,
    SensorDeviceClass.POWER_FACTOR: Measure.POWER_FACTOR,
    SensorDeviceClass.ENUM: Measure.WORD,
}
_DEMANDS = {
    Quantity.ACTIVE_DEMAND,
    Quantity.REACTIVE_DEMAND,
    Quantity.APPARENT_DEMAND,
}

# What follows from a meter's values.
_WORKED_OUT = {
    PHASE_IMBALANCE.key: Measure.CURRENT,
    DEMAND.key: Measure.DEMAND,
    DEMAND_AHEAD.key: Measure.DEMAND_AHEAD,
}

METER_CONNECTION = BinarySensorEntityDescription(
    key="meter_connection",
    translation_key="meter_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
BRIDGE_CONNECTION = BinarySensorEntityDescription(
    key="bridge_connection",
    translation_key="bridge_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


@dataclass(slots=True, kw_only=True)
class Source:
    """One entity: its platform, its description, and the key of its meter.

    `has_entity`: the platforms have been told to create it. `is_gone`: the bridge no
    longer has it, and the entity has yet to remove itself.
    """

    platform: Platform
    description: EntityDescription
    meter: str
    measure: Measure
    has_entity: bool = False
    is_gone: bool = False


def entity_key(meter: str, key: str) -> str:
    """Return the key of an entity, unique among those of its bridge."""
    return key if meter == MAIN_METER else f"{meter}_{key}"


def _measure(description: EntityDescription) -> Measure:
    """Return what the value of an entity measures, as far as its pace goes."""
    if description.key == NET_POWER:
        return Measure.NET_POWER
    if not isinstance(description, (BridgeSensor, MeterSensorDescription)):
        # Alarms and connections must be immediate, and change rarely.
        return _WORKED_OUT.get(description.key, Measure.WORD)
    if (
        description.device_class is None
        and description.state_class is None
        and description.native_unit_of_measurement is None
    ):
        return Measure.WORD
    register = REGISTERS.get(description.key)
    if register and register.quantity in _DEMANDS:
        return Measure.OTHER
    return _MEASURES.get(description.device_class, Measure.OTHER)


class Sources:
    """The entities of one bridge by key; more are added as the bridge reports them."""

    def __init__(self, bridge: BridgeType[Any, Any]) -> None:
        """Start with the entities that every bridge of this kind has."""
        self.by_key: dict[str, Source] = {}
        self._bridge = bridge
        self._details: object = None
        self._values: dict[str, Value] = {}
        self._more: tuple[BridgeSensor[Any], ...] = ()
        self._more_by_details: tuple[BridgeSensor[Any], ...] = ()
        self._add_fixed()

    def _add_fixed(self) -> None:
        """Add the entities that every bridge of this kind has."""
        for sensor in self._bridge.sensors:
            self._add(Platform.SENSOR, sensor, sensor.meter)
        for binary in self._bridge.binary_sensors:
            self._add(Platform.BINARY_SENSOR, binary, binary.meter)
        for setting in self._bridge.settings:
            self._add(setting.platform, setting, MAIN_METER)

    def add_meter(self, meter: Meter, codes: Iterable[str]) -> None:
        """Add the entities of a meter: its connection, and codes of the vocabulary."""
        self._add(Platform.BINARY_SENSOR, METER_CONNECTION, meter.key)
        for code in codes:
            if code in REGISTERS:
                self._add(
                    Platform.SENSOR,
                    meter_sensor(code, meter.medium, meter.unit),
                    meter.key,
                )

    def add_demand(self, meter: str) -> None:
        """Add the demand sensors of a meter."""
        for sensor in DEMAND_SENSORS:
            self._add(Platform.SENSOR, sensor, meter)

    def add_price(self) -> None:
        """Add the price of the tariff that is active."""
        self._add(Platform.SENSOR, IMPORT_PRICE, MAIN_METER)

    def add_balance(self, meter: str) -> None:
        """Add how the phases of a meter are loaded, and its fuse if that is known."""
        self._add(Platform.SENSOR, PHASE_IMBALANCE, meter)
        if self._bridge.asks_fuse:
            for sensor in FUSE_SENSORS:
                self._add(Platform.SENSOR, sensor, meter)
            for overload in FUSE_OVERLOADS:
                self._add(Platform.BINARY_SENSOR, overload, meter)

    def _add(
        self, platform: Platform, description: EntityDescription, meter: str
    ) -> None:
        """Add one entity, or replace its description."""
        key = entity_key(meter, description.key)
        if source := self.by_key.get(key):
            source.description, source.is_gone = description, False
            source.measure = _measure(description)
            return
        self.by_key[key] = Source(
            platform=platform,
            description=description,
            meter=meter,
            measure=_measure(description),
        )

    def read_details(self, details: object) -> tuple[Mapping[str, Value], set[str]]:
        """Return the bridge's own values by key, and keys whose description changed.

        Entities without a value are left out. The values are read again only when the
        details have changed.
        """
        if details == self._details:
            return self._values, set()
        self._details, self._values = details, {}
        altered = set()
        if self._bridge.more_sensors:
            altered = self._take_more(self._bridge.more_sensors(details))
        for sensor in (*self._bridge.sensors, *self._more_by_details):
            if sensor.value_fn is None:
                continue
            value = sensor.value_fn(details)
            # Home Assistant raises an error for a value that is not among the options.
            if sensor.device_class is SensorDeviceClass.ENUM and value not in (
                sensor.options or ()
            ):
                value = None
            if value is not None:
                self._values[entity_key(sensor.meter, sensor.key)] = value
        for binary in self._bridge.binary_sensors:
            if binary.is_on_fn and (is_on := binary.is_on_fn(details)) is not None:
                self._values[entity_key(binary.meter, binary.key)] = is_on
        self._read_settings(details)
        return self._values, altered

    def _read_settings(self, details: object) -> None:
        """Read the present settings; a text that is no option counts as no value."""
        for setting in self._bridge.settings:
            value: Value = setting.value_fn(details)
            options = setting.options if isinstance(setting, BridgeSelect) else None
            if value is not None and (options is None or value in options):
                self._values[setting.key] = value

    def _take_more(self, sensors: tuple[BridgeSensor[Any], ...]) -> set[str]:
        """Replace the sensors beside the fixed ones; return which entities changed."""
        if sensors is self._more:
            return set()
        before = {entity_key(each.meter, each.key): each for each in self._more}
        now = {entity_key(each.meter, each.key): each for each in sensors}
        for key in before.keys() - now.keys():
            self.by_key[key].is_gone = True
            if not self.by_key[key].has_entity:
                del self.by_key[key]
        for sensor in sensors:
            self._add(Platform.SENSOR, sensor, sensor.meter)
        self._more = sensors
        self._more_by_details = tuple(each for each in sensors if each.value_fn)
        return {
            key
            for key in before
            if now.get(key) != before[key]
            and (source := self.by_key.get(key))
            and source.has_entity
        }

    def forget_entity(self, key: str) -> None:
        """Forget an entity that was removed; its next value creates it anew."""
        if source := self.by_key.get(key):
            source.has_entity = False
            if source.is_gone:
                del self.by_key[key]

    def forget_meter(self, meter: str) -> None:
        """Forget the entities of a meter, except those that every bridge has."""
        self.by_key = {
            key: source for key, source in self.by_key.items() if source.meter != meter
        }
        self._add_fixed()
