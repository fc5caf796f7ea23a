"""The entities that only a Home Pro has: each meter's status bits and radio."""

from collections.abc import Callable, Mapping

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from ..contract import BridgeBinarySensor, BridgeSensor
from ..descriptions import choice_sensor, signal_sensor
from ..snapshot import Medium
from .models import Details, MeterDetails

_PROBLEM = BinarySensorDeviceClass.PROBLEM
_RESERVED = "reserved"
# The meaning of each bit, from bit 0 on.
_BITS: Mapping[Medium, tuple[str, ...]] = {
    Medium.ELECTRICITY: (
        "check_meter",
        "low_battery",
        "tamper",
        "power_failure",
        "power_quality",
        "leak",
        "service_disconnect",
        _RESERVED,
    ),
    Medium.GAS: (
        "check_meter",
        "low_battery",
        "tamper",
        _RESERVED,
        "low_pressure",
        "leak",
        "service_disconnect",
        "reverse_flow",
    ),
}
# Nothing can leak from an electricity meter.
_NEVER = {
    *((medium, _RESERVED) for medium in _BITS),
    (Medium.ELECTRICITY, "leak"),
}
_CLASSES: Mapping[str, BinarySensorDeviceClass | None] = {
    "low_battery": BinarySensorDeviceClass.BATTERY,
    "tamper": BinarySensorDeviceClass.TAMPER,
    _RESERVED: None,
}
_METERS: Mapping[Medium, Callable[[Details], MeterDetails]] = {
    Medium.ELECTRICITY: lambda details: details.electricity,
    Medium.GAS: lambda details: details.gas,
}


def _sensors(medium: Medium) -> tuple[BridgeSensor[Details], ...]:
    """Describe the sensors of one meter."""
    meter = _METERS[medium]
    return (
        choice_sensor(
            "supply",
            ["off", "armed", "on"],
            lambda details: meter(details).status.supply,
            meter=medium,
        ),
        choice_sensor(
            "ambient_consumption",
            ["low", "medium", "high"],
            lambda details: meter(details).status.ambient,
            category=None,
            meter=medium,
        ),
        signal_sensor(
            "zigbee_signal", lambda details: meter(details).rssi, meter=medium
        ),
        BridgeSensor(
            key="last_update",
            translation_key="last_update",
            device_class=SensorDeviceClass.TIMESTAMP,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            meter=medium,
            value_fn=lambda details: meter(details).last_update,
        ),
    )


def _bit(medium: Medium, number: int, name: str) -> BridgeBinarySensor[Details]:
    """Describe one bit of the status.

    A reserved bit, or one that makes no sense for this meter, is disabled by default.
    """
    meter = _METERS[medium]

    def is_on(details: Details) -> bool | None:
        bits = meter(details).status.bits
        return None if bits is None else bool(bits >> number & 1)

    return BridgeBinarySensor(
        key=f"status_{name}",
        translation_key=f"status_{name}",
        device_class=_CLASSES.get(name, _PROBLEM),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=(medium, name) not in _NEVER,
        meter=medium,
        is_on_fn=is_on,
    )


SENSORS: tuple[BridgeSensor[Details], ...] = tuple(
    sensor for medium in _METERS for sensor in _sensors(medium)
)
BINARY_SENSORS: tuple[BridgeBinarySensor[Details], ...] = tuple(
    _bit(medium, number, name)
    for medium, names in _BITS.items()
    for number, name in enumerate(names)
)
