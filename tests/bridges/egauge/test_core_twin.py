"""Core's own integration for this bridge stores what `BRIDGE.core_twin` says."""

from unittest.mock import patch

from egauge_async.json.client import (  # type: ignore[import-untyped]
    EgaugeJsonClient,
)
from homeassistant.components.egauge import config_flow as core
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_HOST, CONF_SSL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
import httpx

from custom_components.meter_bridge.bridges.egauge import BRIDGE
from custom_components.meter_bridge.flow.probe import connect
from tests.conftest import Start
from tests.support.flows import created

HOST = "egauge.example"


async def test_entry_of_core(hass: HomeAssistant, simulators: Start) -> None:
    """Core's flow ends with the address and the unique id that we look for."""
    simulator = await simulators("egauge")

    def client_of(
        *,
        host: str,
        username: str,
        password: str,
        client: httpx.AsyncClient,
        use_ssl: bool,
    ) -> EgaugeJsonClient:
        """Return core's client; it takes no port, so that it is led there."""
        made = EgaugeJsonClient(host, username, password, client, use_ssl=use_ssl)
        made.base_url = made.auth.base_url = f"http://{simulator.address}/api"
        return made

    typed = {
        CONF_HOST: HOST,
        CONF_SSL: False,
        CONF_VERIFY_SSL: False,
        **simulator.credentials,
    }
    with (
        patch.object(core, "EgaugeJsonClient", client_of),
        patch("homeassistant.components.egauge.async_setup_entry"),
    ):
        entry = created(
            await hass.config_entries.flow.async_init(
                "egauge", context={"source": SOURCE_USER}, data=typed
            )
        )
        await hass.async_block_till_done()
    twin = BRIDGE.core_twin
    assert twin
    assert entry.domain == twin.domain
    assert entry.data[twin.address_key] == HOST
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    identity = await connect(hass, BRIDGE, data).identify()
    assert entry.unique_id == twin.unique_id_fn(identity)
