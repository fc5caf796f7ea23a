"""The integrations that are compared over a day, and how each is set up."""

from collections.abc import Callable
from typing import Any, cast

from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from tests.support.kind import Kind

from .feeder import Place
from .floor import set_up_sensors
from .home import new_entry, set_up
from .peers import core_data
from .plain import PlainCoordinator, PlainSensor

OURS, BEFORE, CORE, PLAIN = (
    *("Meter Bridge", "Meter Bridge before", "Home Assistant's own", "plain"),
)
# Default options, except that demand is off where it is on by default, and vice versa.
OTHER_DEMAND = "demand the other way"

type SetUp = Callable[[HomeAssistant, Kind, Place], Any]


def _coordinator(entry: MockConfigEntry) -> DataUpdateCoordinator[Any]:
    """Return what takes the readings of an entry."""
    return cast("DataUpdateCoordinator[Any]", entry.runtime_data)


async def _set_up_ours(
    hass: HomeAssistant, _kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up our integration."""
    return _coordinator(await set_up(hass, await new_entry(hass, place)))


async def _set_up_other_demand(
    hass: HomeAssistant, kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up our integration with demand where it is off, else without."""
    demand = not BRIDGES[kind.key].shows_demand
    return _coordinator(await set_up(hass, await new_entry(hass, place, demand=demand)))


async def _set_up_core(
    hass: HomeAssistant, kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up Home Assistant's own integration."""
    entry = MockConfigEntry(domain=kind.key, title=kind.key, data=core_data(place))
    entry.add_to_hass(hass)
    return _coordinator(await set_up(hass, entry))


async def _set_up_plain(
    hass: HomeAssistant, kind: Kind, place: Place
) -> DataUpdateCoordinator[Any]:
    """Set up the plain integration, with a sensor for each register."""
    assert kind.benchmark.peer
    coordinator = PlainCoordinator(hass, place, kind, kind.benchmark.peer.parse)
    await coordinator.async_refresh()
    sensors = [PlainSensor(coordinator, register) for register in coordinator.data]
    await set_up_sensors(hass, f"plain_{kind.key}", sensors)
    return coordinator


SET_UPS: dict[str, SetUp] = {
    OURS: _set_up_ours,
    BEFORE: _set_up_ours,
    OTHER_DEMAND: _set_up_other_demand,
    CORE: _set_up_core,
    PLAIN: _set_up_plain,
}
