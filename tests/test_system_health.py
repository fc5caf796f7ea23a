"""System health: numbers about all bridges, and nothing about a single one."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.meter_bridge.const import DOMAIN

from .conftest import SetUp, Start
from .repository.test_translations import texts_of
from .support.flows import lockable, pushing, settled


async def test_numbers(hass: HomeAssistant, simulators: Start, set_up: SetUp) -> None:
    """Bridges are counted by kind; so are those that answer and those that push."""
    one, other = await pushing(simulators), await lockable(simulators)
    await set_up(one, one.device_id)
    await set_up(other, other.device_id)
    gone = await lockable(simulators, serial="02A4C61BFFFF")
    await gone.unplug()
    await set_up(gone, gone.device_id)
    await settled(one)
    await settled(other)
    other.tick()
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert {f"system_health.info.{key}" for key in info} == {
        place for place in texts_of("en") if place.startswith("system_health.")
    }
    assert info.pop("version")
    assert info["bridges"] == 3
    assert info["kinds"] == "IOmeter 1, whatwatt Go 2"
    assert info["reachable"] == 2
    assert info["streaming"] >= 1
    assert one.device_id not in str(info)
    assert "127.0.0.1" not in str(info)
