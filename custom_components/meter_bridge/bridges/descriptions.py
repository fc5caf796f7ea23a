"""Entity descriptions that several kinds of bridges share."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import SIGNAL_STRENGTH_DECIBELS_MILLIWATT, EntityCategory
from homeassistant.helpers.typing import StateType

from .contract import BridgeSensor
from .snapshot import MAIN_METER


def diagnostic_sensor[D](
    key: str,
    value_fn: Callable[[D], StateType],
    *,
    enabled: bool = True,
) -> BridgeSensor[D]:
    """Describe text or a bare number; the key is also the translation key."""
    return BridgeSensor(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        value_fn=value_fn,
    )


def choice_sensor[D](
    key: str,
    options: list[str],
    value_fn: Callable[[D], str | None],
    *,
    category: EntityCategory | None = EntityCategory.DIAGNOSTIC,
    meter: str = MAIN_METER,
) -> BridgeSensor[D]:
    """Describe one of several words; any other word counts as unknown."""
    return BridgeSensor(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        options=options,
        entity_category=category,
        meter=meter,
        value_fn=value_fn,
    )


def signal_sensor[D](
    key: str, value_fn: Callable[[D], int | None], *, meter: str = MAIN_METER
) -> BridgeSensor[D]:
    """Describe the strength of a radio signal in dBm; disabled by default."""
    return BridgeSensor(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        meter=meter,
        value_fn=value_fn,
    )


def restart_sensor[D](value_fn: Callable[[D], datetime | None]) -> BridgeSensor[D]:
    """Describe when the bridge started last."""
    return BridgeSensor(
        key="last_restart",
        translation_key="last_restart",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=value_fn,
    )
