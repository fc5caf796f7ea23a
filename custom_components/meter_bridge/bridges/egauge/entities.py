"""The entities that only an eGauge has: registers, diagnostics, buttons, update."""

from dataclasses import dataclass, replace
from functools import lru_cache

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.update import UpdateDeviceClass
from homeassistant.const import (
    DEGREE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfIrradiance,
    UnitOfMass,
    UnitOfPower,
    UnitOfPressure,
    UnitOfRatio,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.helpers.typing import UNDEFINED

from ..contract import BridgeButton, BridgeRole, BridgeSensor, BridgeUpdate
from ..descriptions import choice_sensor, restart_sensor
from ..wire import words
from .client import EgaugeClient
from .models import Details
from .registers import Register
from .roles import Roles, choices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a quantity is shown in Home Assistant; `unit` is that of the wire."""

    device_class: SensorDeviceClass | None = None
    unit: str | None = None
    shown_in: str | None = None
    precision: int | None = None
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    enabled: bool = True


_LOOKS = {
    "power": _Look(
        device_class=SensorDeviceClass.POWER, unit=UnitOfPower.WATT, precision=0
    ),
    "apparent_power": _Look(
        device_class=SensorDeviceClass.APPARENT_POWER,
        unit=UnitOfApparentPower.VOLT_AMPERE,
        precision=0,
    ),
    "reactive_power": _Look(
        device_class=SensorDeviceClass.REACTIVE_POWER,
        unit=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        precision=0,
    ),
    "voltage": _Look(
        device_class=SensorDeviceClass.VOLTAGE,
        unit=UnitOfElectricPotential.VOLT,
        precision=1,
    ),
    "current": _Look(
        device_class=SensorDeviceClass.CURRENT,
        unit=UnitOfElectricCurrent.AMPERE,
        precision=2,
    ),
    "frequency": _Look(
        device_class=SensorDeviceClass.FREQUENCY,
        unit=UnitOfFrequency.HERTZ,
        precision=2,
    ),
    "distortion": _Look(unit=UnitOfRatio.PERCENTAGE, precision=1),
    # Home Assistant has no device class for charge, resistance, mass flow and angles.
    "charge": _Look(unit="Ah", precision=2),
    "resistance": _Look(unit="Ω", precision=0),
    "mass_flow": _Look(unit="g/s", precision=1),
    "angle": _Look(unit=DEGREE, precision=1),
    "temperature": _Look(
        device_class=SensorDeviceClass.TEMPERATURE,
        unit=UnitOfTemperature.CELSIUS,
        precision=1,
    ),
    "temperature_difference": _Look(
        device_class=SensorDeviceClass.TEMPERATURE_DELTA,
        unit=UnitOfTemperature.CELSIUS,
        precision=1,
    ),
    "irradiance": _Look(
        device_class=SensorDeviceClass.IRRADIANCE,
        unit=UnitOfIrradiance.WATTS_PER_SQUARE_METER,
        precision=0,
    ),
    "number": _Look(precision=3),
    "percentage": _Look(unit=UnitOfRatio.PERCENTAGE, precision=1),
    # An amount per second is tiny: the total is more useful.
    "money_rate": _Look(precision=6, enabled=False),
    "discrete": _Look(state_class=None),
    "air_quality": _Look(device_class=SensorDeviceClass.AQI, precision=0),
    "humidity": _Look(
        device_class=SensorDeviceClass.HUMIDITY,
        unit=UnitOfRatio.PERCENTAGE,
        precision=1,
    ),
    "pressure": _Look(
        device_class=SensorDeviceClass.PRESSURE,
        unit=UnitOfPressure.PA,
        shown_in=UnitOfPressure.HPA,
        precision=1,
    ),
    "concentration": _Look(unit=UnitOfRatio.PARTS_PER_MILLION, precision=0),
    "mass": _Look(
        device_class=SensorDeviceClass.WEIGHT, unit=UnitOfMass.GRAMS, precision=0
    ),
    "flow": _Look(
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        unit=UnitOfVolumeFlowRate.CUBIC_METERS_PER_SECOND,
        shown_in=UnitOfVolumeFlowRate.LITERS_PER_MINUTE,
        precision=1,
    ),
    "speed": _Look(
        device_class=SensorDeviceClass.SPEED,
        unit=UnitOfSpeed.METERS_PER_SECOND,
        precision=1,
    ),
    "value": _Look(enabled=False),
    "energy": _Look(
        device_class=SensorDeviceClass.ENERGY,
        unit=UnitOfEnergy.KILO_WATT_HOUR,
        precision=3,
    ),
    "apparent_energy": _Look(unit="kVAh", precision=3, enabled=False),
    "reactive_energy": _Look(
        device_class=SensorDeviceClass.REACTIVE_ENERGY,
        unit=UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
        precision=3,
        enabled=False,
    ),
    # In the owner's currency, which this integration adds.
    "money": _Look(device_class=SensorDeviceClass.MONETARY, precision=2),
    "mass_total": _Look(
        device_class=SensorDeviceClass.WEIGHT, unit=UnitOfMass.KILOGRAMS, precision=3
    ),
    "volume": _Look(
        device_class=SensorDeviceClass.VOLUME,
        unit=UnitOfVolume.CUBIC_METERS,
        precision=3,
    ),
}


@lru_cache(maxsize=16)
def _sensors_of(
    registers: tuple[Register, ...], roles: Roles
) -> tuple[BridgeSensor[Details], ...]:
    """Describe the sensors of all registers."""
    return tuple(
        sensor
        for register in registers
        for sensor in _sensors(register, roles.counted_by(register))
    )


@lru_cache(maxsize=1024)
def _sensors(
    register: Register, counted_by: str | None
) -> tuple[BridgeSensor[Details], ...]:
    """Describe the sensors of a register: its present value and its total.

    `counted_by` is the code of the main meter that counts the same energy.
    """
    value = _value(register, _LOOKS[register.kind.name])
    total, key = register.kind.total, register.total_key
    if total is None or key is None:
        return (value,)
    described = _total(register, key, total.name, _LOOKS[total.name])
    return (value, replace(described, counted_by=counted_by))


def _value(register: Register, look: _Look) -> BridgeSensor[Details]:
    """Describe the present value of a register, with the owner's name for it.

    Without a device class, the translation key provides the icon.
    """
    return BridgeSensor(
        key=register.value_key,
        name=words(register.name) if look.device_class else UNDEFINED,
        translation_key=None if look.device_class else "register",
        translation_placeholders={"register": words(register.name)},
        device_class=look.device_class,
        state_class=look.state_class,
        native_unit_of_measurement=look.unit,
        suggested_unit_of_measurement=look.shown_in,
        suggested_display_precision=look.precision,
        entity_registry_enabled_default=look.enabled,
    )


def _total(
    register: Register, key: str, name: str, look: _Look
) -> BridgeSensor[Details]:
    """Describe the total of a register; its state class says whether it may fall."""
    return BridgeSensor(
        key=key,
        translation_key=f"register_{name}",
        translation_placeholders={"register": words(register.name)},
        device_class=look.device_class,
        state_class=SensorStateClass.TOTAL
        if register.may_fall
        else SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=look.unit,
        suggested_display_precision=look.precision,
        entity_registry_enabled_default=look.enabled,
    )


def register_sensors(details: Details) -> tuple[BridgeSensor[Details], ...]:
    """Return the sensors of the registers that the device has now."""
    return _sensors_of(details.registers, details.roles)


def register_roles(details: Details) -> tuple[BridgeRole, ...]:
    """Return the roles that registers may have, and which have them now."""
    return tuple(
        BridgeRole(key=role, choices=names, chosen=chosen)
        for role, names, chosen in choices(details.registers, details.roles)
    )


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
        press_fn=EgaugeClient.set_clock,
    ),
    BridgeButton(
        key="clear_excess",
        translation_key="clear_excess",
        entity_category=EntityCategory.CONFIG,
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
        installed_fn=lambda details: details.system.firmware,
        latest_fn=EgaugeClient.latest_firmware,
        install_fn=EgaugeClient.install_firmware,
    ),
)
