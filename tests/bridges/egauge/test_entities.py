"""What an owner sees in Home Assistant: entities, devices and their states."""

from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from tests.bridges.egauge.database import Register
from tests.bridges.egauge.device import SERIAL
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.watching import entries, poll, shows, state

# The number of this register in the simulated database.
_NUMBER = 7
GRID, ENERGY = "sensor.bridge_grid", "sensor.bridge_grid_energy"


@pytest.fixture
async def entry(
    simulator: EgaugeSimulator, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Set up the device at the time of its house."""
    freezer.move_to(simulator.house.now)
    return await set_up(simulator)


def shown(hass: HomeAssistant, entry: er.RegistryEntry) -> str:
    """Describe an entity in one line: state and unit, name, classes, unique id."""
    found = hass.states.get(entry.entity_id)
    attributes = found.attributes if found else {}
    value = (
        f"{found.state} {attributes.get('unit_of_measurement', '')}" if found else ""
    )
    words = (
        value.strip() or None,
        attributes.get("friendly_name") or entry.original_name,
        attributes.get("device_class"),
        attributes.get("state_class"),
        entry.entity_category,
        entry.unique_id.removeprefix(f"egauge_{SERIAL}_"),
        entry.disabled_by,
    )
    return " | ".join(str(word) if word is not None else "-" for word in words)


async def test_entities(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each register is there under the owner's name; what few want is off."""
    # The newest firmware is asked for in the background.
    await shows(hass, "update.bridge_firmware", "on")
    surface = {each.entity_id: shown(hass, each) for each in entries(hass, entry)}
    assert surface == snapshot
    assert not complaints(caplog)


async def test_the_device_is_described(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Model, serial, firmware and hardware come from the device itself."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert (device.manufacturer, device.model) == ("eGauge", "EG4030")
    assert (device.serial_number, device.sw_version) == (SERIAL, "4.8.2")
    assert device.hw_version == "3EA"


async def test_a_renamed_register_keeps_its_entity(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The database knows it by number: only its name changes, at the next poll."""
    simulator.rename("Grid", "Mains")
    simulator.tick()
    await poll(hass, entry)
    for entity_id, name in (
        (GRID, "Bridge Mains"),
        (ENERGY, "Bridge Mains energy"),
    ):
        found = hass.states.get(entity_id)
        assert found
        assert found.name == name
        assert found.state != STATE_UNAVAILABLE
    registered = er.async_get(hass).async_get(GRID)
    assert registered
    assert registered.original_name == "Mains"
    # It is not the register of the grid any more, by the owner's own word.
    assert state(hass, "sensor.bridge_power") == STATE_UNAVAILABLE


async def test_the_number_of_a_register_is_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What actions ask for can be read off: values and totals show it, virtual none."""
    for entity_id in (GRID, ENERGY):
        found = hass.states.get(entity_id)
        assert found
        assert found.attributes["register"] == _NUMBER
    virtual = hass.states.get("sensor.bridge_use")
    assert virtual
    assert "register" not in virtual.attributes


async def test_a_suffix_makes_a_counter_of_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The energy of a register that can be negative is a total that may fall."""
    found = hass.states.get(ENERGY)
    assert found
    assert found.attributes["state_class"] == "total"
    simulator.house.export(3000)
    simulator.house.advance(7200)
    freezer.tick(7200)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, GRID) == "-3000"
    assert float(state(hass, ENERGY)) == float(found.state) - 6
    simulator.rename("Grid", "Net|")
    await poll(hass, entry)
    found = hass.states.get(ENERGY)
    assert found
    assert found.attributes["state_class"] == "total_increasing"


async def test_a_removed_register_can_be_deleted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its entity is unavailable and provided by nobody; it may come back as it was."""
    simulator.remove("Solar")
    solar = simulator.add
    await poll(hass, entry)
    found = hass.states.get("sensor.bridge_solar")
    assert found
    assert found.state == STATE_UNAVAILABLE
    assert found.attributes["restored"] is True
    await poll(hass, entry)
    solar(Register("Solar", "P", lambda house: sum(house.solar.values()), 13))
    await poll(hass, entry)
    assert state(hass, "sensor.bridge_solar") == "0"
    simulator.remove("Solar")
    await poll(hass, entry)
    er.async_get(hass).async_remove("sensor.bridge_solar")
    await hass.async_block_till_done()
    assert hass.states.get("sensor.bridge_solar") is None
    assert not complaints(caplog)


async def test_a_new_register_appears(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """No reload is needed, and the others are left alone."""
    before = hass.states.get(GRID)
    assert before
    simulator.add(Register("Car", "P", lambda _: 11_000, 40))
    await poll(hass, entry)
    assert state(hass, "sensor.bridge_car") == "11000"
    after = hass.states.get(GRID)
    assert after
    assert after.last_reported == before.last_reported


async def test_a_number_that_is_used_again_is_another_entity(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """A register of another type does not go on in the statistics of the old one."""
    simulator.remove("Solar")
    simulator.add(Register("Attic", "T", lambda _: Decimal("21.5"), 13))
    await poll(hass, entry)
    assert state(hass, "sensor.bridge_attic") == "21.5"
    assert state(hass, "sensor.bridge_solar") == STATE_UNAVAILABLE


async def test_an_erased_database_is_no_consumption(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Totals go on from where they were, also after a restart of Home Assistant."""
    names = (ENERGY, "sensor.bridge_energy_import", "sensor.bridge_energy_export")
    before = [state(hass, each) for each in names]
    simulator.database.zero(None)
    for _ in range(12):
        simulator.tick()
        freezer.tick(60)
        await poll(hass, entry)
        assert [state(hass, each) for each in names] == before
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert [state(hass, each) for each in names] == before
    freezer.tick(3600)
    simulator.house.draw(1000)
    simulator.house.advance(3600)
    simulator.tick()
    await poll(hass, entry)
    assert [float(state(hass, each)) for each in names] == pytest.approx(
        [float(before[0]) + 1, float(before[1]) + 1, float(before[2])]
    )


async def test_another_epoch_changes_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Counters are asked for raw, which the epoch does not move."""
    before = state(hass, ENERGY)
    simulator.database.epoch += 3_600_000
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, ENERGY) == before


async def test_a_restart_fails_no_poll_once_it_is_back(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
) -> None:
    """Its tokens are gone after a reboot; the next login goes by unseen."""
    simulator.reboot()
    assert simulator.rebooting
    await simulator.rebooting
    simulator.house.draw(444)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, GRID) == "444"


async def test_a_silent_database_shows_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Values that have not been measured again for a minute are none."""
    names = (GRID, ENERGY, "sensor.bridge_power", "sensor.bridge_energy_import")
    freezer.tick(59)
    await poll(hass, entry)
    assert STATE_UNAVAILABLE not in [state(hass, each) for each in names]
    freezer.tick(2)
    await poll(hass, entry)
    assert {state(hass, each) for each in names} == {STATE_UNAVAILABLE}
    assert state(hass, "sensor.bridge_last_restart") != STATE_UNAVAILABLE
    simulator.house.advance(1)
    simulator.tick()
    await poll(hass, entry)
    assert STATE_UNAVAILABLE not in [state(hass, each) for each in names]


async def test_totals_of_an_older_version_go_on(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    hass_storage: dict[str, Any],
) -> None:
    """Offsets that version 1 kept beside the meters are taken up: nothing jumps."""
    names = (ENERGY, "sensor.bridge_energy_import", "sensor.bridge_energy_export")
    before = [Decimal(state(hass, each)) for each in names]
    await hass.config_entries.async_unload(entry.entry_id)
    key = f"meter_bridge.{entry.entry_id}"
    counters = hass_storage[key]["data"]["meters"][""]["counters"]
    hass_storage[key] = {
        **hass_storage[key],
        "version": 1,
        "data": {
            "": {"1.8.0": [11_743_027, 0, 11_743_027, 11_743_027]},
            "/client": {
                code: [count, total + 36_000_000, at]
                for code, (count, total, at) in counters.items()
            },
        },
    }
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [Decimal(state(hass, each)) for each in names] == [
        each + 10 for each in before
    ]


def presets(flow: ConfigFlowResult) -> dict[str, Any]:
    """Return what is filled in where the owner leaves a form as it is."""
    schema = flow["data_schema"]
    assert schema
    filled: dict[str, Any] = schema({})
    return filled


async def test_the_owner_chooses_the_register_of_the_grid(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The form shows what names have given; another register is told as a new count."""
    simulator.house.export(1000)
    simulator.tick()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], presets(flow)
    )
    assert flow["step_id"] == "roles"
    preset = presets(flow)
    assert preset == {
        "net_power": "register_7",
        "import_energy": "register_8",
        "export_energy": "register_9",
        **{key: [] for key in ("reversed", "apart", "gas", "water")},
    }
    chosen = {**preset, "net_power": "use_less_gen", "import_energy": "virtual_use"}
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], chosen)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options["roles"] == {
        key: chosen[key] for key in ("net_power", "import_energy")
    }
    assert state(hass, "sensor.bridge_power") == "-1000"
    assert Decimal(state(hass, "sensor.bridge_energy_import")) == Decimal(
        state(hass, "sensor.bridge_use_energy")
    )
    issues = ir.async_get(hass).issues
    assert [key for _, key in issues if key.startswith("meter_replaced")]


async def test_roles_that_stay_as_they_are_still_follow_names(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Whoever only clicks on has chosen nothing, and no count is new."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    for _ in range(2):
        flow = await hass.config_entries.options.async_configure(
            flow["flow_id"], presets(flow)
        )
    await hass.async_block_till_done()
    assert "roles" not in entry.options
    assert not ir.async_get(hass).issues
    simulator.rename("Grid", "Mains")
    simulator.house.advance(1)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, "sensor.bridge_power") == STATE_UNAVAILABLE


@pytest.mark.parametrize("is_virtual", [False, True], ids=["physical", "virtual"])
async def test_names_that_differ_in_case(
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    is_virtual: bool,  # noqa: FBT001
) -> None:
    """Each of Grid, GRID and grid has entities of its own, with its own values."""
    for turn, name in enumerate(("GRID", "grid"), 1):
        power = 100 * turn
        simulator.database.registers.append(
            Register(
                name=name,
                type="P",
                rate=lambda _, power=power: power,  # type: ignore[misc]
                did=None if is_virtual else 70 + turn,
            )
        )
    simulator.tick()
    entry = await set_up(simulator)
    named = {
        each.original_name: state(hass, each.entity_id)
        for each in entries(hass, entry)
        if each.original_device_class == "power"
    }
    assert (named["Grid"], named["GRID"], named["grid"]) == ("321", "100", "200")
    ids = [each.unique_id for each in entries(hass, entry)]
    assert len(set(ids)) == len(ids)
    assert not complaints(caplog)
