"""How the registers of an eGauge are shown: one sensor for each value and total."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    DEGREE,
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
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.helpers.typing import UNDEFINED

from ..contract import BridgeSensor, Feed
from ..snapshot import Medium
from ..words import words
from .directions import CONSUMED, PRODUCED, Counted, totals_of
from .models import Details
from .names import BATTERY, GENERATION
from .registers import POWER, Register
from .roles import Roles


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a quantity is shown in Home Assistant; `unit` is that of the wire."""

    device_class: SensorDeviceClass | None = None
    unit: str | None = None
    shown_in: str | None = None
    precision: int | None = None
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    enabled: bool = True


_ENERGY = _Look(
    device_class=SensorDeviceClass.ENERGY,
    unit=UnitOfEnergy.KILO_WATT_HOUR,
    precision=3,
)
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
    **dict.fromkeys(("energy", "energy_reversed", CONSUMED, PRODUCED), _ENERGY),
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


# What a register of volume flow counts, if its owner has said so.
_VOLUMES = {
    Medium.GAS: (SensorDeviceClass.GAS, Feed.GAS),
    Medium.WATER: (SensorDeviceClass.WATER, Feed.WATER),
}
# What the totals of a site may add to the Energy dashboard, by the word for them.
_FEEDS: Mapping[str, Mapping[str, Feed]] = {
    GENERATION: {"energy": Feed.SOLAR, "power": Feed.SOLAR_POWER},
    BATTERY: {
        CONSUMED: Feed.DISCHARGED,
        PRODUCED: Feed.CHARGED,
        "power": Feed.BATTERY_POWER,
    },
}
# Entity ids have no signs: `Grid+` and `Grid-` would both be `grid`.
_SPOKEN = {"+": " plus", "-": " minus", "|": " absolute", "*": " apparent"}


def register_sensors(details: Details) -> tuple[BridgeSensor[Details], ...]:
    """Return the sensors of the registers that the device has now."""
    return _sensors_of(details.registers, details.roles)


@lru_cache(maxsize=16)
def _sensors_of(
    registers: tuple[Register, ...], roles: Roles
) -> tuple[BridgeSensor[Details], ...]:
    """Describe the sensors of all registers."""
    media = dict(roles.media)
    return tuple(
        sensor
        for register in registers
        for sensor in _sensors(
            register,
            totals_of(register, roles.directions),
            tuple(
                roles.counted_by(register, each.key)
                for each in totals_of(register, roles.directions)
            ),
            media.get(register.key),
            is_double=register.key in roles.doubles,
        )
    )


@lru_cache(maxsize=1024)
def _sensors(
    register: Register,
    totals: tuple[Counted, ...],
    counted_by: tuple[str | None, ...],
    medium: Medium | None,
    *,
    is_double: bool,
) -> tuple[BridgeSensor[Details], ...]:
    """Describe the sensors of a register: its present value and its totals.

    `counted_by` are the codes of the main meter that count the same energy. If it
    `is_double`, the main meter shows the same values: the sensors are disabled by
    default.
    """
    feeds = _FEEDS.get(register.name, {}) if register.is_virtual else {}
    sensors = (
        _value(register, _LOOKS[register.kind.name]),
        *(
            replace(_total(register, total, _LOOKS[total.word]), counted_by=code)
            for total, code in zip(totals, counted_by, strict=True)
        ),
    )
    if register.type == POWER and feeds:
        names = (register.kind.name, *(total.word for total in totals))
        sensors = tuple(
            replace(each, feeds=feeds.get(name))
            for each, name in zip(sensors, names, strict=True)
        )
    if medium:
        device_class, feed = _VOLUMES[medium]
        value, total = sensors
        sensors = (value, replace(total, device_class=device_class, feeds=feed))
    if is_double:
        return tuple(
            replace(each, entity_registry_enabled_default=False) for each in sensors
        )
    return sensors


def _value(register: Register, look: _Look) -> BridgeSensor[Details]:
    """Describe the present value of a register, with the owner's name for it.

    Without a device class, the translation key provides the icon.
    """
    return BridgeSensor(
        key=register.value_key,
        name=words(register.name) if look.device_class else UNDEFINED,
        translation_key=None if look.device_class else "register",
        translation_placeholders={"register": words(register.name)},
        spoken=_spoken(register),
        register=register.number,
        device_class=look.device_class,
        state_class=look.state_class,
        native_unit_of_measurement=look.unit,
        suggested_unit_of_measurement=look.shown_in,
        suggested_display_precision=look.precision,
        entity_registry_enabled_default=look.enabled,
    )


def _total(register: Register, total: Counted, look: _Look) -> BridgeSensor[Details]:
    """Describe a total of a register; its state class says whether it may fall."""
    return BridgeSensor(
        key=total.key,
        translation_key=f"register_{total.word}",
        translation_placeholders={"register": words(register.name)},
        spoken=_spoken(register),
        register=register.number,
        device_class=look.device_class,
        state_class=SensorStateClass.TOTAL
        if total.may_fall
        else SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=look.unit,
        suggested_display_precision=look.precision,
        entity_registry_enabled_default=look.enabled,
    )


def _spoken(register: Register) -> tuple[str, str] | None:
    """Return a name with a sign at its end, and its form in entity ids; else None."""
    name = words(register.name)
    if sign := _SPOKEN.get(name[-1:]):
        return name, f"{name[:-1]}{sign}"
    return None
