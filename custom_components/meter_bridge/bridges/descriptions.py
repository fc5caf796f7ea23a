"""Entity descriptions that several kinds of bridges share."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfElectricCurrent,
)
from homeassistant.helpers.typing import StateType

from .contract import BridgeBinarySensor, BridgeSensor
from .fuse import MARGIN, MARGIN_OF, OVERLOAD_OF
from .snapshot import MAIN_METER

_PHASES = (1, 2, 3)


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


def fuse_sensors[D](
    rating_fn: Callable[[D], float | None],
) -> tuple[BridgeSensor[D], ...]:
    """Describe the rating of the main fuse, and what its phases can still carry."""
    rating = BridgeSensor(
        key="main_fuse",
        translation_key="main_fuse",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=rating_fn,
    )
    least: BridgeSensor[D] = _margin(MARGIN)
    phases: list[BridgeSensor[D]] = [
        _margin(MARGIN_OF, phase=phase) for phase in _PHASES
    ]
    return (least, *phases, rating)


def fuse_overloads[D]() -> tuple[BridgeBinarySensor[D], ...]:
    """Describe whether the current of a phase exceeds the rating of its fuse."""
    return tuple(
        BridgeBinarySensor(
            key=f"{OVERLOAD_OF}_{phase}",
            translation_key=OVERLOAD_OF,
            translation_placeholders={"phase": str(phase)},
            device_class=BinarySensorDeviceClass.PROBLEM,
        )
        for phase in _PHASES
    )


def _margin[D](key: str, *, phase: int | None = None) -> BridgeSensor[D]:
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
