"""The recipe for export energy in the documentation."""

from pathlib import Path
import re

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bridges.octopus_home_pro.conftest import pass_time
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.watching import poll, state

PAGE = Path(__file__).parents[3] / "docs" / "octopus-home-pro.md"
EXPORT = "sensor.energy_export"


async def helper(hass: HomeAssistant, domain: str, options: dict[str, object]) -> None:
    """Create a helper, as the owner does."""
    entry = MockConfigEntry(domain=domain, options=options, title=str(options["name"]))
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_it_adds_up_what_is_fed_in(
    hass: HomeAssistant,
    simulator: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Ten minutes at -1200 W are 0.2 kWh; import adds nothing, nor does an outage."""
    template, availability = re.findall(r"`({{.*?}})`", PAGE.read_text())
    assert await async_setup_component(hass, "homeassistant", {})
    entry = await set_up(simulator)
    await helper(
        hass,
        "template",
        {
            "name": "Power export",
            "template_type": "sensor",
            "state": template,
            "availability": availability,
            "unit_of_measurement": "W",
            "device_class": "power",
            "state_class": "measurement",
        },
    )
    await helper(
        hass,
        "integration",
        {
            "name": "Energy export",
            "source": "sensor.power_export",
            "method": "left",
            "unit_prefix": "k",
            "unit_time": "h",
            "round": 3,
            "max_sub_interval": {"minutes": 1},
        },
    )
    assert state(hass, "sensor.power_export") == "0"
    simulator.house.export(1200)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, "sensor.power_export") == "1200.0"
    for _ in range(60):
        simulator.tick()
        await pass_time(hass, freezer, 10)
    simulator.house.draw(500)
    simulator.tick()
    await poll(hass, entry)
    assert state(hass, EXPORT) == "0.200"
    await simulator.unplug()
    await poll(hass, entry)
    assert state(hass, "sensor.power_export") == "unavailable"
