"""The trigger "fuse rating exceeded": once for each overload that lasts."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp, Start
from tests.support.automating import (
    automate,
    automate_trigger,
    by,
    config_of,
    draw,
    runs,
    shown_number,
)
from tests.support.waiting import eventually
from tests.support.watching import advance

CURRENT = "sensor.bridge_current_l1"


async def test_fuse_of_the_bridge_is_exceeded(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A phase above the rating for long enough triggers once; a short peak does not."""
    entry = await set_up(cozify)
    told = await automate_trigger(hass, entry, "fuse_rating_exceeded", **{"for": 60})
    await draw(hass, cozify, 1, 30)
    await advance(hass, freezer, 50)
    await draw(hass, cozify, 1, 20)
    await advance(hass, freezer, 61)
    assert not told
    await draw(hass, cozify, 1, 30)
    await advance(hass, freezer, 30)
    await draw(hass, cozify, 1, 31)
    await advance(hass, freezer, 61)
    assert by(told) == [CURRENT]
    await draw(hass, cozify, 1, 32)
    await advance(hass, freezer, 61)
    assert len(told) == 1


async def test_rating_can_be_another_one(
    hass: HomeAssistant, cozify: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A given rating replaces the bridge's, whatever unit is shown."""
    entry = await set_up(cozify)
    er.async_get(hass).async_update_entity_options(
        CURRENT, "sensor", {"unit_of_measurement": "mA"}
    )
    await hass.async_block_till_done()
    told = await automate_trigger(hass, entry, "fuse_rating_exceeded", rating=16)
    for amperes, times in ((10, 0), (16, 0), (17, 1)):
        await draw(hass, cozify, 1, amperes, shown=amperes * 1000)
        await hass.async_block_till_done()
        assert len(told) == times


async def test_margin_and_rating_are_no_load(
    hass: HomeAssistant, cozify: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Sensors of margin and rating are not compared with the rating."""
    entry = await set_up(cozify)
    await draw(hass, cozify, 1, 24)
    told = await automate_trigger(hass, entry, "fuse_rating_exceeded", rating=15)
    await draw(hass, cozify, 1, 2)
    await eventually(lambda: shown_number(hass, "sensor.bridge_fuse_margin") == 23)
    await hass.async_block_till_done()
    assert not told


@pytest.mark.parametrize(("unit", "in_units"), [("A", 16), ("mA", 16_000), (None, 16)])
async def test_rating_can_be_that_of_an_entity(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    unit: str | None,
    in_units: int,
) -> None:
    """The rating follows an entity, in its unit; an unknown one is never exceeded."""
    entry = await set_up(cozify)
    chosen = {"active_choice": "entity", "entity": "input_number.fuse", "number": 1}
    told = await automate_trigger(hass, entry, "fuse_rating_exceeded", rating=chosen)
    attributes = {"unit_of_measurement": unit} if unit else {}
    for amperes, rating, times in ((10, "unknown", 0), (17, in_units, 1)):
        hass.states.async_set("input_number.fuse", str(rating), attributes)
        await draw(hass, cozify, 1, 5)
        await draw(hass, cozify, 1, amperes)
        await hass.async_block_till_done()
        assert len(told) == times


async def test_rating_is_required_where_no_bridge_tells_it(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without a rating of the bridge, an automation is refused with a sentence."""
    entry = await set_up(await simulators("whatwatt_go"))
    trigger = config_of(hass, entry, "trigger", "fuse_rating_exceeded")
    await automate(hass, trigger)
    assert not runs(hass)
    assert "Enter the rating of the fuse: Bridge does not report it" in caplog.text
