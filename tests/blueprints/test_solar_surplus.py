"""A load is on while there is surplus solar power."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.blueprints.passing import (
    LOAD,
    MEMORY,
    POWER,
    Advance,
    Use,
    call,
    live,
    net,
    poll,
    switched,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.watching import shows

SOLAR = {
    "power": POWER,
    "load": LOAD,
    "memory": MEMORY,
    "surplus": 2000,
    "steady_for": 2,
    "shortest": 3,
}


async def test_sun_switches_the_load(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A lasting surplus switches on, lasting import off; neither too early."""
    await set_up(iometer)
    await use("solar_surplus", SOLAR)
    await net(hass, iometer, -1999)
    await live(iometer, advance, 190)
    assert switched(hass) == ("off", "off")
    await net(hass, iometer, -2000)
    await live(iometer, advance, 110)
    assert switched(hass) == ("off", "off")
    await live(iometer, advance, 80)
    assert switched(hass) == ("on", "on")
    await net(hass, iometer, 50)
    await live(iometer, advance, 250)
    assert switched(hass) == ("on", "on")
    await net(hass, iometer, 51)
    await live(iometer, advance, 110)
    assert switched(hass) == ("on", "on")
    await live(iometer, advance, 80)
    assert switched(hass) == ("off", "off")


async def test_cloud_switches_nothing(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A surplus that is interrupted, or no longer known, switches nothing."""
    entry = await set_up(iometer)
    await use("solar_surplus", SOLAR)
    await live(iometer, advance, 180)
    await net(hass, iometer, -3000)
    await live(iometer, advance, 110)
    await net(hass, iometer, -100)
    await net(hass, iometer, -3000)
    await live(iometer, advance, 110)
    assert switched(hass) == ("off", "off")
    await iometer.unplug()
    await poll(entry)
    await shows(hass, POWER, "unavailable")
    for seconds in (61, 181):
        await advance(seconds)
        assert switched(hass) == ("off", "off")


async def test_sun_at_a_restart_is_found(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """After a restart, a load that is on goes off after its shortest time."""
    await set_up(iometer)
    er.async_get(hass).async_update_entity_options(
        POWER, "sensor", {"unit_of_measurement": "kW"}
    )
    await hass.async_block_till_done()
    await use("solar_surplus", SOLAR | {"shortest": 5}, LOAD, MEMORY)
    await live(iometer, advance, 290)
    assert switched(hass) == ("on", "on")
    await live(iometer, advance, 20)
    assert switched(hass) == ("off", "off")


async def test_owner_rules_over_the_sun(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A load that the owner switched off stays off until the surplus has ended.

    A load that the owner switched on is not switched off.
    """
    await set_up(iometer)
    await use("solar_surplus", SOLAR, MEMORY)
    await net(hass, iometer, -3000)
    await live(iometer, advance, 370)
    assert switched(hass) == ("off", "on")
    await net(hass, iometer, 300)
    await live(iometer, advance, 70)
    assert switched(hass) == ("off", "off")
    await call(hass, "input_boolean.turn_on", LOAD)
    await live(iometer, advance, 250)
    assert switched(hass) == ("on", "off")
