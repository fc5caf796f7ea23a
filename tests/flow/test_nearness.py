"""Which addresses an announcement may make Home Assistant ask."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.flow import nearness
from custom_components.meter_bridge.flow.nearness import async_is_near
from tests.conftest import Start
from tests.support.flows import aborted, discover

OWN = [
    {
        "ipv4": [
            {"address": "192.168.1.5", "network_prefix": 24},
            {"address": "100.64.3.5", "network_prefix": 24},
        ],
        "ipv6": [{"address": "2001:470::5", "network_prefix": 64}],
    }
]


@pytest.fixture(autouse=True)
def interfaces(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the host interfaces, and no option for the demo."""
    monkeypatch.setattr(nearness, "LOOPBACK_IS_NEAR", False)
    hass.config.components.add("network")
    with patch.object(nearness, "async_get_loaded_adapters", return_value=OWN):
        yield


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.1.6", "10.1.2.3", "172.16.0.1", "169.254.1.1", "fe80::1%eth0"),
        *("fd00::1", "100.64.3.6", "2001:470::6"),
    ],
)
async def test_near(hass: HomeAssistant, host: str) -> None:
    """Private and link-local addresses are asked, and those in a network of its own."""
    assert async_is_near(hass, host)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "::1", "0.0.0.0", "240.0.0.1", "255.255.255.255"),  # noqa: S104
        *("8.8.8.8", "2606:4700::1111", "100.64.4.6", "2001:470:0:1::6"),
        *("192.168.1.5", "100.64.3.5", "2001:470::5", "::ffff:192.168.1.5"),
        # Addresses that lead to another one, by a tunnel or a gateway.
        *("2002:808:808::1", "2002:7f00:1::", "2001:0:808:808::1"),
        *("64:ff9b::808:808", "64:ff9b:1::7f00:1", "fe80::5efe:8.8.8.8"),
        *("::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"),
        # Of documents and benchmarks.
        *("192.0.2.1", "198.18.0.1", "2001:db8::1", "fec0::1", "ff02::1"),
        *("printer", "bridge.local", ""),
    ],
)
async def test_far(hass: HomeAssistant, host: str) -> None:
    """Home Assistant asks no public address, and not itself, because of a message."""
    assert not async_is_near(hass, host)


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", ["cozify_han", "iometer"])
async def test_who_is_not_near_is_not_asked(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """An announcement and a lease of an address that is not near lead to no request."""
    simulator = await simulators(key)
    assert aborted(await discover(hass, simulator)) == "not_recognised"
    assert not simulator.requests
