"""Triggers and conditions have names and descriptions."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, trigger
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.meter_bridge.condition import CONDITIONS
from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.trigger import TRIGGERS
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp


@pytest.mark.parametrize("what", ["triggers", "conditions"])
async def test_words(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp, what: str
) -> None:
    """Each has a description with a target, a name, and a name for each field."""
    await set_up(iometer)
    if what == "triggers":
        keys, descriptions = [*TRIGGERS], await trigger.async_get_all_descriptions(hass)
    else:
        keys = [*CONDITIONS]
        descriptions = await condition.async_get_all_descriptions(hass)
    words = await async_get_translations(hass, "en", what, [DOMAIN])
    for key in keys:
        described = descriptions[f"{DOMAIN}.{key}"]
        assert described is not None
        assert described["target"]["entity"]
        place = f"component.{DOMAIN}.{what}.{key}"
        assert words[f"{place}.name"]
        for field in described["fields"]:
            assert words[f"{place}.fields.{field}.name"]
