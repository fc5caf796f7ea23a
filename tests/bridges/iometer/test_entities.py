"""The entities of each variant of the device."""

from collections.abc import Callable, Mapping

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints

pytestmark = pytest.mark.usefixtures("all_enabled")

type Change = Callable[[IometerSimulator], None]


def wired(simulator: IometerSimulator) -> None:
    """Export on three phases, with both tariffs."""
    simulator.house.export(2500)


def battery(simulator: IometerSimulator) -> None:
    """Use the first firmware: no installation id, no phases, no tariffs."""
    simulator.power_status = "battery"
    simulator.installation_id = None
    simulator.has_phases = simulator.has_tariffs = False


def total_as_phase_1(simulator: IometerSimulator) -> None:
    """Send the total under the code of phase 1, in upper case."""
    simulator.total_as_phase_1 = simulator.upper_case = True
    simulator.has_tariffs = False


def pin_missing(simulator: IometerSimulator) -> None:
    """Remove the PIN of the meter."""
    simulator.pin = "missing"


def detached(simulator: IometerSimulator) -> None:
    """Detach the core from the meter."""
    simulator.attachment = "detached"


def disconnected(simulator: IometerSimulator) -> None:
    """Disconnect the core from the bridge, before any status was sent."""
    simulator.connection = "disconnected"
    simulator.bridge_rssi = None


def no_meter(simulator: IometerSimulator) -> None:
    """Remove the meter, before it was seen."""
    simulator.meter = "null"
    simulator.forget()


def no_reading(simulator: IometerSimulator) -> None:
    """Remove the reading of a known meter."""
    simulator.attachment = "detached"
    simulator.forget()


def no_status(simulator: IometerSimulator) -> None:
    """Remove the status endpoint."""
    simulator.has_status = False


VARIANTS: Mapping[str, Change] = {
    change.__name__: change
    for change in (
        wired,
        battery,
        total_as_phase_1,
        pin_missing,
        detached,
        disconnected,
        no_meter,
        no_reading,
        no_status,
    )
}


@pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
def variant(
    request: pytest.FixtureRequest, simulator: IometerSimulator
) -> IometerSimulator:
    """Return each variant of the device in turn."""
    request.param(simulator)
    simulator.tick()
    return simulator


def sorted_states(hass: HomeAssistant) -> list[State]:
    """Return all states, sorted by entity id."""
    return sorted(hass.states.async_all(), key=lambda state: state.entity_id)


async def test_entities(
    hass: HomeAssistant,
    variant: IometerSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A variant has the entities of what it sends, and no number that it does not."""
    entry = await set_up(variant)
    if variant.total_as_phase_1:
        # A phase stands for the total once two readings have had no other power.
        variant.tick()
        await entry.runtime_data.async_refresh()
        await hass.async_block_till_done()
    assert {state.entity_id: state.state for state in sorted_states(hass)} == snapshot
    assert not complaints(caplog)


async def test_registry(
    hass: HomeAssistant,
    simulator: IometerSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """Unique ids contain the device id; the device shows firmware and address."""
    simulator.power_status = "battery"
    entry = await set_up(simulator)
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert {
        entity.unique_id.removeprefix(f"iometer_{simulator.device_id}_"): (
            entity.entity_id,
            entity.translation_key,
            entity.entity_category and str(entity.entity_category),
        )
        for entity in sorted(entities, key=lambda entity: entity.entity_id)
    } == snapshot(name="entities")
    assert sorted_states(hass) == snapshot(name="states")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.manufacturer == "IOmeter"
    assert device.model == "IOmeter Bridge"
    assert device.serial_number == simulator.device_id
    assert device.sw_version == "build-69"
    assert device.configuration_url is None


async def test_digits(
    hass: HomeAssistant, simulator: IometerSimulator, set_up: SetUp
) -> None:
    """A tenth of a watt-hour is a ten-thousandth of a kilowatt-hour, exactly."""
    simulator.house.imported[1].raw = 0
    simulator.house.imported[2].raw = int(1234.5 * 3_600_000)
    simulator.tick()
    await set_up(simulator)
    for name in ("energy_import", "energy_import_t2"):
        state = hass.states.get(f"sensor.bridge_{name}")
        assert state
        assert state.state == "1.2345"
        assert state.attributes["unit_of_measurement"] == "kWh"
        assert state.attributes["state_class"] == "total_increasing"
