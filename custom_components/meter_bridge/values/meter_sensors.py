"""The sensors of the registers in the vocabulary (OBIS codes)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfVolume,
)

from ..bridges.obis import (
    EXPORT_ENERGY,
    IMPORT_ENERGY,
    REGISTERS,
    VOLUME,
    Direction,
    Quantity,
    Register,
)
from ..bridges.snapshot import Medium


@dataclass(frozen=True, kw_only=True)
class MeterSensorDescription(SensorEntityDescription):
    """A register of the meter; `places` moves the decimal point into the unit shown.

    `counted_by` is the register that counts the same energy or gas as well.
    """

    places: int = 0
    counted_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a quantity is shown in Home Assistant; `name` begins its translation key."""

    name: str
    device_class: SensorDeviceClass | None
    unit: str | None
    precision: int
    places: int = 0
    enabled: bool = True


_KINDS = {
    Quantity.ACTIVE_POWER: _Kind(
        name="power",
        device_class=SensorDeviceClass.POWER,
        unit=UnitOfPower.WATT,
        precision=0,
    ),
    Quantity.REACTIVE_POWER: _Kind(
        name="reactive_power",
        device_class=SensorDeviceClass.REACTIVE_POWER,
        unit=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        precision=0,
        enabled=False,
    ),
    Quantity.APPARENT_POWER: _Kind(
        name="apparent_power",
        device_class=SensorDeviceClass.APPARENT_POWER,
        unit=UnitOfApparentPower.VOLT_AMPERE,
        precision=0,
        enabled=False,
    ),
    Quantity.ACTIVE_ENERGY: _Kind(
        name="energy",
        device_class=SensorDeviceClass.ENERGY,
        unit=UnitOfEnergy.KILO_WATT_HOUR,
        precision=3,
        places=-3,
    ),
    Quantity.REACTIVE_ENERGY: _Kind(
        name="reactive_energy",
        device_class=SensorDeviceClass.REACTIVE_ENERGY,
        unit=UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
        precision=3,
        places=-3,
        enabled=False,
    ),
    Quantity.APPARENT_ENERGY: _Kind(
        name="apparent_energy",
        # Home Assistant has no device class for apparent energy.
        device_class=None,
        unit="kVAh",
        precision=3,
        places=-3,
        enabled=False,
    ),
    Quantity.ACTIVE_DEMAND: _Kind(
        name="maximum_demand",
        device_class=SensorDeviceClass.POWER,
        unit=UnitOfPower.WATT,
        precision=0,
    ),
    Quantity.REACTIVE_DEMAND: _Kind(
        name="maximum_reactive_demand",
        device_class=SensorDeviceClass.REACTIVE_POWER,
        unit=UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        precision=0,
        enabled=False,
    ),
    Quantity.APPARENT_DEMAND: _Kind(
        name="maximum_apparent_demand",
        device_class=SensorDeviceClass.APPARENT_POWER,
        unit=UnitOfApparentPower.VOLT_AMPERE,
        precision=0,
        enabled=False,
    ),
    Quantity.VOLTAGE: _Kind(
        name="voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        unit=UnitOfElectricPotential.VOLT,
        precision=1,
    ),
    Quantity.CURRENT: _Kind(
        name="current",
        device_class=SensorDeviceClass.CURRENT,
        unit=UnitOfElectricCurrent.AMPERE,
        precision=2,
    ),
    Quantity.POWER_FACTOR: _Kind(
        name="power_factor",
        device_class=SensorDeviceClass.POWER_FACTOR,
        unit=None,
        precision=2,
    ),
    Quantity.FREQUENCY: _Kind(
        name="frequency",
        device_class=SensorDeviceClass.FREQUENCY,
        unit=UnitOfFrequency.HERTZ,
        precision=2,
    ),
    Quantity.VOLUME: _Kind(
        name="volume",
        device_class=SensorDeviceClass.VOLUME,
        unit=UnitOfVolume.CUBIC_METERS,
        precision=3,
    ),
}


# The part of an energy that a tariff, a phase or a net sum counts is in these as well.
_TOTALS: Mapping[Direction | None, str] = {
    Direction.IMPORT: IMPORT_ENERGY,
    Direction.EXPORT: EXPORT_ENERGY,
    Direction.NET: IMPORT_ENERGY,
}


_VOLUMES = {
    Medium.GAS: SensorDeviceClass.GAS,
    Medium.WATER: SensorDeviceClass.WATER,
}
_ENERGY_UNITS = frozenset(UnitOfEnergy)


def _counted_energy(code: str, medium: Medium, unit: str) -> MeterSensorDescription:
    """Describe a meter on the meter bus that counts energy rather than a volume."""
    return MeterSensorDescription(
        key=code,
        translation_key=f"{medium}_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=unit,
        suggested_display_precision=3,
    )


@cache
def meter_sensor(
    code: str, medium: Medium, unit: str | None = None
) -> MeterSensorDescription:
    """Describe the sensor of an OBIS code; `unit` is the one that its owner names."""
    if unit in _ENERGY_UNITS:
        return _counted_energy(code, medium, unit)
    register = REGISTERS[code]
    kind = _KINDS[register.quantity]
    is_volume = register.quantity is Quantity.VOLUME
    is_gas_energy = code == IMPORT_ENERGY and medium is Medium.GAS
    return MeterSensorDescription(
        key=code,
        translation_key="gas_energy"
        if is_gas_energy
        else _translation_key(register, kind.name),
        translation_placeholders=_placeholders(register),
        device_class=_VOLUMES.get(medium, kind.device_class)
        if is_volume
        else kind.device_class,
        state_class=_state_class(register),
        native_unit_of_measurement=kind.unit,
        suggested_display_precision=kind.precision,
        entity_registry_enabled_default=kind.enabled and not _is_half(register),
        places=kind.places,
        counted_by=_counted_by(code, medium),
    )


def _counted_by(code: str, medium: Medium) -> str | None:
    """Return the register that counts the same energy or gas as well, if any does."""
    if medium is Medium.GAS:
        return {IMPORT_ENERGY: VOLUME, VOLUME: IMPORT_ENERGY}.get(code)
    register = REGISTERS[code]
    if register.quantity is not Quantity.ACTIVE_ENERGY:
        return None
    total = _TOTALS.get(register.direction)
    return None if total == code else total


def _state_class(register: Register) -> SensorStateClass:
    """Return the state class: a counter, a sum that may fall, or a present value."""
    if register.is_counter:
        return SensorStateClass.TOTAL_INCREASING
    return SensorStateClass.TOTAL if register.is_sum else SensorStateClass.MEASUREMENT


def _is_half(register: Register) -> bool:
    """Tell whether this is one direction of a phase, which few need beside the net."""
    return register.phase is not None and register.direction in (
        Direction.IMPORT,
        Direction.EXPORT,
    )


def _translation_key(register: Register, name: str) -> str:
    """Return the quantity, then those of direction, phase and tariff that it has."""
    direction = register.direction
    words = [name]
    if direction and direction.startswith("quadrant"):
        words.append("quadrant")
    elif direction and direction is not Direction.NET:
        words.append(direction)
    if register.phase:
        words.append("phase")
    if register.tariff:
        words.append("tariff")
    return "_".join(words)


def _placeholders(register: Register) -> dict[str, str]:
    """Return the placeholders of the translated name."""
    filled = {}
    if register.phase:
        filled["phase"] = str(register.phase)
    if register.tariff:
        filled["tariff"] = str(register.tariff)
    if register.direction and register.direction.startswith("quadrant"):
        filled["quadrant"] = register.direction[-1]
    return filled
