"""Bridges that ask for their address under a name that tells what they may be."""

from functools import partial

from homeassistant.config_entries import SOURCE_DHCP, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest

from custom_components.meter_bridge import announcement
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.address import Address
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN

from .conftest import SetUp, Start
from .flows import aborted, created, form, submit
from .simulator import Simulator

LEASED = [key for key, bridge in BRIDGES.items() if bridge.dhcp_hostname]

pytestmark = [
    pytest.mark.usefixtures("enable_custom_integrations"),
    pytest.mark.parametrize("key", LEASED),
]


@pytest.fixture
async def simulator(
    simulators: Start, key: str, monkeypatch: pytest.MonkeyPatch
) -> Simulator:
    """Return a simulator whose address, as any in a lease, comes without a port."""
    simulator = await simulators(key)
    address = partial(Address, port=simulator.port)
    monkeypatch.setattr(announcement, "Address", address)
    return simulator


async def lease(hass: HomeAssistant, hostname: str) -> ConfigFlowResult:
    """Let Home Assistant see a device ask for its address."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(
            ip="127.0.0.1", hostname=hostname, macaddress="02aabbccddee"
        ),
    )


def name(key: str) -> str:
    """Return a host name that this kind of bridge may have."""
    return str(BRIDGES[key].dhcp_hostname).replace("*", "123-456")


async def test_a_bridge_is_offered(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """Who has the name and answers in character is offered."""
    result = await lease(hass, name(key))
    assert form(result) == ("confirm", {})
    entry = created(await submit(hass, result))
    assert entry.data[CONF_BRIDGE] == key


async def test_the_name_alone_proves_nothing(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """Who has the name but answers otherwise is not offered."""
    simulator.garble(b"{}")
    assert aborted(await lease(hass, name(key))) == "not_recognised"


async def test_a_known_bridge_is_left_alone(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, key: str
) -> None:
    """Who is set up at the address already is neither asked nor offered again."""
    await set_up(simulator)
    asked = len(simulator.requests)
    assert aborted(await lease(hass, name(key))) == "already_configured"
    assert len(simulator.requests) == asked


async def test_another_name(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """Another name is not asked at all."""
    asked = len(simulator.requests)
    assert aborted(await lease(hass, "printer")) == "not_recognised"
    assert len(simulator.requests) == asked
