"""The triggers "meter went stale" and "meter came back"."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import SetUp
from tests.support.automating import (
    automate_trigger,
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
