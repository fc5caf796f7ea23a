"""The options of every kind of bridge: their fields, their limits, their words."""

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.options_flow import options_of

from .conftest import SetUp, Start
from .flows import form, suggestions

WORDS = json.loads(
    (
        Path(__file__).parents[1]
        / "custom_components/meter_bridge/translations/en.json"
    ).read_text()
)["options"]["step"]["init"]

every_bridge = pytest.mark.parametrize("key", BRIDGES)


@every_bridge
async def test_fields(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """The form asks for the throttle and for what this kind of bridge has, no more."""
    entry = await set_up(await simulators(key), throttle=7)
    options = options_of(BRIDGES[key])
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert form(result) == ("init", {})
    shown = {option.key: option.default for option in options} | {"throttle": 7}
    assert suggestions(result["data_schema"]) == shown
    assert shown.keys() <= WORDS["data"].keys()
    assert shown.keys() <= WORDS["data_description"].keys()


@every_bridge
async def test_limits(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A number beyond its limits is not taken; those on them are, and are shown."""
    entry = await set_up(await simulators(key))
    options = options_of(BRIDGES[key])
    result = await hass.config_entries.options.async_init(entry.entry_id)
    sound: dict[str, Any] = {option.key: option.maximum for option in options}
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
    """What nobody has set is within the limits of what can be set."""
    for option in options_of(BRIDGES[key]):
        assert option.minimum <= option.default <= option.maximum
        assert option.step > 0


def test_no_words_left_over() -> None:
    """Words stand for fields that some kind of bridge has."""
    keys = {option.key for bridge in BRIDGES.values() for option in options_of(bridge)}
    assert WORDS["data"].keys() == keys
    assert WORDS["data_description"].keys() == keys
