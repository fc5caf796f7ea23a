"""Core's own integration for this bridge stores what `BRIDGE.core_twin` says."""

from unittest.mock import patch

from aiohttp import ClientSession, TCPConnector
from homeassistant.components.iometer import config_flow as core
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from custom_components.meter_bridge.bridges.iometer import BRIDGE
from custom_components.meter_bridge.flow.probe import connect
from tests.conftest import Start
from tests.support.flows import created, pushing

from .test_simulator import OnePort

HOST = "iometer.example"


async def test_entry_of_core(hass: HomeAssistant, simulators: Start) -> None:
    """Core's flow ends with the address and the unique id that we look for."""
    simulator = await pushing(simulators)
    connector = TCPConnector(resolver=OnePort(simulator), use_dns_cache=False)
    async with ClientSession(connector=connector) as session:
        with (
            patch.object(core, "async_get_clientsession", return_value=session),
            patch("homeassistant.components.iometer.async_setup_entry"),
        ):
            entry = created(
                await hass.config_entries.flow.async_init(
                    "iometer", context={"source": SOURCE_USER}, data={CONF_HOST: HOST}
                )
            )
            await hass.async_block_till_done()
    twin = BRIDGE.core_twin
    assert twin
    assert entry.domain == twin.domain
    assert entry.data[twin.address_key] == HOST
    client = connect(hass, BRIDGE, {CONF_HOST: simulator.address})
    assert entry.unique_id == twin.unique_id_fn(await client.identify())
