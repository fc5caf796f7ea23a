"""docs/entities.md lists the entities of the code."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from tests.conftest import SetUp, Start
from tests.support.entity_list import PAGE, page, section, sections
from tests.support.watching import poll

# Demand has no sensor before a whole period of it was read; a meter that always reports
# as seldom as this is enough.
REPORTS, REPORT_SECONDS = 20, 600


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
        for _ in range(REPORTS if BRIDGES[key].shows_demand else 0):
            simulator.house.advance(REPORT_SECONDS)
            freezer.tick(REPORT_SECONDS)
            simulator.tick()
            await poll(hass, entry)
        found.append(section(hass, key, entry.entry_id))
    if request.config.option.update_snapshots:
        PAGE.write_text(page(found), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    assert list(sections(text)) == found
    assert text == page(found)
