"""The entities of each variant of the device."""

from collections.abc import Callable, Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.bridges.octopus_home_pro.conftest import ENERGY, GAS_ENERGY, POWER, VOLUME
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.watching import state

type Home = OctopusHomeProSimulator


def both_meters(simulator: Home) -> None:
    """Export, beside a gas meter that counts m³."""
    simulator.house.export(785)


def electricity_only(simulator: Home) -> None:
    """Remove the gas meter."""
    simulator.has_gas = False


def gas_in_kwh(simulator: Home) -> None:
    """Use a gas meter that counts kWh."""
    simulator.gas.unit = 0


def gas_only(simulator: Home) -> None:
    """Put the electricity meter out of reach."""
    simulator.has_electricity = False


def divisor_10000(simulator: Home) -> None:
    """Use an electricity meter that counts tenths of Wh."""
    simulator.electricity.divisor = 10_000


def bare(simulator: Home) -> None:
    """Use meters that send only required values, in the other spelling."""
    for meter in (simulator.electricity, simulator.gas):
        meter.mstatus = meter.supply = meter.ambient = meter.rssi = None
        meter.spelling = ("multiplier",)
    simulator.status = None


VARIANTS: Mapping[str, Callable[[Home], None]] = {
    change.__name__: change
    for change in (
        both_meters,
        electricity_only,
        gas_in_kwh,
        gas_only,
        divisor_10000,
        bare,
    )
}


@pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
def variant(request: pytest.FixtureRequest, simulator: Home) -> Home:
    """Return each variant of the device in turn."""
    request.param(simulator)
    simulator.tick()
    return simulator


@pytest.mark.usefixtures("all_enabled")
async def test_entities(
    hass: HomeAssistant,
    variant: Home,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A variant has entities only for what it sends."""
    await set_up(variant)
    states = sorted(hass.states.async_all(), key=lambda state: state.entity_id)
    assert {state.entity_id: state.state for state in states} == snapshot
    assert not complaints(caplog)


@pytest.mark.usefixtures("all_enabled")
async def test_states(
    hass: HomeAssistant, simulator: Home, set_up: SetUp, snapshot: SnapshotAssertion
) -> None:
    """The full snapshot has the variant with all entities.

    Other variants have the same entities, but fewer.
    """
    both_meters(simulator)
    simulator.tick()
    await set_up(simulator)
    assert sorted(hass.states.async_all(), key=lambda it: it.entity_id) == snapshot


@pytest.mark.usefixtures("all_enabled")
async def test_registry(
    hass: HomeAssistant, simulator: Home, set_up: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Unique ids contain the electricity meter's address and the kind of meter."""
    entry = await set_up(simulator)
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    prefix = f"octopus_home_pro_{simulator.electricity.eui}_"
    assert {
        entity.unique_id.removeprefix(prefix): (
            entity.entity_id,
            entity.translation_key,
            entity.entity_category and str(entity.entity_category),
        )
        for entity in sorted(entities, key=lambda entity: entity.entity_id)
    } == snapshot


async def test_off_by_default(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """Signal strength, last update and status bits without sense are off at first."""
    entry = await set_up(simulator)
    registry = er.async_get(hass)
    assert sorted(
        entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.disabled
    ) == [
        "binary_sensor.electricity_meter_leak",
        "binary_sensor.electricity_meter_reserved_status_bit",
        "binary_sensor.gas_meter_reserved_status_bit",
        "sensor.electricity_meter_last_update",
        "sensor.electricity_meter_zigbee_signal",
        "sensor.gas_meter_last_update",
        "sensor.gas_meter_zigbee_signal",
    ]


async def test_devices(hass: HomeAssistant, simulator: Home, set_up: SetUp) -> None:
    """Each meter is a device of its own, connected via the Home Pro."""
    entry = await set_up(simulator)
    registry = dr.async_get(hass)
    devices = {
        device.name: device
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert devices.keys() == {"Bridge", "Electricity meter", "Gas meter"}
    bridge = devices["Bridge"]
    assert (bridge.manufacturer, bridge.model) == ("Octopus Energy", "Home Pro")
    assert bridge.configuration_url is None
    for name, meter in (
        ("Electricity meter", simulator.electricity),
        ("Gas meter", simulator.gas),
    ):
        assert devices[name].via_device_id == bridge.id
        assert devices[name].serial_number == meter.serial
        assert devices[name].manufacturer == "Octopus Energy"
        assert devices[name].model == "Octopus Home Pro"


async def test_gas_classes(hass: HomeAssistant, simulator: Home, set_up: SetUp) -> None:
    """Gas in m³ and in kWh can both be added to the Energy dashboard."""
    await set_up(simulator)
    for entity_id, device_class, unit in (
        (VOLUME, "gas", "m³"),
        (GAS_ENERGY, "energy", "kWh"),
        (ENERGY, "energy", "kWh"),
    ):
        found = hass.states.get(entity_id)
        assert found
        assert found.attributes["device_class"] == device_class
        assert found.attributes["unit_of_measurement"] == unit
        assert found.attributes["state_class"] == "total_increasing"


async def test_divisor_10000(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """Energy has tenths of Wh, and power is not ten times too high."""
    simulator.electricity.divisor = 10_000
    simulator.force("1.8.0", simulator.house.import_energy + 1)
    simulator.electricity.consumption = 117_430_283
    simulator.tick()
    await set_up(simulator)
    assert state(hass, ENERGY) == "11743.0283"
    assert state(hass, POWER) == "321"


@pytest.mark.parametrize("bits", [None, 24, 32])
async def test_export(
    hass: HomeAssistant, simulator: Home, set_up: SetUp, bits: int | None
) -> None:
    """-785 W are -785 W, whether sent with a sign or in 24 or 32 bits."""
    setattr(simulator.electricity, "demand_bits", bits)  # noqa: B010
    simulator.house.export(785)
    simulator.tick()
    await set_up(simulator)
    assert state(hass, POWER) == "-785"


@pytest.mark.parametrize("bcd", ["converted", "verbatim"])
async def test_decimal_digits(
    hass: HomeAssistant, simulator: Home, set_up: SetUp, bcd: str
) -> None:
    """A meter that counts in BCD has the same values as others."""
    for meter in (simulator.electricity, simulator.gas):
        setattr(meter, "bcd", bcd)  # noqa: B010
    simulator.tick()
    await set_up(simulator)
    assert state(hass, ENERGY) == "11743.027"
    assert state(hass, POWER) == "321"
    assert state(hass, VOLUME) == "4711.018"


@pytest.mark.parametrize("included", [False, True])
@pytest.mark.parametrize("multiplier", [0, 1, 10])
async def test_multiplier(
    hass: HomeAssistant,
    simulator: Home,
    set_up: SetUp,
    multiplier: int,
    included: object,
) -> None:
    """A multiplier is applied only once, by the device or by us."""
    simulator.electricity.multiplier = multiplier
    simulator.electricity.multiplier_included = bool(included)
    simulator.house.draw(320)
    simulator.tick()
    await set_up(simulator)
    shown = "11743.02" if multiplier == 10 else "11743.027"
    assert state(hass, ENERGY) == shown
    assert state(hass, POWER) == "320"
