"""When an announced address replaces the stored one of an entry."""

from ipaddress import ip_address

from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport.address import (
    Address,
    parse_address,
)
from custom_components.meter_bridge.flow import announcement as module
from custom_components.meter_bridge.flow.announcement import (
    Announcement,
    read_announcement,
)


@pytest.mark.parametrize(
    ("host", "announced"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:80", "192.0.2.7"),
        ("http://192.0.2.7", "192.0.2.7"),
        ("https://192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7:8080"),
        ("[2001:DB8:0::7]", "2001:db8::7"),
        ("bridge.local", "192.0.2.7"),
        ("https://bridge.example:8443", "192.0.2.7"),
    ],
)
def test_hosts_that_may_stay(host: str, announced: str) -> None:
    """A host that means the announced address is kept, and a host name always is."""
    assert heard(announced).instead_of(host) is None


@pytest.mark.parametrize(
    ("host", "announced", "instead"),
    [
        ("192.0.2.7", "192.0.2.8", "192.0.2.8"),
        ("192.0.2.7:8080", "192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:80", "192.0.2.7:8080", "192.0.2.7:8080"),
        ("192.0.2.7", "2001:db8::7", "[2001:db8::7]"),
        ("https://192.0.2.7", "192.0.2.8", "https://192.0.2.8"),
        ("http://192.0.2.7", "192.0.2.8:8080", "http://192.0.2.8:8080"),
    ],
)
def test_hosts_that_have_to_go(host: str, announced: str, instead: str) -> None:
    """An address that means another one is replaced; https stays https."""
    assert heard(announced).instead_of(host) == instead


def test_one_of_several_addresses() -> None:
    """Either of two announced addresses is kept."""
    both = heard("192.0.2.7", "2001:db8::7")
    assert both.instead_of("192.0.2.7") is None
    assert both.instead_of("[2001:db8::7]") is None
    assert both.instead_of("192.0.2.8") == "192.0.2.7"


def test_what_was_heard() -> None:
    """The chosen address is read together with all others, normalised."""
    bridge = BRIDGES["whatwatt_go"]
    assert bridge.zeroconf
    addresses = [ip_address("192.0.2.7"), ip_address("2001:db8:0::7")]
    info = ZeroconfServiceInfo(
        ip_address=addresses[0],
        ip_addresses=addresses,
        port=8080,
        hostname="bridge.local.",
        type=bridge.zeroconf.type,
        name=f"Bridge.{bridge.zeroconf.type}",
        properties={"Other": None, **bridge.zeroconf.properties},
    )
    assert read_announcement(info) == Announcement(
        bridge=bridge,
        address=Address(host="192.0.2.7", port=8080),
        hosts=frozenset({"192.0.2.7", "2001:db8::7"}),
        serial=None,
    )


def heard(address: str, *others: str) -> Announcement:
    """Return an announcement at an address."""
    parsed = parse_address(address)
    return Announcement(
        bridge=next(iter(BRIDGES.values())),
        address=parsed,
        hosts=frozenset({parsed.host, *others}),
        serial=None,
    )


def test_a_lease_with_an_impossible_address() -> None:
    """A lease whose address is none is passed over without a traceback."""
    lease = DhcpServiceInfo(
        ip="fe80::1%25%25", hostname="cozify-han-1", macaddress="02aabbccddee"
    )
    assert module.read_lease(lease) is None
