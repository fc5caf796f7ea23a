"""docs/entities.md lists the entities of the code."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from tests.conftest import SetUp, Start
from tests.support.entity_list import PAGE, page, section, sections


async def test_every_entity_is_listed(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    request: pytest.FixtureRequest,
) -> None:
    """The page has every entity of devices that send everything they can."""
    found = []
    for key in BRIDGES:
        simulator = await simulators(key)
        simulator.send_everything()
        freezer.move_to(simulator.house.now)
        simulator.tick()
        entry = await set_up(simulator)
        found.append(section(hass, key, entry.entry_id))
    if request.config.option.update_snapshots:
        PAGE.write_text(page(found), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    assert list(sections(text)) == found
    assert text == page(found)
