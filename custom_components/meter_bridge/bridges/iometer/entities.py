"""The entities that only an IOmeter has: its core with power supply, PIN and radio."""

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfRatio

from ..contract import BridgeBinarySensor, BridgeSensor
from ..descriptions import choice_sensor, diagnostic_sensor, signal_sensor
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
    choice_sensor(
        "power_supply", ["battery", "wired"], lambda status: status.power_supply
    ),
    choice_sensor("pin", ["entered", "pending", "missing"], lambda status: status.pin),
    signal_sensor("wifi_signal", lambda status: status.bridge_rssi),
    signal_sensor("core_signal", lambda status: status.core_rssi),
    # The device page shows the firmware anyway.
    diagnostic_sensor(
        "bridge_firmware", lambda status: status.bridge_version, enabled=False
    ),
    diagnostic_sensor("core_firmware", lambda status: status.core_version),
    diagnostic_sensor("meter_number", lambda status: status.meter_number),
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
