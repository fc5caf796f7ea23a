"""The options, and the words of every flow."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from custom_components.meter_bridge.bridges.errors import BridgeError

from .conftest import SetUp, Start
from .flows import form, pushing, suggestions

WORDS = json.loads(
    (
        Path(__file__).parents[1]
        / "custom_components/meter_bridge/translations/en.json"
    ).read_text()
)


async def test_throttle(hass: HomeAssistant, simulators: Start, set_up: SetUp) -> None:
    """The pause between updates is stored, and the entry loaded anew with it."""
    simulator = await pushing(simulators)
    entry = await set_up(simulator, simulator.device_id, throttle=5)
    coordinator = entry.runtime_data
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert form(result) == ("init", {})
    assert suggestions(result["data_schema"]) == {"throttle": 5, "poll_interval": 10}
    for wrong in (-1, 301, "often"):
        with pytest.raises(InvalidData):
            await hass.config_entries.options.async_configure(
                result["flow_id"], {"throttle": wrong, "poll_interval": 10}
            )
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"throttle": 30, "poll_interval": 20}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == {"throttle": 30, "poll_interval": 20}
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data is not coordinator
    assert entry.runtime_data.update_interval == timedelta(seconds=20)


def reasons(kind: type[BridgeError]) -> set[str]:
    """Return the names of an error and of all that derive from it."""
    return {kind.translation_key}.union(*map(reasons, kind.__subclasses__()))


def test_words_for_every_error() -> None:
    """Whatever a flow can answer has its words, and no words are left over."""
    errors = reasons(BridgeError)
    words: dict[str, Any] = WORDS["config"]
    assert words["error"].keys() == errors | {"invalid_host"}
    # A discovery aborts with what recognising raises. It knows no entry that it could
    # mistake, and who asks for a login is offered. Home Assistant has the words for the
    # success of a flow, and for two flows at once.
    unreachable = {"clear_password", "invalid_auth", "wrong_bridge"}
    assert words["abort"].keys() == (errors - unreachable) | {"already_configured"}
    assert WORDS["exceptions"].keys() >= errors
