"""The actions that concern a bridge's network: their fields, and networks nearby."""

from collections.abc import Iterable, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any, NamedTuple

from probatio import Marker, Optional, Required

from .errors import UnfitFieldsError
from .fields import CONFIRMED, ascii_line, ssid

ADDRESSES = ("ip", "netmask", "gateway", "dns")
# WPA2: a passphrase, or the key itself.
_SHORTEST_PASSPHRASE, _KEY_DIGITS = 8, 64
# The weakest signal, in dBm, that a device can name.
_SILENCE = -127
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


class Network(NamedTuple):
    """A wireless network nearby; the signal is in dBm."""

    ssid: str | None
    channel: int | None
    rssi: int | None
    security: str | None


def response(found: Iterable[Network]) -> Mapping[str, object]:
    """Return the response of `scan_wifi`: the strongest first, none without a name."""
    named = [each for each in found if each.ssid is not None]
    named.sort(key=lambda each: each.rssi or _SILENCE, reverse=True)
    return {"networks": [each._asdict() for each in named]}


def ipv4(value: object) -> str:
    """Return an IPv4 address that a device can have or use."""
    try:
        address = IPv4Address(value if isinstance(value, str) else "")
    except AddressValueError as error:
        raise ValueError("has to be an IPv4 address") from error
    if address.is_unspecified or address.is_multicast:
        raise ValueError("has to be the address of a device")
    return str(address)


def netmask(value: object) -> str:
    """Return an IPv4 netmask that leaves room for two devices at least."""
    mask = ipv4(value)
    try:
        network = IPv4Network(f"0.0.0.0/{mask}")
    except ValueError as error:
        raise ValueError("has to be a netmask") from error
    if str(network.netmask) != mask or network.num_addresses < 1 << 2:
        raise ValueError("has to be a netmask")
    return mask


def wifi_password(value: object) -> str:
    """Return a password of 8 to 63 characters or 64 digits; empty: none is needed."""
    password = ascii_line(shortest=0, longest=_KEY_DIGITS)(value)
    if password and len(password) < _SHORTEST_PASSPHRASE:
        raise ValueError("is too short")
    if len(password) == _KEY_DIGITS and not set(password) <= _HEX_DIGITS:
        raise ValueError("has to be hexadecimal")
    return password


_ADDRESS_FIELDS: Mapping[Marker, object] = {
    Optional("dhcp"): bool,
    Optional("ip"): ipv4,
    Optional("netmask"): netmask,
    Optional("gateway"): ipv4,
    Optional("dns"): ipv4,
}
WIFI_FIELDS: Mapping[Marker, object] = {
    Required("ssid"): ssid,
    Optional("password"): wifi_password,
    **_ADDRESS_FIELDS,
    **CONFIRMED,
}
"""What `configure_wifi` takes; whatever is left out stays as it is."""

ETHERNET_FIELDS: Mapping[Marker, object] = {
    Optional("enabled"): bool,
    **_ADDRESS_FIELDS,
    **CONFIRMED,
}
"""What `configure_ethernet` takes; whatever is left out stays as it is."""


def check_addresses(data: dict[str, Any]) -> dict[str, Any]:
    """Require all addresses or none, and that they fit each other.

    UnfitFieldsError: some are missing, the gateway is in another network, or there are
    addresses although DHCP assigns them.
    """
    given = [key for key in ADDRESSES if key in data]
    if not given:
        if data.keys() <= {"confirm"}:
            raise UnfitFieldsError("There is nothing to change")
        return data
    if data.get("dhcp") or len(given) < len(ADDRESSES):
        raise UnfitFieldsError("A fixed address needs all four, and no DHCP")
    network = IPv4Network(f"{data['ip']}/{data['netmask']}", strict=False)
    ends = network.network_address, network.broadcast_address
    own, gateway = IPv4Address(data["ip"]), IPv4Address(data["gateway"])
    if own in ends or gateway in ends or gateway not in network or own == gateway:
        raise UnfitFieldsError("The addresses are not of one network")
    return data
