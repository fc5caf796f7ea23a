"""Registers that the owner calls reversed, or counts in two directions."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bridges.egauge.database import Database, Register
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.house import House
from tests.support.watching import poll, state

LOAD, LOAD_ENERGY = "sensor.bridge_downstairs_ac", "sensor.bridge_downstairs_ac_energy"
REVERSED = f"{LOAD_ENERGY}_reversed"
CONSUMED, PRODUCED = f"{LOAD}_consumed", f"{LOAD}_produced"


@pytest.fixture
def load() -> dict[str, int]:
    """Return the power of a circuit, which its device sends as negative."""
    return {"watts": -1200}


@pytest.fixture
async def entry(
    simulator: EgaugeSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    load: dict[str, int],
) -> MockConfigEntry:
    """Set up a device with that circuit, as an entry of an earlier version."""
    freezer.move_to(simulator.house.now)
    simulator.database = Database(
        [
            Register("Grid", "P", lambda house: house.power, 2),
            Register("Downstairs AC", "P", lambda _: load["watts"], 3),
        ],
        simulator.database.epoch,
    )
    simulator.tick()
    return await set_up(simulator)


async def say(hass: HomeAssistant, entry: MockConfigEntry, **said: Any) -> None:  # noqa: ANN401 (as a form)
    """Choose directions of registers in the options."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    for chosen in ({}, said):
        schema = flow["data_schema"]
        assert schema
        flow = await hass.config_entries.options.async_configure(
            flow["flow_id"], {**schema({}), **chosen}
        )
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "updates": "every_reading"}
    )
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


async def pass_time(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    *powers: tuple[dict[str, int], int],
    seconds: int = 3600,
) -> None:
    """Let an hour pass with each power, and read the device once at the end."""
    for load, watts in powers:
        load["watts"] = watts
        simulator.tick()
        simulator.house.advance(seconds)
        freezer.tick(timedelta(seconds=seconds))
        simulator.tick()
    await poll(hass, entry)


def numbers(hass: HomeAssistant, *names: str) -> list[float]:
    """Return the states of these entities as numbers."""
    return [float(state(hass, each)) for each in names]


async def test_nothing_changes_by_itself(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """An entry of an earlier version shows registers as they are sent."""
    assert state(hass, LOAD) == "-1200"
    assert float(state(hass, LOAD_ENERGY)) < 0


async def test_reversed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    load: dict[str, int],
) -> None:
    """Reversed energy has an entity of its own, which rises; the old one stays."""
    old = float(state(hass, LOAD_ENERGY))
    await say(hass, entry, reversed=["register_3"])
    assert entry.options["roles"] == {"reversed": ["register_3"]}
    assert state(hass, LOAD) == "1200"
    assert float(state(hass, REVERSED)) == pytest.approx(-old, abs=1e-4)
    assert state(hass, LOAD_ENERGY) == STATE_UNAVAILABLE
    await pass_time(hass, entry, simulator, freezer, (load, -1220))
    assert float(state(hass, REVERSED)) == pytest.approx(-old + 1.22, abs=2e-4)
    found = hass.states.get(REVERSED)
    assert found
    assert found.attributes["state_class"] == "total"
    assert found.attributes["device_class"] == "energy"
    load["watts"] = 0
    await pass_time(hass, entry, simulator, freezer, (load, 0))
    assert state(hass, LOAD) == "0"


async def test_apart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    load: dict[str, int],
) -> None:
    """Growth between two readings counts by its sign, over a gap minute by minute."""
    await say(hass, entry, apart=["register_3"])
    assert numbers(hass, CONSUMED, PRODUCED) == [0.0, 0.0]
    assert state(hass, LOAD) == "-1200"
    await pass_time(hass, entry, simulator, freezer, (load, -1000))
    await pass_time(hass, entry, simulator, freezer, (load, 400))
    assert numbers(hass, CONSUMED, PRODUCED) == [0.4, 1.0]
    await pass_time(hass, entry, simulator, freezer, (load, 3000), (load, -1000))
    assert numbers(hass, CONSUMED, PRODUCED) == [3.4, 2.0]
    for each in (CONSUMED, PRODUCED):
        found = hass.states.get(each)
        assert found
        assert found.attributes["state_class"] == "total_increasing"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert numbers(hass, CONSUMED, PRODUCED) == [3.4, 2.0]


async def test_apart_and_reversed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    load: dict[str, int],
) -> None:
    """With both, negative power on the device is consumption."""
    await say(hass, entry, apart=["register_3"], reversed=["register_3"])
    await pass_time(hass, entry, simulator, freezer, (load, -1000))
    await pass_time(hass, entry, simulator, freezer, (load, 300))
    assert numbers(hass, CONSUMED, PRODUCED) == [1.0, 0.3]
    assert state(hass, LOAD) == "-300"


async def test_an_erased_database_is_neither(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    load: dict[str, int],
) -> None:
    """If the count jumps, both totals are held, and later go on."""
    await say(hass, entry, apart=["register_3"], reversed=["register_3"])
    await pass_time(hass, entry, simulator, freezer, (load, -1000))
    simulator.database.zero(None)
    for _ in range(12):
        await pass_time(hass, entry, simulator, freezer, (load, 0), seconds=60)
        assert numbers(hass, CONSUMED, PRODUCED) == [1.0, 0.0]
    await pass_time(hass, entry, simulator, freezer, (load, -500))
    assert numbers(hass, CONSUMED, PRODUCED) == [1.5, 0.0]


async def test_parts_of_the_net_register(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    house: House,
) -> None:
    """One register in two directions can be import and export."""
    await say(
        hass,
        entry,
        apart=["register_2"],
        import_energy="register_2",
        export_energy="register_2",
    )
    names = ("sensor.bridge_energy_import", "sensor.bridge_energy_export")
    assert numbers(hass, *names) == [0.0, 0.0]
    for power in (1000, -600):
        house.draw(power) if power > 0 else house.export(-power)
        simulator.tick()
        house.advance(3600)
        freezer.tick(3600)
        simulator.tick()
        await poll(hass, entry)
    assert numbers(hass, *names) == [1.0, 0.6]
    assert state(hass, "sensor.bridge_power") == "-600"


async def test_gas_and_water(
    hass: HomeAssistant, simulator: EgaugeSimulator, set_up: SetUp
) -> None:
    """A volume register counts gas or water as chosen; its entity stays the same."""
    entry = await set_up(simulator)
    volume = "sensor.bridge_gas_volume"
    before = hass.states.get(volume)
    assert before
    assert before.attributes["device_class"] == "volume"
    for medium in ("water", "gas"):
        await say(hass, entry, **{"gas": [], "water": [], medium: ["register_14"]})
        after = hass.states.get(volume)
        assert after
        assert after.attributes["device_class"] == medium
        assert after.state == before.state
