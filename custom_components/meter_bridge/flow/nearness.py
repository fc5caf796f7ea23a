"""Which addresses an announcement may make Home Assistant ask."""

from ipaddress import ip_address, ip_interface, ip_network
import os

from homeassistant.components.network import async_get_loaded_adapters
from homeassistant.core import HomeAssistant, callback

from ..bridges.transport.address import meanings

# What homes use (RFC 1918, RFC 4193). Python counts more as private: 6to4 and Teredo,
# which may lead anywhere, and networks for documents and benchmarks.
_HOMES = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
# Where simulators and Home Assistant share one host.
LOOPBACK_IS_NEAR = "METER_BRIDGE_LOOPBACK" in os.environ


@callback
def async_is_near(hass: HomeAssistant, host: str) -> bool:
    """Tell whether an announcement may make Home Assistant ask this address.

    Anybody can announce any address. Only private ones are asked, and those in a
    network of Home Assistant; but not its own host, except in the demo.
    """
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        # A name could lead anywhere.
        return False
    if ip.is_loopback:
        return LOOPBACK_IS_NEAR
    own = [ip_interface(each) for each in _own_interfaces(hass)]
    near = (*_HOMES, *(each.network for each in own))
    return not any(ip == each.ip for each in own) and all(
        each.is_link_local or any(each in network for network in near)
        for each in meanings(ip)
    )


def _own_interfaces(hass: HomeAssistant) -> list[str]:
    """Return the addresses of the host's interfaces, with their networks."""
    if "network" not in hass.config.components:
        return []
    return [
        f"{each['address']}/{each['network_prefix']}"
        for adapter in async_get_loaded_adapters(hass)
        for each in (*adapter["ipv4"], *adapter["ipv6"])
    ]
