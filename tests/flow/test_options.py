"""The options of every kind of bridge: fields, limits, words, and what they change."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.flow.options import choices_of, options_of
from tests.conftest import SetUp, Start
from tests.support.flows import form, settled, suggestions
from tests.support.simulator import Simulator
from tests.support.watching import entries, poll, state

WORDS = json.loads(
    (
        Path(__file__).parents[2]
        / "custom_components/meter_bridge/translations/en.json"
    ).read_text()
)["options"]["step"]["init"]

IMPORT = "1.8.0"

every_bridge = pytest.mark.parametrize("key", BRIDGES)


@every_bridge
async def test_fields(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """The form has the common options and those of this kind, and no others."""
    entry = await set_up(await simulators(key), throttle=7)
    options = options_of(BRIDGES[key])
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert form(result) == ("init", {})
    shown: dict[str, object] = {option.key: option.default for option in options}
    shown |= {"throttle": 7, **choices_of(BRIDGES[key])}
    assert suggestions(result["data_schema"]) == shown
    assert shown.keys() <= WORDS["data"].keys()
    assert shown.keys() <= WORDS["data_description"].keys()


@every_bridge
async def test_limits(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A number outside its limits is refused; the limits themselves are accepted."""
    entry = await set_up(await simulators(key))
    options = options_of(BRIDGES[key])
    result = await hass.config_entries.options.async_init(entry.entry_id)
    sound: dict[str, Any] = {option.key: option.maximum for option in options}
    sound |= choices_of(BRIDGES[key])
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {**sound, "demand_period": "20"}
        )
    for option in options:
        for wrong in (option.minimum - 1, option.maximum + 1, "much"):
            with pytest.raises(InvalidData):
                await hass.config_entries.options.async_configure(
                    result["flow_id"], {**sound, option.key: wrong}
                )
    result = await hass.config_entries.options.async_configure(result["flow_id"], sound)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == sound
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggestions(result["data_schema"]) == sound


@every_bridge
def test_defaults(key: str) -> None:
    """Every default is within its limits."""
    for option in options_of(BRIDGES[key]):
        assert option.minimum <= option.default <= option.maximum
        assert option.step > 0


def test_no_words_left_over() -> None:
    """The translations have words for each option, and for no other."""
    keys = {"demand", "demand_period", "spread"}
    keys |= {option.key for bridge in BRIDGES.values() for option in options_of(bridge)}
    assert WORDS["data"].keys() == keys
    assert WORDS["data_description"].keys() == keys


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **chosen: float) -> None:
    """Change some options, and leave the others as the form shows them."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {**suggestions(result["data_schema"]), **chosen}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == typed


async def asked_after(
    hass: HomeAssistant, simulator: Simulator, seconds: float
) -> bool:
    """Tell whether a bridge is asked anything once so much time has passed."""
    since = len(simulator.requests)
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done()
    # A poll that began has its answers by then.
    await asyncio.sleep(0.1)
    return len(simulator.requests) > since


@every_bridge
async def test_poll_interval(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A bridge that pushes nothing is asked as often as the owner wants, no more."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    for seconds in (20, 40):
        await choose(hass, entry, poll_interval=seconds)
        await settled(simulator)
        # What is asked once after the setup does not count.
        await asked_after(hass, simulator, 0)
        for _ in range(2):
            assert not await asked_after(hass, simulator, seconds - 2)
            assert await asked_after(hass, simulator, seconds + 1)


def entity(hass: HomeAssistant, entry: MockConfigEntry, code: str) -> str:
    """Return the sensor of a register, of electricity where there is gas as well."""
    return next(
        each.entity_id
        for each in entries(hass, entry)
        if each.unique_id.endswith(f"_{code}")
    )


@every_bridge
async def test_throttle(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Counters wait for as long as the owner wants, 0 for nothing; power never does."""
    simulator = await simulators(key)
    entry = await set_up(simulator, throttle=300)
    power, energy = entity(hass, entry, NET_POWER), entity(hass, entry, IMPORT)

    async def use(watts: int) -> str:
        simulator.house.draw(watts)
        simulator.house.advance(10)
        simulator.tick()
        await poll(hass, entry)
        assert state(hass, power) == str(watts)
        return str((simulator.house.import_energy / 1000).normalize())

    for seconds, watts in ((0, 3600), (30, 7200)):
        await choose(hass, entry, throttle=seconds)
        await settled(simulator)
        before = state(hass, energy)
        imported = await use(watts)
        assert imported != before
        if seconds:
            assert state(hass, energy) == before
            async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds + 1))
        assert state(hass, energy) == imported


async def test_gas_conversion(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Gas is converted with the calorific value that the owner has set."""
    simulator = await simulators("octopus_home_pro")
    entry = await set_up(simulator)
    simulator.house.burn(100)
    for calorific, factor, energy in ((36, 0.5, 0.5), (36, 1.5, 1.5), (45, 1, 1.25)):
        await choose(hass, entry, calorific_value=calorific, correction_factor=factor)
        before = float(state(hass, "sensor.gas_meter_gas_energy"))
        simulator.house.advance(3600)
        simulator.tick()
        freezer.tick(3600)
        await poll(hass, entry)
        shown = float(state(hass, "sensor.gas_meter_gas_energy"))
        assert shown - before == pytest.approx(energy)


async def test_loaded_anew_where_something_changed(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Changed options reload the entry; the same options do not."""
    entry = await set_up(await simulators("iometer"))
    await choose(hass, entry, throttle=5)
    coordinator = entry.runtime_data
    await choose(hass, entry)
    assert entry.runtime_data is coordinator
    await choose(hass, entry, throttle=6)
    assert entry.runtime_data is not coordinator
    assert entry.state is ConfigEntryState.LOADED


async def test_bridge_that_is_away(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Options can be changed while the bridge does not answer."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator)
    await simulator.unplug()
    await choose(hass, entry, poll_interval=30)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await simulator.plug_in()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.runtime_data.update_interval == timedelta(seconds=30)
