"""Conditions, in automations that run against simulators."""

from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.condition import (
    Condition,
    async_from_config,
    async_validate_condition_config,
)
import probatio
import pytest

from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp, Start
from tests.support.automating import automate, bridge_of, config_of, runs
from tests.support.watching import advance, poll, shows


async def holds(hass: HomeAssistant, config: dict[str, Any]) -> bool | None:
    """Test a condition now."""
    valid = await async_validate_condition_config(hass, config)
    checker = await async_from_config(hass, valid)
    assert isinstance(checker, Condition)
    result = checker.async_check()
    checker.async_unload()
    return result


async def test_fresh_means_every_meter(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A target is fresh only while all of its meters are."""
    entry = await set_up(octopus)
    assert await holds(hass, config_of(hass, entry, "condition", "meter_is_fresh"))
    octopus.refuse(meter="gas")
    await advance(hass, freezer, 61)
    await poll(hass, entry)
    await shows(hass, "binary_sensor.gas_meter_meter_connection", "off")
    fresh = config_of(hass, entry, "condition", "meter_is_fresh")
    assert await holds(hass, fresh) is False
    fresh = config_of(hass, entry, "condition", "meter_is_fresh", behavior="any")
    assert await holds(hass, fresh)


async def test_problem_of_all(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One bit is a problem of any entity, but not of all."""
    entry = await set_up(octopus)
    octopus.gas.mstatus = 1
    await advance(hass, freezer, 61)
    await poll(hass, entry)
    key = "problem_is_present"
    for behavior, expected in (("any", True), ("all", False)):
        config = config_of(hass, entry, "condition", key, behavior=behavior)
        assert await holds(hass, config) is expected


async def test_bridge_stands_for_its_meters(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With only the bridge as the target, the meters below it count."""
    entry = await set_up(octopus)
    fresh = bridge_of(hass, entry, "condition", "meter_is_fresh")
    assert await holds(hass, fresh)
    octopus.refuse(meter="gas")
    await advance(hass, freezer, 61)
    await poll(hass, entry)
    await shows(hass, "binary_sensor.gas_meter_meter_connection", "off")
    assert await holds(hass, fresh) is False


async def test_unreachable_bridge_is_not_fresh(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A bridge that is away, or not loaded, is not fresh."""
    entry = await set_up(iometer)
    fresh = config_of(hass, entry, "condition", "meter_is_fresh")
    assert await holds(hass, fresh)
    await iometer.unplug()
    await poll(hass, entry)
    assert await holds(hass, fresh) is False
    await hass.config_entries.async_unload(entry.entry_id)
    assert await holds(hass, fresh) is False


async def test_no_meter_is_not_fresh(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A target without any meter is not fresh."""
    await set_up(iometer)
    condition = {
        "condition": f"{DOMAIN}.meter_is_fresh",
        "target": {"entity_id": "sensor.of_another_integration"},
    }
    assert await holds(hass, condition) is False


async def test_problem_is_present_while_it_lasts(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """One problem is enough; an unknown state is no problem."""
    entry = await set_up(iometer)
    problem = config_of(hass, entry, "condition", "problem_is_present")
    assert await holds(hass, problem) is False
    iometer.pin = "missing"
    await poll(hass, entry)
    assert await holds(hass, problem)
    await iometer.unplug()
    await poll(hass, entry)
    assert await holds(hass, problem) is False


async def test_current_is_compared_with_the_rating(
    hass: HomeAssistant, cozify: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A phase above the rating, the bridge's or a given one, exceeds it."""
    entry = await set_up(cozify)
    own = config_of(hass, entry, "condition", "fuse_rating_is_exceeded")
    lower = config_of(hass, entry, "condition", "fuse_rating_is_exceeded", rating=20)
    for amperes, exceeds_own, exceeds_lower in (
        (20, False, False),
        (25, False, True),
        (26, True, True),
    ):
        cozify.force("51.7.0", Decimal(amperes))
        cozify.tick()
        await poll(hass, entry)
        assert await holds(hass, own) is exceeds_own
        assert await holds(hass, lower) is exceeds_lower
    await cozify.unplug()
    await poll(hass, entry)
    assert await holds(hass, own) is False


async def test_rating_is_required_where_no_bridge_tells_it(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Without a rating of the bridge the option is required, and must not be 0."""
    entry = await set_up(await simulators("whatwatt_go"))
    key = "fuse_rating_is_exceeded"
    for options in ({}, {"rating": {"active_choice": "number"}}, {"rating": None}):
        config = config_of(hass, entry, "condition", key, **options)
        with pytest.raises(HomeAssistantError, match=r"^Enter the rating of the fuse:"):
            await holds(hass, config)
    for rating in (0, "no entity"):
        with pytest.raises(probatio.Invalid, match="rating"):
            await holds(hass, config_of(hass, entry, "condition", key, rating=rating))


@pytest.mark.parametrize(
    ("key", "entity_id"),
    [
        ("problem_is_present", "sensor.bridge_active_tariff"),
        ("meter_is_fresh", "sensor.bridge_active_tariff"),
        ("fuse_rating_is_exceeded", "sensor.bridge_power"),
    ],
)
async def test_entity_that_cannot_tell_is_refused(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str, entity_id: str
) -> None:
    """A target of which nothing could ever be known is refused with a sentence."""
    entry = await set_up(await simulators("whatwatt_go"))
    state = hass.states.get(entity_id)
    assert state is not None
    config = config_of(hass, entry, "condition", key)
    config["target"] = {"entity_id": entity_id}
    with pytest.raises(HomeAssistantError, match=f"^{state.name} cannot tell this"):
        await holds(hass, config)


async def test_condition_holds_an_automation_back(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """An automation with a condition runs only while that holds."""
    entry = await set_up(iometer)
    trigger = {"trigger": "event", "event_type": "try"}
    told = await automate(
        hass, trigger, [config_of(hass, entry, "condition", "meter_is_fresh")]
    )
    assert runs(hass)
    hass.bus.async_fire("try")
    await hass.async_block_till_done()
    assert len(told) == 1
    await iometer.unplug()
    await poll(hass, entry)
    hass.bus.async_fire("try")
    await hass.async_block_till_done()
    assert len(told) == 1
