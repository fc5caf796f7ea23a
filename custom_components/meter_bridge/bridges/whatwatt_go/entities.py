"""What only a whatwatt Go has: its supply, links and licence, and two buttons."""

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfElectricPotential,
    UnitOfTime,
)

from ..contract import BridgeBinarySensor, BridgeButton, BridgeSensor
from .client import WhatwattClient
from .system import METER_OK, TARIFFS, Details


def _voltage(name: str) -> BridgeSensor[Details]:
    """Describe one of the voltages that supply the device."""
    key = f"v_{name}"
    return BridgeSensor(
        key=key,
        translation_key=f"supply_voltage_{name}",
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.voltages.get(key),
    )


def _cloud(name: str) -> BridgeBinarySensor[Details]:
    """Describe the link to one of the services that the device can feed."""
    return BridgeBinarySensor(
        key=f"cloud_{name}",
        translation_key=f"cloud_{name}",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda details: details.clouds.get(name),
    )


SENSORS: tuple[BridgeSensor[Details], ...] = (
    BridgeSensor(
        key="meter_status",
        translation_key="meter_status",
        device_class=SensorDeviceClass.ENUM,
        options=[
            METER_OK,
            "not_connected",
            "no_data",
            "no_init",
            "recognition",
            "not_recognized",
            "encryption_key",
            "key_required",
        ],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.meter_status,
    ),
    BridgeSensor(
        key="tariff",
        translation_key="tariff",
        device_class=SensorDeviceClass.ENUM,
        options=[str(tariff) for tariff in TARIFFS],
        value_fn=lambda details: details.tariff and str(details.tariff),
    ),
    BridgeSensor(
        key="license",
        translation_key="license",
        device_class=SensorDeviceClass.ENUM,
        options=["free", "plus", "pro"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.license,
    ),
    BridgeSensor(
        key="last_restart",
        translation_key="last_restart",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.last_restart,
    ),
    BridgeSensor(
        key="wifi_signal",
        translation_key="wifi_signal",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.wifi_rssi,
    ),
    BridgeSensor(
        key="report_interval",
        translation_key="report_interval",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.report_interval,
    ),
    BridgeSensor(
        key="conv_factor",
        translation_key="conv_factor",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.conv_factor,
    ),
    *(_voltage(name) for name in ("usb", "mbus", "p1", "scap")),
)

BINARY_SENSORS: tuple[BridgeBinarySensor[Details], ...] = (
    BridgeBinarySensor(
        key="meter_problem",
        translation_key="meter_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda details: (
            None if details.meter_status is None else details.meter_status != METER_OK
        ),
    ),
    BridgeBinarySensor(
        key="ethernet",
        translation_key="ethernet",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda details: details.ethernet,
    ),
    BridgeBinarySensor(
        key="sd_card",
        translation_key="sd_card",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda details: details.sd_card,
    ),
    *(
        _cloud(name)
        for name in ("whatwatt", "mystrom", "solar_manager", "mqtc", "stromkonto")
    ),
)

BUTTONS: tuple[BridgeButton[WhatwattClient], ...] = (
    BridgeButton(
        key="reboot",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=WhatwattClient.reboot,
    ),
    BridgeButton(
        key="wps",
        translation_key="wps",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        press_fn=WhatwattClient.start_wps,
    ),
)
