"""The options of every kind of bridge: fields, limits, words, and what they change."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN, Updates
from custom_components.meter_bridge.flow.options import (
    MAX_POWER,
    choices_of,
    options_of,
)
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.values.new_board import limits_of
from tests.conftest import SetUp, Start
from tests.support.flows import added, form, settled, suggestions
from tests.support.simulator import Simulator
from tests.support.watching import poll, state

ENGLISH = json.loads(
    (
        Path(__file__).parents[2]
        / "custom_components/meter_bridge/translations/en.json"
    ).read_text()
)
WORDS = ENGLISH["options"]["step"]["init"]
CHOICES = ENGLISH["selector"]["updates"]["options"]

every_bridge = pytest.mark.parametrize("key", BRIDGES)


async def clicked_on(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Leave the forms behind the first one as they are."""
    while schema := result.get("data_schema"):
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], schema({})
        )
    return result


@every_bridge
async def test_fields(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """The form has the common options and those of this kind, and no others."""
    entry = await set_up(await simulators(key), updates=Updates.CALM)
    options = options_of(BRIDGES[key])
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert form(result) == ("init", {})
    shown: dict[str, object] = {option.key: option.default for option in options}
    shown |= {"updates": "calm", **choices_of(BRIDGES[key])}
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
    sound |= {"updates": "live_power", **choices_of(BRIDGES[key])}
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
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {**sound, "updates": "now and then"}
        )
    result = await hass.config_entries.options.async_configure(result["flow_id"], sound)
    result = await clicked_on(hass, result)
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
    keys = {"updates", "demand", "demand_period", "spread", MAX_POWER.key}
    keys |= {option.key for bridge in BRIDGES.values() for option in options_of(bridge)}
    assert WORDS["data"].keys() == keys
    assert WORDS["data_description"].keys() == keys


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **chosen: object) -> None:
    """Change some options, and leave the others as the form shows them."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {**suggestions(result["data_schema"]), **chosen}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    result = await clicked_on(hass, result)
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


@every_bridge
@pytest.mark.parametrize("updates", Updates)
async def test_updates(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, updates: Updates
) -> None:
    """Every choice takes effect, and its name is offered with a sentence."""
    entry = await set_up(await simulators(key))
    await choose(hass, entry, updates=updates.value)
    assert entry.state is ConfigEntryState.LOADED
    name, _, sentence = CHOICES[updates].partition(": ")
    assert name
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("options", "updates"),
    [
        ({"throttle": 0}, Updates.EVERY_READING),
        ({"throttle": 0.0, "poll_interval": 20}, Updates.EVERY_READING),
        ({}, Updates.LIVE_POWER),
        ({"throttle": 10}, Updates.LIVE_POWER),
        ({"throttle": 300, "poll_interval": 20}, Updates.LIVE_POWER),
    ],
)
async def test_entry_of_an_earlier_version(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    options: dict[str, float],
    updates: Updates,
) -> None:
    """Net power still passes with each reading; nothing else of it is lost."""
    entry = await set_up(await simulators("iometer"))
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, options=options, minor_version=1)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    kept = {name: value for name, value in options.items() if name != "throttle"}
    assert entry.options == {**kept, "updates": updates}
    assert entry.minor_version == 2


async def test_new_entry(
    hass: HomeAssistant, simulators: Start, enable_custom_integrations: None
) -> None:
    """An entry that is added now is of the latest version, with balanced updates."""
    simulator = await simulators("iometer")
    await added(hass, simulator)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert (entry.version, entry.minor_version) == (1, 2)
    assert "updates" not in entry.options
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggestions(result["data_schema"])["updates"] == "balanced"


async def test_calorific_value_that_no_gas_has(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A value between 0 and 30 is refused at its field, which keeps it; 0 is not."""
    entry = await set_up(await simulators("octopus_home_pro"))
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = suggestions(result["data_schema"])
    configure = hass.config_entries.options.async_configure
    for value in (11.2, 29.9):
        typed["calorific_value"] = value
        result = await configure(result["flow_id"], typed)
        assert form(result) == ("init", {"calorific_value": "too_low"})
        assert result["description_placeholders"] == {"least": "30"}
        assert suggestions(result["data_schema"])["calorific_value"] == value
    assert "calorific_value" not in entry.options
    for value in (30, 0):
        await choose(hass, entry, calorific_value=value)


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
    await choose(hass, entry, poll_interval=25)
    coordinator = entry.runtime_data
    await choose(hass, entry)
    assert entry.runtime_data is coordinator
    await choose(hass, entry, poll_interval=26)
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


@every_bridge
async def test_largest_power(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Without a limit of the owner's the preset counts; theirs is in kW."""
    entry = await set_up(await simulators(key))
    preset = BRIDGES[key].max_power
    assert preset == (1_000_000 if key == "egauge" else 100_000)
    assert limits_of(entry, BRIDGES[key]) == Limits(max_power=preset)
    for wrong in (0, 0.9, -5, 100_001, "much"):
        with pytest.raises(InvalidData):
            await choose(hass, entry, max_power=cast("float", wrong))
    await choose(hass, entry, max_power=17.3)
    assert limits_of(entry, BRIDGES[key]) == Limits(max_power=17_300, is_set=True)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = suggestions(result["data_schema"])
    assert typed.pop("max_power") == 17.3
    await clicked_on(
        hass,
        await hass.config_entries.options.async_configure(result["flow_id"], typed),
    )
    await hass.async_block_till_done()
    assert limits_of(entry, BRIDGES[key]) == Limits(max_power=preset)
