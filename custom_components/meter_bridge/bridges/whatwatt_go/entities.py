"""The entities that only a whatwatt Go has: supply, connections, settings, buttons."""

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.number import NumberDeviceClass, NumberMode
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.update import UpdateDeviceClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfTime,
)

from ..contract import (
    BridgeBinarySensor,
    BridgeButton,
    BridgeNumber,
    BridgeSelect,
    BridgeSensor,
    BridgeSetting,
    BridgeSwitch,
    BridgeUpdate,
)
from ..descriptions import (
    choice_sensor,
    diagnostic_sensor,
    restart_sensor,
    signal_sensor,
)
from .client import WhatwattClient
from .settings import INTERFACE, INTERFACES, NUMBERS, SWITCHES
from .system import CLOUDS, METER_OK, SUPPLIES, TARIFFS, Details
from .variables import SIGNED_CURRENTS


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


def _signed_current(phase: int) -> BridgeSensor[Details]:
    """Describe the current of a phase with its sign: negative while it returns."""
    return BridgeSensor(
        key=f"signed_current_l{phase}",
        translation_key="signed_current_phase",
        translation_placeholders={"phase": str(phase)},
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.signed_currents.get(phase),
    )


def _cloud(name: str) -> BridgeBinarySensor[Details]:
    """Describe the connection to one of the services that the device can send to."""
    return BridgeBinarySensor(
        key=f"cloud_{name}",
        translation_key=f"cloud_{name}",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda details: details.clouds.get(name),
    )


def _switch(key: str) -> BridgeSwitch[WhatwattClient, Details]:
    """Describe a setting that is on or off."""

    async def choose(client: WhatwattClient, value: bool) -> None:  # noqa: FBT001
        await client.choose(SWITCHES[key], value)

    return BridgeSwitch(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.switches.get(key),
        set_fn=choose,
    )


def _seconds(key: str, least: int, most: int) -> BridgeNumber[WhatwattClient, Details]:
    """Describe a setting of so many seconds."""

    async def choose(client: WhatwattClient, value: float) -> None:
        await client.choose(NUMBERS[key], round(value))

    return BridgeNumber(
        key=key,
        translation_key=key,
        device_class=NumberDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        native_min_value=least,
        native_max_value=most,
        native_step=1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.numbers.get(key),
        set_fn=choose,
    )


async def _choose_interface(client: WhatwattClient, value: str) -> None:
    """Let the device read its meter through this interface."""
    await client.choose(INTERFACE, value)


SENSORS: tuple[BridgeSensor[Details], ...] = (
    choice_sensor(
        "meter_status",
        [
            METER_OK,
            "not_connected",
            "no_data",
            "no_init",
            "recognition",
            "not_recognized",
            "encryption_key",
            "key_required",
        ],
        lambda details: details.meter_status,
    ),
    choice_sensor(
        "tariff",
        [str(tariff) for tariff in TARIFFS],
        lambda details: str(details.tariff) if details.tariff else None,
        category=None,
    ),
    choice_sensor("license", ["free", "plus", "pro"], lambda details: details.license),
    restart_sensor(lambda details: details.last_restart),
    signal_sensor("wifi_signal", lambda details: details.wifi_rssi),
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
    diagnostic_sensor(
        "conv_factor", lambda details: details.conv_factor, enabled=False
    ),
    *(_signed_current(phase) for phase in SIGNED_CURRENTS),
    *(_voltage(name) for name in SUPPLIES),
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
    *(_cloud(name) for name in CLOUDS),
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
        is_lasting=True,
        press_fn=WhatwattClient.start_wps,
    ),
)

SETTINGS: tuple[BridgeSetting[WhatwattClient, Details], ...] = (
    *(_switch(key) for key in SWITCHES),
    _seconds("send_interval", 1, 3600),
    _seconds("sd_interval", 1, 1440),
    _seconds("meter_time_offset", -(1 << 31), (1 << 31) - 1),
    BridgeSelect(
        key="meter_interface",
        translation_key="meter_interface",
        options=list(INTERFACES),
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        value_fn=lambda details: details.settings.interface,
        set_fn=_choose_interface,
    ),
)

UPDATES: tuple[BridgeUpdate[WhatwattClient, Details], ...] = (
    BridgeUpdate(
        key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        # It is unknown but while an action installs a file: the device does not tell
        # of newer firmware.
        entity_registry_enabled_default=False,
        installed_fn=lambda details: details.firmware,
    ),
)
