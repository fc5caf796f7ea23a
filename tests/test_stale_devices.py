"""The owner deletes the device of a meter that no longer reports."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.meter_bridge.const import DOMAIN

from .bridges.octopus_home_pro.conftest import VOLUME, pass_time
from .bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import SetUp, Start
from .support.repairing import RESTART
from .support.waiting import eventually
from .support.watching import advance, poll, state

# Home Assistant's own web server uses something that aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:It is recommended to use web")

GAS, BUS = "Gas meter", "Volume meter"
REFUSED = "Failed to remove device entry, rejected by integration"

type Delete = Callable[[MockConfigEntry, str], Awaitable[str | None]]


def device(
    hass: HomeAssistant, entry: MockConfigEntry, name: str
) -> dr.DeviceEntry | None:
    """Return the device with this name, if there is one."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next((each for each in devices if each.name == name), None)


@pytest.fixture
async def delete(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Delete:
    """Return a function that deletes a device as the front end does.

    It returns the reason of a refusal.
    """
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)

    async def ask(entry: MockConfigEntry, name: str) -> str | None:
        found = device(hass, entry, name)
        assert found
        await client.send_json_auto_id(
            {
                "type": "config/device_registry/remove_config_entry",
                "config_entry_id": entry.entry_id,
                "device_id": found.id,
            }
        )
        answer = await client.receive_json()
        await hass.async_block_till_done()
        return None if answer["success"] else str(answer["error"]["message"])

    return ask


@pytest.fixture
async def home(simulators: Start) -> OctopusHomeProSimulator:
    """Return a Home Pro that receives both meters."""
    return cast("OctopusHomeProSimulator", await simulators("octopus_home_pro"))


async def test_gas_meter_that_is_gone(
    hass: HomeAssistant,
    home: OctopusHomeProSimulator,
    set_up: SetUp,
    delete: Delete,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A gas meter without readings can be deleted; if it reports again, it is new."""
    entry = await set_up(home)
    entry.runtime_data.meter_issues.report_replaced("gas", RESTART)
    silent, replaced = (
        f"{key}_{entry.entry_id}_gas" for key in ("meter_silent", "meter_replaced")
    )
    issues = ir.async_get(hass)
    home.has_gas = False
    await pass_time(hass, freezer, 130)
    await advance(hass, freezer, 3700)
    await pass_time(hass, freezer, 130)
    assert issues.async_get_issue(DOMAIN, silent)
    assert await delete(entry, GAS) is None
    registry = er.async_get(hass)
    left = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert left
    assert not [each.entity_id for each in left if "gas" in each.unique_id]
    assert not hass.states.get(VOLUME)
    assert not issues.async_get_issue(DOMAIN, silent)
    assert not issues.async_get_issue(DOMAIN, replaced)
    await pass_time(hass, freezer, 120)
    assert device(hass, entry, GAS) is None
    # With a stored level, the lower one would be believed only after an hour.
    home.has_gas = True
    home.force("3.0.0", Decimal(12))
    home.tick()
    await pass_time(hass, freezer, 1000)
    assert state(hass, VOLUME) == "12"
    assert device(hass, entry, GAS)


async def test_gas_meter_that_was_gone_before_a_restart(
    hass: HomeAssistant,
    home: OctopusHomeProSimulator,
    set_up: SetUp,
    delete: Delete,
    hass_storage: dict[str, Any],
) -> None:
    """A meter that is only known from the stored file is deleted from it at once."""
    entry = await set_up(home)
    home.has_gas = False
    await hass.config_entries.async_reload(entry.entry_id)

    def stored() -> set[str]:
        return set(hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["meters"])

    assert stored() == {"electricity", "gas"}
    assert await delete(entry, GAS) is None
    await eventually(lambda: stored() == {"electricity"})


async def test_gas_meter_that_may_be_there(
    hass: HomeAssistant,
    home: OctopusHomeProSimulator,
    set_up: SetUp,
    delete: Delete,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The device of a meter that still reports, or whose bridge is away, stays."""
    entry = await set_up(home)
    assert await delete(entry, GAS) == REFUSED
    assert await delete(entry, "Bridge") == REFUSED
    home.gas.linked = False
    await pass_time(hass, freezer, 7300)
    assert state(hass, VOLUME) == "unavailable"
    assert await delete(entry, GAS) == REFUSED
    await home.unplug()
    await poll(hass, entry)
    assert await delete(entry, GAS) == REFUSED
    await hass.config_entries.async_reload(entry.entry_id)
    assert await delete(entry, GAS) == REFUSED
    await home.plug_in()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, VOLUME) == "4711.018"


async def test_meter_that_still_says_something(
    hass: HomeAssistant,
    home: OctopusHomeProSimulator,
    set_up: SetUp,
    delete: Delete,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A meter without readings cannot be deleted while it still has other values."""
    entry = await set_up(home)
    home.has_gas = False
    await pass_time(hass, freezer, 130)
    assert {each.meter.key for each in entry.runtime_data.data.readings} == {
        "electricity"
    }
    assert await delete(entry, GAS) == REFUSED


async def test_meter_of_the_bus(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    delete: Delete,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A meter removed from the M-Bus can be deleted; when it returns, it is new."""
    bridge = cast("WhatwattGoSimulator", await simulators("whatwatt_go"))
    bridge.volume_id = "30012345"
    bridge.tick()
    entry = await set_up(bridge)
    await eventually(lambda: bridge.open_streams == 1)
    bridge.tick()
    await poll(hass, entry)
    assert await delete(entry, BUS) == REFUSED
    bridge.volume_id = None
    bridge.tick()
    await poll(hass, entry)
    assert await delete(entry, BUS) is None
    assert device(hass, entry, BUS) is None
    bridge.volume_id = "30012345"
    bridge.tick()
    await poll(hass, entry)
    assert device(hass, entry, BUS)
    await eventually(lambda: state(hass, "sensor.volume_meter_volume") == "4711.018")
