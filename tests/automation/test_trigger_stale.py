"""The triggers "meter went stale" and "meter came back"."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.automating import (
    automate,
    automate_trigger,
    bridge_of,
    by,
)
from tests.support.watching import advance, poll, shows

CONNECTION = "binary_sensor.bridge_meter_connection"
STALE_SECONDS = 600


@pytest.mark.parametrize("mishap", ["silent", "unplugged"])
async def test_meter_goes_stale(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    mishap: str,
) -> None:
    """A silent meter, or bridge, triggers once that has lasted."""
    entry = await set_up(iometer)
    stale = await automate_trigger(hass, entry, "meter_went_stale", **{"for": 120})
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
    """A short silence triggers neither; after a long one, its end triggers too."""
    entry = await set_up(iometer)
    told = await automate_trigger(hass, entry, "meter_came_back", away_for=120)
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
    """Reloading an entry triggers neither."""
    entry = await set_up(iometer)
    stale = await automate_trigger(hass, entry, "meter_went_stale")
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
    """A silent meter that is removed, or leaves the target, does not trigger."""
    entry = await set_up(iometer)
    stale = await automate_trigger(hass, entry, "meter_went_stale", **{"for": 120})
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


GAS = "binary_sensor.gas_meter_meter_connection"
ELECTRICITY = "binary_sensor.electricity_meter_meter_connection"
BRIDGE = "binary_sensor.bridge_bridge_connection"
METERS = {"gas": GAS, "elec": ELECTRICITY}


async def lose_and_find(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Lose the gas meter, then the other one; find both again, one after the other."""
    for shown in ("off", "on"):
        for meter, connection in METERS.items():
            if shown == "off":
                octopus.refuse(meter=meter)
            else:
                del octopus.refusals[meter]
            await advance(hass, freezer, 61)
            await poll(hass, entry)
            await shows(hass, connection, shown)
            await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        ("each", [GAS, ELECTRICITY]),
        ("first", [GAS]),
        ("all", [ELECTRICITY]),
    ],
)
async def test_bridge_stands_for_its_meters(  # noqa: PLR0913, PLR0917 (a table)
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    behavior: str,
    expected: list[str],
) -> None:
    """With only the bridge as the target, each, the first or all of its meters act."""
    entry = await set_up(octopus)
    keys = ("meter_went_stale", "meter_came_back")
    triggers = [
        {**bridge_of(hass, entry, "trigger", key, behavior=behavior), "id": key}
        for key in keys
    ]
    told = await automate(hass, triggers)
    await lose_and_find(hass, octopus, entry, freezer)
    assert [by(told, key) for key in keys] == [expected, expected]


async def test_all_have_to_stay_stale(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """With a duration, all or the first one wait for it, and for all of it."""
    entry = await set_up(octopus)
    key, lasting = "meter_went_stale", {"for": 300}
    triggers = [
        {
            **bridge_of(hass, entry, "trigger", key, behavior=behavior, **lasting),
            "id": behavior,
        }
        for behavior in ("first", "all")
    ]
    told = await automate(hass, triggers)
    await lose_and_find(hass, octopus, entry, freezer)
    await advance(hass, freezer, 301)
    assert not told
    for meter, connection in METERS.items():
        octopus.refuse(meter=meter)
        await advance(hass, freezer, 61)
        await poll(hass, entry)
        await shows(hass, connection, "off")
        await hass.async_block_till_done()
    await advance(hass, freezer, 250)
    assert not told
    await advance(hass, freezer, 301)
    # Both durations end within one step of the clock, so that either may be told.
    for behavior in ("first", "all"):
        [connection] = by(told, behavior)
        assert connection in METERS.values()


async def test_connection_of_the_bridge_counts(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """The connection of a bridge is watched where it is chosen, or has no meter."""
    entry = await set_up(iometer)
    er.async_get(hass).async_update_entity(
        CONNECTION, hidden_by=er.RegistryEntryHider.USER
    )
    chosen = {
        "trigger": f"{DOMAIN}.meter_went_stale",
        "target": {"entity_id": [CONNECTION, BRIDGE]},
    }
    device = bridge_of(hass, entry, "trigger", "meter_went_stale")
    told = await automate(
        hass, [{**chosen, "id": "chosen"}, {**device, "id": "device"}]
    )
    await iometer.unplug()
    await poll(hass, entry)
    await shows(hass, BRIDGE, "off")
    await hass.async_block_till_done()
    assert sorted(by(told, "chosen")) == [BRIDGE, CONNECTION]
    assert by(told, "device") == [BRIDGE]
