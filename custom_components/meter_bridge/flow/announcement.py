"""What somebody announces on the network, before anything proves it."""

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from ipaddress import ip_address

from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..bridges import BRIDGES
from ..bridges.transport.address import Address, parse_address
from .probe import Kind

_USUAL_PORT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A kind of bridge, where it is said to be, and its serial where it tells that.

    `hosts` are all its addresses, of which Home Assistant chose one.
    """

    bridge: Kind
    address: Address
    hosts: frozenset[str]
    serial: str | None

    def is_at(self, host: str) -> bool:
        """Tell whether an entry with this host looks for its bridge there already."""
        known = parse_address(host)
        return known.host in self.hosts and (
            known.port is None or known.port == (self.address.port or _USUAL_PORT)
        )

    def instead_of(self, host: str) -> str | None:
        """Return what an entry could have instead of this host; None if it may stay.

        A name always may: it was chosen by the owner, and follows the bridge by itself.
        """
        known = parse_address(host)
        if self.is_at(host) or _is_name(known.host):
            return None
        # Who was set up by https is not looked for by http.
        return str(replace(self.address, scheme=known.scheme))


def read_lease(info: DhcpServiceInfo) -> Announcement | None:
    """Return which bridge may have asked for an address by its usual name."""
    for bridge in BRIDGES.values():
        if bridge.dhcp_hostname and fnmatch(info.hostname, bridge.dhcp_hostname):
            address = Address(host=info.ip)
            return Announcement(
                bridge=bridge,
                address=address,
                hosts=frozenset({address.host}),
                serial=None,
            )
    return None


def read_announcement(info: ZeroconfServiceInfo) -> Announcement | None:
    """Return which bridge is announced; None if it is none or cannot be there."""
    port = None if info.port == _USUAL_PORT else info.port
    try:
        address = parse_address(str(Address(host=info.host, port=port)))
    except ValueError:
        return None
    for bridge in BRIDGES.values():
        match = bridge.zeroconf
        if (
            match
            and info.type == match.type
            and all(
                str(info.properties.get(key)).lower() == value
                for key, value in match.properties.items()
            )
        ):
            key = match.serial_property
            serial = info.properties.get(key) if key else None
            return Announcement(
                bridge=bridge,
                address=address,
                hosts=frozenset({address.host, *info.addresses}),
                serial=serial,
            )
    return None


def _is_name(host: str) -> bool:
    """Tell a name from an address."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False
