"""Test that every register is a sensor that Home Assistant accepts and can name."""

from collections import Counter
import json
from pathlib import Path
from string import Formatter

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
)
import pytest

from custom_components.meter_bridge.bridges.obis import REGISTERS, VOLUME, Quantity
from custom_components.meter_bridge.bridges.snapshot import Medium
from custom_components.meter_bridge.values import meter_sensors
from custom_components.meter_bridge.values.meter_sensors import meter_sensor

TRANSLATIONS = Path(meter_sensors.__file__).parents[1] / "translations" / "en.json"
THOUSANDTH = -3


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Return the English names by their key."""
    sensors = json.loads(TRANSLATIONS.read_text())["entity"]["sensor"]
    return {key: words["name"] for key, words in sensors.items()}


@pytest.mark.parametrize("medium", Medium)
def test_every_register_is_a_sensor_home_assistant_accepts(medium: Medium) -> None:
    """Home Assistant allows the combination of device class, unit and state class."""
    for code, register in REGISTERS.items():
        sensor = meter_sensor(code, medium)
        assert sensor.key == code
        assert isinstance(sensor.state_class, SensorStateClass), code
        if sensor.device_class is None:
            assert register.quantity is Quantity.APPARENT_ENERGY, code
            assert sensor.native_unit_of_measurement == "kVAh", code
        else:
            units = DEVICE_CLASS_UNITS[sensor.device_class]
            assert sensor.native_unit_of_measurement in units, code
            assert (
                sensor.state_class in DEVICE_CLASS_STATE_CLASSES[sensor.device_class]
            ), code


@pytest.mark.parametrize("medium", Medium)
def test_every_sensor_has_a_name(medium: Medium, names: dict[str, str]) -> None:
    """The translation exists and has exactly the given placeholders."""
    for code in REGISTERS:
        sensor = meter_sensor(code, medium)
        wanted = {
            field for _, field, _, _ in Formatter().parse(names[_key(code)]) if field
        }
        assert wanted == set(sensor.translation_placeholders or ()), code


def test_no_two_sensors_share_a_name(names: dict[str, str]) -> None:
    """No two registers have the same name."""
    filled = Counter(
        names[_key(code)].format(
            **(meter_sensor(code, Medium.ELECTRICITY).translation_placeholders or {})
        )
        for code in REGISTERS
    )
    assert [name for name, count in filled.items() if count > 1] == []


def _key(code: str) -> str:
    """Return the translation key of a register."""
    key = meter_sensor(code, Medium.ELECTRICITY).translation_key
    assert key is not None
    return key


@pytest.mark.parametrize(
    ("code", "key", "placeholders"),
    [
        ("16.7.0", "power", {}),
        ("36.7.0", "power_phase", {"phase": "1"}),
        ("1.8.0", "energy_import", {}),
        ("2.8.2", "energy_export_tariff", {"tariff": "2"}),
        ("62.7.0", "power_export_phase", {"phase": "3"}),
        ("7.8.0", "reactive_energy_quadrant", {"quadrant": "3"}),
        ("7.8.1", "reactive_energy_quadrant_tariff", {"quadrant": "3", "tariff": "1"}),
        ("45.7.0", "reactive_power_quadrant_phase", {"quadrant": "1", "phase": "2"}),
        ("32.7.0", "voltage_phase", {"phase": "1"}),
        ("3.0.0", "volume", {}),
    ],
)
def test_a_name_is_put_together(
    code: str, key: str, placeholders: dict[str, str]
) -> None:
    """Quantity and direction are the key; phase, tariff, quadrant are placeholders."""
    sensor = meter_sensor(code, Medium.ELECTRICITY)
    assert sensor.translation_key == key
    assert sensor.translation_placeholders == placeholders


@pytest.mark.parametrize(
    ("code", "state_class"),
    [
        ("1.8.0", SensorStateClass.TOTAL_INCREASING),
        ("2.8.1", SensorStateClass.TOTAL_INCREASING),
        ("3.8.0", SensorStateClass.TOTAL_INCREASING),
        ("9.8.0", SensorStateClass.TOTAL_INCREASING),
        ("3.0.0", SensorStateClass.TOTAL_INCREASING),
        # Net energy falls while the household exports.
        ("16.8.0", SensorStateClass.TOTAL),
        ("36.8.0", SensorStateClass.TOTAL),
        ("16.7.0", SensorStateClass.MEASUREMENT),
        ("1.6.0", SensorStateClass.MEASUREMENT),
        ("32.7.0", SensorStateClass.MEASUREMENT),
    ],
)
def test_only_what_never_falls_is_increasing(
    code: str, state_class: SensorStateClass
) -> None:
    """Only counters are increasing; a sum that may fall is a total."""
    assert meter_sensor(code, Medium.ELECTRICITY).state_class is state_class


def test_gas_is_told_from_other_volumes() -> None:
    """Volume is gas for a gas meter only; other registers are the same for both."""
    assert meter_sensor(VOLUME, Medium.GAS).device_class is SensorDeviceClass.GAS
    assert meter_sensor(VOLUME, Medium.VOLUME).device_class is SensorDeviceClass.VOLUME
    assert (
        meter_sensor("1.8.0", Medium.GAS).device_class
        is meter_sensor("1.8.0", Medium.ELECTRICITY).device_class
    )


def test_energy_is_shown_in_thousands() -> None:
    """The moved decimal places fit the unit shown."""
    for code, register in REGISTERS.items():
        sensor = meter_sensor(code, Medium.ELECTRICITY)
        in_thousands = str(sensor.native_unit_of_measurement).startswith("k")
        assert in_thousands == register.quantity.endswith("_energy"), code
        assert sensor.places == (THOUSANDTH if in_thousands else 0), code


@pytest.mark.parametrize(
    ("code", "enabled"),
    [
        ("16.7.0", True),
        ("1.7.0", True),
        ("36.7.0", True),
        ("21.7.0", False),
        ("42.7.0", False),
        ("1.8.1", True),
        ("31.7.0", True),
        ("32.7.0", True),
        ("14.7.0", True),
        ("3.7.0", False),
        ("5.8.0", False),
        ("9.7.0", False),
        ("3.0.0", True),
    ],
)
def test_what_few_want_is_disabled_at_first(code: str, *, enabled: bool) -> None:
    """Directions of a phase, reactive and apparent values are disabled at first."""
    sensor = meter_sensor(code, Medium.ELECTRICITY)
    assert sensor.entity_registry_enabled_default is enabled


def test_a_description_is_made_once() -> None:
    """The description of a register and medium is created only once."""
    assert meter_sensor("1.8.0", Medium.ELECTRICITY) is meter_sensor(
        "1.8.0", Medium.ELECTRICITY
    )
