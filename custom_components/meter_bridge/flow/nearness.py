"""Which addresses an announcement may make Home Assistant ask."""

from ipaddress import ip_address, ip_interface
import os

from homeassistant.components.network import async_get_loaded_adapters
from homeassistant.core import HomeAssistant, callback

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
    if ip.is_reserved or ip.is_unspecified or ip.is_multicast:
        return False
    own = [ip_interface(each) for each in _own_interfaces(hass)]
    if any(ip == each.ip for each in own):
        return False
    return ip.is_private or any(ip in each.network for each in own)


def _own_interfaces(hass: HomeAssistant) -> list[str]:
    """Return the addresses of the host's interfaces, with their networks."""
    if "network" not in hass.config.components:
        return []
    return [
        f"{each['address']}/{each['network_prefix']}"
        for adapter in async_get_loaded_adapters(hass)
        for each in (*adapter["ipv4"], *adapter["ipv6"])
    ]
