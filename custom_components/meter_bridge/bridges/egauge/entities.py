"""The entities that only an eGauge has, beside its registers."""

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.update import UpdateDeviceClass
from homeassistant.const import EntityCategory, UnitOfTime

from ..contract import BridgeButton, BridgeSensor, BridgeUpdate
from ..descriptions import choice_sensor, restart_sensor
from .client import EgaugeClient
from .models import Details

_RELEASE_NOTES = "https://kb.egauge.net/search?term=firmware+release+notes"

SENSORS: tuple[BridgeSensor[Details], ...] = (
    restart_sensor(lambda details: details.system.last_restart),
    choice_sensor(
        "boot_reason",
        [
            "general_reset",
            "wakeup",
            "watchdog_reset",
            "software_reset",
            "user_reset",
            "unknown_reset",
        ],
        lambda details: details.system.boot_reason,
    ),
    BridgeSensor(
        key="alerts",
        translation_key="alerts",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.system.alerts,
    ),
    BridgeSensor(
        key="time_offset",
        translation_key="time_offset",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda details: details.system.time_offset,
    ),
)


async def _reboot(client: EgaugeClient) -> None:
    """Restart the device; it is away for 20 to 60 s."""
    await client.command("reboot")


async def _clear_excess(client: EgaugeClient) -> None:
    """Drop the energy that remote registers still have to catch up with."""
    await client.command("clear", "excess")


async def _clear_web_cache(client: EgaugeClient) -> None:
    """Delete the compressed files of the web server."""
    await client.command("clear", "web_cache")


BUTTONS: tuple[BridgeButton[EgaugeClient], ...] = (
    BridgeButton(
        key="reboot",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=_reboot,
    ),
    BridgeButton(
        key="set_clock",
        translation_key="set_clock",
        entity_category=EntityCategory.CONFIG,
        is_lasting=True,
        press_fn=EgaugeClient.set_clock,
        asks_again=True,
    ),
    BridgeButton(
        key="clear_excess",
        translation_key="clear_excess",
        entity_category=EntityCategory.CONFIG,
        is_lasting=True,
        entity_registry_enabled_default=False,
        press_fn=_clear_excess,
    ),
    BridgeButton(
        key="clear_web_cache",
        translation_key="clear_web_cache",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        press_fn=_clear_web_cache,
    ),
)

UPDATES: tuple[BridgeUpdate[EgaugeClient, Details], ...] = (
    BridgeUpdate(
        key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        release_url=_RELEASE_NOTES,
        installed_fn=lambda details: details.system.firmware,
        latest_fn=EgaugeClient.latest_firmware,
        install_fn=EgaugeClient.install_firmware,
    ),
)
