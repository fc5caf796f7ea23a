"""Read announcements and DHCP leases, which may come from anybody: no proof yet."""

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from ipaddress import ip_address

from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..bridges import BRIDGES, Kind
from ..bridges.transport.address import Address, parse_address

_USUAL_PORT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The kind and address that were announced; the serial, if it was announced too.

    `hosts` are all announced addresses; Home Assistant chose one of them as `address`.
    """

    bridge: Kind
    address: Address
    hosts: frozenset[str]
    serial: str | None

    def is_at(self, host: str) -> bool:
        """Tell whether an entry with this host uses the announced address already."""
        known = parse_address(host)
        return known.host in self.hosts and (
            known.port is None or known.port == (self.address.port or _USUAL_PORT)
        )

    def instead_of(self, host: str) -> str | None:
        """Return the new host for an entry that has this one; None to keep it.

        A host name is always kept: the owner chose it, and it follows the bridge by
        itself.
        """
        known = parse_address(host)
        if self.is_at(host) or _is_name(known.host):
            return None
        # An entry that was set up with https stays with https.
        return str(replace(self.address, scheme=known.scheme))


def read_lease(info: DhcpServiceInfo) -> Announcement | None:
    """Return the kind of bridge whose usual host name is in this DHCP lease."""
    for bridge in BRIDGES.values():
        if bridge.dhcp_hostname and fnmatch(info.hostname, bridge.dhcp_hostname):
            try:
                address = parse_address(str(Address(host=info.ip)))
            except ValueError:
                return None
            return Announcement(
                bridge=bridge,
                address=address,
                hosts=frozenset({address.host}),
                serial=None,
            )
    return None


def read_announcement(info: ZeroconfServiceInfo) -> Announcement | None:
    """Return which bridge is announced; None if no kind matches or the host is odd."""
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
    """Tell whether a host is a name rather than an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False
