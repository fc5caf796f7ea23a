"""What only an IOmeter has: its core, the core's power, PIN and radio."""

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfRatio,
)

from ..contract import BridgeBinarySensor, BridgeSensor
from .models import Status

SENSORS: tuple[BridgeSensor[Status], ...] = (
    BridgeSensor(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.battery,
    ),
    BridgeSensor(
        key="power_supply",
        translation_key="power_supply",
        device_class=SensorDeviceClass.ENUM,
        options=["battery", "wired"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.power_supply,
    ),
    BridgeSensor(
        key="pin",
        translation_key="pin",
        device_class=SensorDeviceClass.ENUM,
        options=["entered", "pending", "missing"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.pin,
    ),
    BridgeSensor(
        key="wifi_signal",
        translation_key="wifi_signal",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.bridge_rssi,
    ),
    BridgeSensor(
        key="core_signal",
        translation_key="core_signal",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.core_rssi,
    ),
    BridgeSensor(
        key="bridge_firmware",
        translation_key="bridge_firmware",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.bridge_version,
    ),
    BridgeSensor(
        key="core_firmware",
        translation_key="core_firmware",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.core_version,
    ),
    BridgeSensor(
        key="meter_number",
        translation_key="meter_number",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.meter_number,
    ),
)

BINARY_SENSORS: tuple[BridgeBinarySensor[Status], ...] = (
    BridgeBinarySensor(
        key="core_connected",
        translation_key="core_connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda status: status.core_connected,
    ),
    BridgeBinarySensor(
        key="core_attached",
        translation_key="core_attached",
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda status: status.core_attached,
    ),
)
