"""The entities that only a HAN reader has: main fuse, network, settings."""

from collections.abc import Callable

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfInformation,
)

from ..contract import BridgeBinarySensor, BridgeSensor
from ..descriptions import diagnostic_sensor, restart_sensor
from .details import Details
from .fuse import MARGIN, MARGIN_OF, OVERLOAD_OF

_PHASES = (1, 2, 3)


def _margin(key: str, *, phase: int | None = None) -> BridgeSensor[Details]:
    """Describe the current that can be added before the fuse's rating is reached."""
    return BridgeSensor(
        key=key if phase is None else f"{key}_{phase}",
        translation_key=key,
        translation_placeholders=None if phase is None else {"phase": str(phase)},
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=2,
        entity_registry_enabled_default=phase is None,
    )


def _mode(
    name: str, value_fn: Callable[[Details], str | None]
) -> BridgeSensor[Details]:
    """Describe how a network interface gets its address."""
    return BridgeSensor(
        key=f"{name}_mode",
        translation_key=f"{name}_mode",
        device_class=SensorDeviceClass.ENUM,
        options=["dhcp", "static"],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=value_fn,
    )


def _link(
    key: str, is_on_fn: Callable[[Details], bool | None], *, enabled: bool = False
) -> BridgeBinarySensor[Details]:
    """Describe whether something is connected."""
    return BridgeBinarySensor(
        key=key,
        translation_key=key,
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        is_on_fn=is_on_fn,
    )


SENSORS: tuple[BridgeSensor[Details], ...] = (
    _margin(MARGIN),
    *(_margin(MARGIN_OF, phase=phase) for phase in _PHASES),
    BridgeSensor(
        key="main_fuse",
        translation_key="main_fuse",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.settings.fuse,
    ),
    diagnostic_sensor("bridge_firmware", lambda details: details.state.firmware),
    diagnostic_sensor("reader_state", lambda details: details.state.state),
    restart_sensor(lambda details: details.health.last_restart),
    diagnostic_sensor(
        "release_channel", lambda details: details.state.channel, enabled=False
    ),
    diagnostic_sensor(
        "reboot_reason", lambda details: details.state.reboot_reason, enabled=False
    ),
    diagnostic_sensor(
        "reset_reason", lambda details: details.health.reset_reason, enabled=False
    ),
    BridgeSensor(
        key="free_heap",
        translation_key="free_heap",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.KIBIBYTES,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.health.free_heap,
    ),
    # Without a unit: one firmware sends EUR, the next cents.
    diagnostic_sensor(
        "fixed_price", lambda details: details.settings.fixed_price, enabled=False
    ),
    _mode("ethernet", lambda details: details.settings.ethernet.mode),
    _mode("wifi", lambda details: details.settings.wifi.mode),
    diagnostic_sensor(
        "meter_manufacturer", lambda details: details.meter_manufacturer, enabled=False
    ),
    diagnostic_sensor("meter_type", lambda details: details.meter_type, enabled=False),
)

BINARY_SENSORS: tuple[BridgeBinarySensor[Details], ...] = (
    *(
        BridgeBinarySensor(
            key=f"{OVERLOAD_OF}_{phase}",
            translation_key=OVERLOAD_OF,
            translation_placeholders={"phase": str(phase)},
            device_class=BinarySensorDeviceClass.PROBLEM,
        )
        for phase in _PHASES
    ),
    _link("cloud_connection", lambda details: details.state.online, enabled=True),
    _link("ethernet", lambda details: details.ethernet),
    _link("wifi", lambda details: details.wifi),
    BridgeBinarySensor(
        key="reboot_pending",
        translation_key="reboot_pending",
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda details: details.state.reboot_pending,
    ),
    BridgeBinarySensor(
        key="spot_price",
        translation_key="spot_price",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda details: details.settings.uses_spot_price,
    ),
)
