"""The entities that only a HAN reader has: main fuse, network, settings."""

from collections.abc import Callable

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.number import NumberDeviceClass, NumberMode
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfInformation,
)

from ..contract import (
    BridgeBinarySensor,
    BridgeNumber,
    BridgeSensor,
    BridgeSetting,
    BridgeSwitch,
)
from ..descriptions import (
    diagnostic_sensor,
    fuse_overloads,
    fuse_sensors,
    restart_sensor,
)
from .client import CozifyHanClient
from .details import Details

# Connections with larger fuses are metered through transformers, not at this port.
_LARGEST_FUSE = 250
_LARGEST_PRICE, _PRICE_STEP = 1000, 0.001


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


async def _set_fuse(client: CozifyHanClient, value: float) -> None:
    """Tell the reader the rating of the main fuse (A)."""
    await client.configure({"m": {"f": round(value)}})


async def _set_price(client: CozifyHanClient, value: float) -> None:
    """Tell the reader the fixed price."""
    await client.configure({"p": value})


async def _use_spot_price(client: CozifyHanClient, value: bool) -> None:  # noqa: FBT001
    """Let the reader calculate with the spot price, or with the fixed one."""
    await client.configure({"s": value})


SENSORS: tuple[BridgeSensor[Details], ...] = (
    *fuse_sensors(lambda details: details.settings.fuse),
    # The device page shows the firmware anyway.
    diagnostic_sensor(
        "bridge_firmware", lambda details: details.state.firmware, enabled=False
    ),
    # The reader's own word for the state of its firmware, such as REGISTERED.
    diagnostic_sensor(
        "reader_state", lambda details: details.state.state, enabled=False
    ),
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
    *fuse_overloads(),
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

SETTINGS: tuple[BridgeSetting[CozifyHanClient, Details], ...] = (
    BridgeNumber(
        key="main_fuse_setting",
        translation_key="main_fuse_setting",
        device_class=NumberDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        native_min_value=0,
        native_max_value=_LARGEST_FUSE,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.fuse_setting,
        set_fn=_set_fuse,
    ),
    # Without a unit, like the sensor.
    BridgeNumber(
        key="fixed_price_setting",
        translation_key="fixed_price_setting",
        native_min_value=0,
        native_max_value=_LARGEST_PRICE,
        native_step=_PRICE_STEP,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.fixed_price,
        set_fn=_set_price,
    ),
    BridgeSwitch(
        key="use_spot_price",
        translation_key="use_spot_price",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.uses_spot_price,
        set_fn=_use_spot_price,
    ),
)
