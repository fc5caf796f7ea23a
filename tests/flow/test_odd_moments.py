"""Test flows at moments that are rare: an entry that is gone, a login that changed."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge import config_flow
from custom_components.meter_bridge.bridges import BRIDGES, Kind
from custom_components.meter_bridge.bridges.client import Client, Identity
from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
)
from custom_components.meter_bridge.bridges.transport.address import parse_address
from custom_components.meter_bridge.const import CONF_ROLES, DOMAIN
from custom_components.meter_bridge.flow import following
from custom_components.meter_bridge.flow.announcement import Announcement
from custom_components.meter_bridge.flow.bare_meters import bare_meters
from custom_components.meter_bridge.flow.probe import identify, in_time
from tests.conftest import SetUp, Start


async def test_an_entry_that_is_removed_while_it_is_changed(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The flow ends, and creates nothing anew."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator)

    async def remove(client: Client[Any], entry: ConfigEntry, bridge: Kind) -> Identity:
        identity = await identify(client, entry, bridge)
        await hass.config_entries.async_remove(entry.entry_id)
        return identity

    monkeypatch.setattr(config_flow, "identify", remove)
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"host": simulator.address}
    )
    assert result["reason"] == "unknown"
    assert not hass.config_entries.async_entries(DOMAIN)


def test_an_entry_that_is_not_loaded_has_no_bare_meters() -> None:
    """Nothing is known of its meters."""
    assert bare_meters(MockConfigEntry(domain=DOMAIN)) == {}


async def test_a_refused_login_at_home_proves_nothing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be the same bridge with another password: nothing moves."""

    async def refuse(*_: object) -> Identity:
        raise BridgeAuthError("The bridge refuses the login")

    monkeypatch.setattr(following, "identify", refuse)
    entry = MockConfigEntry(
        domain=DOMAIN, data={"bridge": "iometer", "host": "127.0.0.1:9"}
    )
    entry.add_to_hass(hass)
    announced = Announcement(
        bridge=BRIDGES["iometer"],
        serial=None,
        address=parse_address("127.0.0.1:8"),
        hosts=frozenset({"127.0.0.1"}),
    )
    following.async_hear(hass, entry, announced)
    following.async_search(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["host"] == "127.0.0.1:9"


async def test_roles_are_kept_when_other_options_change(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """What the owner has said of registers stays while their step is not shown."""
    entry = await set_up(await simulators("iometer"))
    known = {"net": "register_1_power"}
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_ROLES: known}
    )
    await hass.async_block_till_done()
    result = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(result["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.options[CONF_ROLES] == known


async def test_a_set_up_that_takes_too_long() -> None:
    """It is told like a bridge that does not answer."""
    with pytest.raises(BridgeConnectionError):
        async with in_time(0):
            await asyncio.sleep(1)
