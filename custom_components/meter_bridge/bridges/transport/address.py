"""The address of a bridge: what an owner may type, and which addresses are refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)
import re
from typing import override

from yarl import URL

_NAME = re.compile(
    r"(?!.{254})(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?",
    # Without ASCII the Kelvin sign would match k.
    re.IGNORECASE | re.ASCII,
)
# Network interface of a link-local IPv6 address; yarl reads %25 as the percent sign.
_ZONE = re.compile(r"(?!25)[a-z0-9_.-]{1,32}", re.IGNORECASE | re.ASCII)
# Numbers that operating systems also read as IPv4: 0x7f000001, 2130706433, 127.1.
_NUMBER_LIKE = re.compile(
    r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE
)
# Metadata services of cloud machines, which hand out secrets; no bridge is there.
_FORBIDDEN = {
    *("169.254.169.254", "169.254.170.2", "169.254.170.23"),
    *("100.100.100.200", "168.63.129.16"),
    *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"),
}
# IPv6 addresses that end in the IPv4 address they lead to: NAT64, local NAT64, and the
# deprecated IPv4-compatible form.
_ENDS_IN_IPV4 = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_ISATAP = (0x5EFE, 0x0200_5EFE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host, with the port and scheme where the owner typed them."""

    host: str
    port: int | None = None
    scheme: str | None = None

    def url(self, *, scheme: str = "http", port: int | None = None) -> URL:
        """Return the root of the bridge's web server; a typed scheme or port wins."""
        return URL.build(
            scheme=self.scheme or scheme, host=self.host, port=self.port or port
        )

    @override
    def __str__(self) -> str:
        """Return the address as it is stored and shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        typed = f"{host}:{self.port}" if self.port else host
        return f"{self.scheme}://{typed}" if self.scheme else typed


def parse_address(typed: str) -> Address:
    """Read a host, host:port, or the host of an http(s) URL; else raise ValueError.

    What stands behind the host of a URL, as copied from a browser, is left out.
    """
    typed = typed.strip()
    scheme, found, rest = typed.partition("://")
    if not found:
        scheme, rest = "", typed.removesuffix("/")
    elif re.search(r"[\s\\]", rest):
        raise ValueError("No spaces belong in a URL")
    else:
        rest = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if found and scheme.lower() not in ("http", "https"):
        raise ValueError("Only http and https are spoken")
    if re.search(r"[@/?#\\\s]", rest):
        raise ValueError("No user, path or query belongs in a host")
    host, port = _split_port(rest)
    return Address(
        host=_checked_host(host), port=port, scheme=scheme.lower() if found else None
    )


def _split_port(rest: str) -> tuple[str, int | None]:
    """Split off the port; an IPv6 address may be bare or in brackets."""
    if match := re.fullmatch(r"\[([^\]]+)\](?::(\d+))?", rest):
        host, port = match.groups()
    elif rest.count(":") > 1:
        host, port = rest, None
    else:
        host, colon, port = rest.partition(":")
        port = port if colon else None
    if port is None:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:  # noqa: PLR2004
        raise ValueError("The port is not one")
    return host, int(port)


def _checked_host(host: str) -> str:
    """Return the host in its normal form; refuse forbidden and disguised addresses."""
    bare, percent, zone = host.partition("%")
    zone = zone.removeprefix("25")
    try:
        ip: IPv4Address | IPv6Address = (
            IPv6Address(bare) if ":" in bare else IPv4Address(bare)
        )
    except AddressValueError:
        if ":" in host or not _NAME.fullmatch(host) or _NUMBER_LIKE.fullmatch(host):
            raise ValueError("The host is neither a name nor an address") from None
        return host.lower()
    plain = (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip
    if is_forbidden(str(plain)):
        raise ValueError("No bridge can have this address")
    if not percent:
        return str(plain)
    if isinstance(plain, IPv4Address) or not _ZONE.fullmatch(zone):
        raise ValueError("The address has no such zone")
    return f"{plain}%{zone}"


def is_forbidden(address: str) -> bool:
    """Tell whether no bridge can be at an IP address, or at one embedded in it."""
    bare, _, _ = address.partition("%")
    return any(
        str(each) in _FORBIDDEN or each.is_unspecified or each.is_multicast
        for each in meanings(ip_address(bare))
    )


def meanings(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """Yield an address, and every IPv4 address that it may be routed to."""
    yield ip
    if not isinstance(ip, IPv6Address) or ip.is_loopback:
        return
    last = IPv4Address(int(ip) & 0xFFFF_FFFF)
    if (
        any(ip in network for network in _ENDS_IN_IPV4)
        or int(ip) >> 32 & 0xFFFF_FFFF in _ISATAP
    ):
        yield last
    for hidden in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())):
        if hidden is not None:
            yield hidden
