"""A load is switched off before the fuse blows."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from tests.blueprints.passing import (
    CURRENTS,
    LOAD,
    MEMORY,
    Advance,
    Use,
    call,
    flow,
    live,
    poll,
    switched,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp, Start
from tests.support.simulator import Simulator
from tests.support.waiting import eventually
from tests.support.watching import shows

FUSE = {
    "currents": CURRENTS,
    "rating": 20,
    "load": LOAD,
    "load_current": 10,
    "memory": MEMORY,
    "restore_after": 30,
}


@pytest.fixture
async def pushing(simulators: Start, key: str) -> Simulator:
    """Start a bridge of this kind, which sends all that it can."""
    simulator = await simulators(key)
    simulator.send_everything()
    return simulator


async def test_fuse_sheds_and_restores(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A current that stays near the rating sheds the load; it returns with room."""
    await set_up(cozify)
    await use("fuse_protection", FUSE, LOAD)
    await flow(hass, cozify, 17)
    await advance(11)
    assert switched(hass) == ("on", "off")
    await flow(hass, cozify, 18)
    await advance(5)
    assert switched(hass) == ("on", "off")
    await advance(11)
    assert switched(hass) == ("off", "on")
    await flow(hass, cozify, 8)
    await advance(61)
    await advance(31)
    assert switched(hass) == ("off", "on")
    await flow(hass, cozify, 7)
    await advance(20)
    assert switched(hass) == ("off", "on")
    await advance(31)
    assert switched(hass) == ("on", "off")


@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.asks_fuse]
)
async def test_a_fuse_that_the_owner_knows(
    hass: HomeAssistant, pushing: Simulator, set_up: SetUp, use: Use, advance: Advance
) -> None:
    """It works the same where the bridge does not tell the rating of the fuse."""
    await set_up(pushing)
    await use("fuse_protection", FUSE, LOAD)
    await flow(hass, pushing, 18)
    await live(pushing, advance, 20)
    assert switched(hass) == ("off", "on")
    await flow(hass, pushing, 7)
    await live(pushing, advance, 20)
    assert switched(hass) == ("off", "on")
    await live(pushing, advance, 40)
    assert switched(hass) == ("on", "off")


async def test_peak_does_not_shed(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """Neither a short peak nor an outage sheds the load."""
    entry = await set_up(cozify)
    await use("fuse_protection", FUSE, LOAD)
    await flow(hass, cozify, 19)
    await flow(hass, cozify, 17)
    await advance(11)
    assert switched(hass) == ("on", "off")
    await flow(hass, cozify, 19)
    await cozify.unplug()
    await poll(entry)
    await shows(hass, CURRENTS[1], "unavailable")
    await advance(61)
    await advance(11)
    assert switched(hass) == ("on", "off")


async def test_restart_forgets_no_shed_load(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A load that was shed before a restart returns, even if there was room before."""
    await set_up(cozify)
    await use("fuse_protection", FUSE | {"restore_after": 80}, MEMORY)
    await eventually(lambda: cozify.open_streams)
    await live(cozify, advance, 20)
    assert switched(hass) == ("off", "on")
    await live(cozify, advance, 130)
    assert switched(hass) == ("on", "off")


async def test_overload_before_a_restart_sheds(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A current that is too high when the automation starts sheds within a minute.

    This also works if another phase is not known.
    """
    await set_up(cozify)
    er.async_get(hass).async_update_entity_options(
        CURRENTS[2], "sensor", {"unit_of_measurement": "mA"}
    )
    await flow(hass, cozify, 30)
    await use("fuse_protection", FUSE, LOAD)
    assert switched(hass) == ("on", "off")
    await live(cozify, advance, 80)
    assert switched(hass) == ("off", "on")


async def test_unknown_phase_restores_nothing(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """While a phase is not known, or not shown in A, a shed load stays off."""
    await set_up(cozify)
    er.async_get(hass).async_update_entity_options(
        CURRENTS[0], "sensor", {"unit_of_measurement": "mA"}
    )
    await hass.async_block_till_done()
    await use("fuse_protection", FUSE, MEMORY)
    await flow(hass, cozify, 3)
    await live(cozify, advance, 100)
    assert switched(hass) == ("off", "on")


async def test_owner_rules_over_the_fuse(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A load that the owner switched on and then off is not switched on again."""
    await set_up(cozify)
    await use("fuse_protection", FUSE, MEMORY)
    await call(hass, "input_boolean.turn_on", LOAD)
    await advance(301)
    await advance(61)
    assert switched(hass) == ("on", "off")
    await call(hass, "input_boolean.turn_off", LOAD)
    await flow(hass, cozify, 3)
    await live(cozify, advance, 100)
    assert switched(hass) == ("off", "off")
