"""Triggers, in automations that run against simulators."""

from decimal import Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.trigger import async_get_all_descriptions
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.trigger import TRIGGERS

from .bridges.cozify_han.simulator import CozifyHanSimulator
from .bridges.iometer.simulator import IometerSimulator
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .conftest import SetUp, Start
from .support.automating import automate, by, devices, runs
from .support.waiting import eventually
from .support.watching import advance, poll, shows, state

CONNECTION = "binary_sensor.bridge_meter_connection"
CURRENT = "sensor.bridge_current_phase_1"
STALE_SECONDS = 600


@pytest.fixture
async def iometer(simulators: Start) -> IometerSimulator:
    """Run a bridge with a PIN, whose meter is stale after ten minutes."""
    started = await simulators("iometer")
    assert isinstance(started, IometerSimulator)
    return started


@pytest.fixture
async def octopus(simulators: Start) -> OctopusHomeProSimulator:
    """Run a bridge whose two meters tell of their status bit by bit."""
    started = await simulators("octopus_home_pro")
    assert isinstance(started, OctopusHomeProSimulator)
    return started


@pytest.fixture
async def cozify(simulators: Start) -> CozifyHanSimulator:
    """Run a bridge that tells the rating of the main fuse, 25 A."""
    started = await simulators("cozify_han")
    assert isinstance(started, CozifyHanSimulator)
    return started


def of(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, **options: object
) -> dict[str, Any]:
    """Return a trigger for all devices of a bridge."""
    return {
        "trigger": f"{DOMAIN}.{key}",
        "target": {"device_id": devices(hass, entry)},
        "options": options,
    }


async def told_of(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, **options: object
) -> list[Event[Any]]:
    """Run an automation with such a trigger."""
    told = await automate(hass, of(hass, entry, key, **options))
    assert runs(hass)
    return told


def amount(hass: HomeAssistant, entity_id: str) -> float | None:
    """Return what a sensor shows, None while it is unavailable."""
    shown = state(hass, entity_id)
    return None if shown == STATE_UNAVAILABLE else float(shown)


async def draw(
    hass: HomeAssistant, simulator: CozifyHanSimulator, amperes: int, shown: int = 0
) -> None:
    """Let so much flow through phase 1, until it is shown."""
    await eventually(lambda: simulator.open_streams)
    simulator.force("31.7.0", Decimal(amperes))
    simulator.tick()
    await eventually(lambda: amount(hass, CURRENT) == (shown or amperes))
    await hass.async_block_till_done()


async def test_every_status_bit_raises_a_problem(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A bit of either meter triggers when it is set, but not when it is cleared."""
    entry = await set_up(octopus)
    told = await told_of(hass, entry, "problem_raised")
    for bits in (0b101, 0, 0):
        octopus.electricity.mstatus = bits
        octopus.gas.mstatus = bits << 1
        await advance(hass, freezer, 61)
        await poll(hass, entry)
    assert sorted(by(told)) == [
        "binary_sensor.electricity_meter_meter_check",
        "binary_sensor.electricity_meter_tampering",
        "binary_sensor.gas_meter_meter_battery",
    ]


async def test_missing_pin_is_a_problem(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A PIN that is lost triggers; one that is being entered does not."""
    entry = await set_up(iometer)
    told = await told_of(hass, entry, "problem_raised")
    for pin in ("pending", "missing"):
        iometer.pin = pin
        iometer.tick()
        await shows(hass, "sensor.bridge_pin", pin)
    await hass.async_block_till_done()
    assert by(told) == ["sensor.bridge_pin"]


async def test_problem_that_lasts_is_told_once(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither a drop-out nor a reload makes an old problem a new one."""
    entry = await set_up(iometer)
    told = await told_of(hass, entry, "problem_raised")
    iometer.pin = "missing"
    iometer.tick()
    await shows(hass, "sensor.bridge_pin", "missing")
    await iometer.unplug()
    await advance(hass, freezer, 60)
    await shows(hass, "sensor.bridge_pin", "unavailable")
    await iometer.plug_in()
    await poll(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await shows(hass, "sensor.bridge_pin", "missing")
    assert len(told) == 1


async def test_problem_behind_a_drop_out_is_told(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A problem that came while the bridge was away triggers when it is back."""
    entry = await set_up(iometer)
    told = await told_of(hass, entry, "problem_raised")
    await iometer.unplug()
    await advance(hass, freezer, 60)
    await shows(hass, "sensor.bridge_pin", "unavailable")
    iometer.pin = "missing"
    await iometer.plug_in()
    await poll(hass, entry)
    assert by(told) == ["sensor.bridge_pin"]


async def test_problem_at_the_start_is_no_news(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A problem that was there before the automation does not trigger it."""
    iometer.pin = "missing"
    iometer.tick()
    entry = await set_up(iometer)
    told = await told_of(hass, entry, "problem_raised")
    await poll(hass, entry)
    assert not told


@pytest.mark.parametrize("mishap", ["silent", "unplugged"])
async def test_meter_goes_stale(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    mishap: str,
) -> None:
    """A meter is stale whether it or its bridge is silent, once that has lasted."""
    entry = await set_up(iometer)
    stale = await told_of(hass, entry, "meter_went_stale", **{"for": 120})
    if mishap == "unplugged":
        await iometer.unplug()
        expected = "unavailable"
    else:
        await advance(hass, freezer, STALE_SECONDS)
        expected = "off"
    await advance(hass, freezer, 30)
    await poll(hass, entry)
    await shows(hass, CONNECTION, expected)
    await advance(hass, freezer, 110)
    assert not stale
    await advance(hass, freezer, 121)
    assert by(stale) == [CONNECTION]


async def test_short_silence_is_neither_stale_nor_back(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What ends in time triggers neither; what lasts triggers when it ends."""
    entry = await set_up(iometer)
    told = await told_of(hass, entry, "meter_came_back", away_for=120)
    for seconds, times in ((60, 0), (130, 1), (60, 1)):
        await iometer.unplug()
        await poll(hass, entry)
        await shows(hass, CONNECTION, "unavailable")
        await advance(hass, freezer, seconds)
        await iometer.plug_in()
        iometer.tick()
        await poll(hass, entry)
        await shows(hass, CONNECTION, "on")
        assert by(told) == [CONNECTION] * times


async def test_reload_is_no_silence(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """While an entry is reloaded its meter is neither stale, nor then back."""
    entry = await set_up(iometer)
    stale = await told_of(hass, entry, "meter_went_stale")
    await hass.config_entries.async_reload(entry.entry_id)
    await shows(hass, CONNECTION, "on")
    await hass.async_block_till_done()
    assert not stale


@pytest.mark.parametrize("way", ["removed", "hidden"])
async def test_meter_that_leaves_is_not_waited_for(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    way: str,
) -> None:
    """A silent meter that is removed, or leaves the target, does not trigger later."""
    entry = await set_up(iometer)
    stale = await told_of(hass, entry, "meter_went_stale", **{"for": 120})
    await iometer.unplug()
    await poll(hass, entry)
    await shows(hass, CONNECTION, "unavailable")
    if way == "removed":
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        er.async_get(hass).async_update_entity(
            CONNECTION, hidden_by=er.RegistryEntryHider.USER
        )
        await hass.async_block_till_done()
    await advance(hass, freezer, 121)
    assert not stale


async def test_fuse_of_the_bridge_is_exceeded(
    hass: HomeAssistant,
    cozify: CozifyHanSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A phase above the rating for the time triggers once; a peak does not."""
    entry = await set_up(cozify)
    told = await told_of(hass, entry, "fuse_rating_exceeded", **{"for": 60})
    await draw(hass, cozify, 30)
    await advance(hass, freezer, 50)
    await draw(hass, cozify, 20)
    await advance(hass, freezer, 61)
    assert not told
    await draw(hass, cozify, 30)
    await advance(hass, freezer, 30)
    await draw(hass, cozify, 31)
    await advance(hass, freezer, 61)
    assert by(told) == [CURRENT]
    await draw(hass, cozify, 32)
    await advance(hass, freezer, 61)
    assert len(told) == 1


async def test_rating_can_be_another_one(
    hass: HomeAssistant, cozify: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A rating that is given stands in for the bridge's, whatever unit is shown."""
    entry = await set_up(cozify)
    er.async_get(hass).async_update_entity_options(
        CURRENT, "sensor", {"unit_of_measurement": "mA"}
    )
    await hass.async_block_till_done()
    told = await told_of(hass, entry, "fuse_rating_exceeded", rating=16)
    for amperes, times in ((10, 0), (16, 0), (17, 1)):
        await draw(hass, cozify, amperes, shown=amperes * 1000)
        assert len(told) == times


async def test_margin_and_rating_are_no_load(
    hass: HomeAssistant, cozify: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Currents that do not flow, like the margin of the fuse, are not compared."""
    entry = await set_up(cozify)
    await draw(hass, cozify, 24)
    told = await told_of(hass, entry, "fuse_rating_exceeded", rating=15)
    await draw(hass, cozify, 2)
    await eventually(lambda: amount(hass, "sensor.bridge_fuse_margin") == 23)
    assert not told


async def test_rating_is_required_where_no_bridge_tells_it(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A fuse that nobody knows is refused when the automation is set up."""
    entry = await set_up(await simulators("whatwatt_go"))
    trigger = of(hass, entry, "fuse_rating_exceeded")
    await automate(hass, trigger)
    assert not runs(hass)


async def test_triggers_are_offered_in_words(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """Each trigger has a description, a name and icons, and no other has."""
    await set_up(iometer)
    descriptions = await async_get_all_descriptions(hass)
    for key in TRIGGERS:
        described = descriptions[f"{DOMAIN}.{key}"]
        assert described is not None
        assert described["target"]["entity"]
        words = await async_get_translations(hass, "en", "triggers", [DOMAIN])
        place = f"component.{DOMAIN}.triggers.{key}"
        assert words[f"{place}.name"]
        for field in described["fields"]:
            assert words[f"{place}.fields.{field}.name"]
