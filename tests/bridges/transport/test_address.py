"""Test which hosts an owner may enter, and which are refused."""

import pytest

from custom_components.meter_bridge.bridges.transport.address import (
    Address,
    parse_address,
)

LABEL = "a" * 63

GOOD = [
    ("192.168.1.5", "192.168.1.5"),
    ("  192.168.1.5\t\n", "192.168.1.5"),
    ("192.168.1.5:8080", "192.168.1.5:8080"),
    ("192.168.1.5:080", "192.168.1.5:80"),
    ("192.168.1.5:65535", "192.168.1.5:65535"),
    ("http://192.168.1.5", "http://192.168.1.5"),
    ("HTTPS://Bridge.Local:443/", "https://bridge.local:443"),
    ("http://bridge/v1/reading?a=b@c#d", "http://bridge"),
    ("https://192.168.1.5:8443/ui/", "https://192.168.1.5:8443"),
    ("bridge", "bridge"),
    ("bridge.local.", "bridge.local."),
    ("eGauge12345.egaug.es", "egauge12345.egaug.es"),
    ("my_bridge-2.lan/", "my_bridge-2.lan"),
    ("xn--zhler-gra.example", "xn--zhler-gra.example"),
    ("2.pool", "2.pool"),
    (f"{LABEL}.lan", f"{LABEL}.lan"),
    ("::1", "[::1]"),
    ("[::1]", "[::1]"),
    ("[::1]:8080", "[::1]:8080"),
    ("http://[2001:DB8:0::5]:80/", "http://[2001:db8::5]:80"),
    ("fe80::1%eth0", "[fe80::1%eth0]"),
    ("[fe80::1%25Eth0.2]:80", "[fe80::1%Eth0.2]:80"),
    ("::ffff:192.168.1.5", "192.168.1.5"),
    ("[::ffff:c0a8:105]:80", "192.168.1.5:80"),
]


@pytest.mark.parametrize(("typed", "stored"), GOOD)
def test_an_address_is_stored_in_its_plain_spelling(typed: str, stored: str) -> None:
    """An address is stored in one spelling, which is parsed as the same address."""
    address = parse_address(typed)
    assert str(address) == stored
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(("typed", "stored"), GOOD)
def test_the_url_leads_to_the_same_host(typed: str, stored: str) -> None:
    """The URL has exactly the host that was checked."""
    address = parse_address(typed)
    url = address.url()
    assert url.raw_host == address.host
    assert url.path == "/"
    assert url.user is None
    assert url.raw_query_string == ""


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "/",
        "http://",
        "https:///",
        "://bridge",
        "bridge://",
        "ftp://bridge",
        "file:///etc/passwd",
        "http://http://bridge",
        "javascript:alert(1)",
        # Users, paths, queries
        "user@bridge",
        "http://user:word@bridge",
        "http://bridge:80@evil",
        "bridge/path",
        "http:///v1/reading",
        "http://bridge\\evil",
        "http://bridge /v1",
        "bridge?query",
        "bridge#part",
        "bridge\\evil",
        # Space, control characters, and letters that look like others
        "my bridge",
        "bridge\nevil",
        "bridge\r\nHost: evil",
        "bridge\x00",
        "bridge\x7f",
        "bridge\u200b",
        "bridge%20evil",
        "z\u00e4hler.lan",
        "\u212aozify.lan",
        "\u0130ometer",
        "ea\u017fy",
        "bridge\uff0elan",
        "127\u30020\u30020\u30021",
        "\uff11\uff12\uff17.0.0.1",
        "\u2460.0.0.1",
        # Ports
        "bridge:",
        "bridge:0",
        "bridge:65536",
        "bridge:99999999999999999999",
        "bridge:-1",
        "bridge:http",
        "bridge:\u0663",
        "[::1]:",
        "[::1]80",
        "[::1]:\u0663",
        "192.168.1.5:80:90",
        # IPv6
        "[::1",
        "::1]",
        "[]",
        "[[::1]]",
        "1:2:3",
        "fe80::1%",
        "[fe80::1%25]",
        "fe80::1%25",
        "fe80::1%\x01",
        "fe80::1%a]",
        '[fe80::1%"]',
        "fe80::1%\u00e9",
        f"fe80::1%{LABEL}",
        "fe80::1%a%b",
        "::ffff:192.168.1.5%eth0",
        "192.168.1.5%eth0",
        "bridge%eth0",
        # Names
        ".",
        "bridge..lan",
        ".bridge",
        "-bridge",
        "bridge-",
        "xn--",
        f"{LABEL}a",
        ".".join([LABEL] * 4),
        "a." * 200,
        "a" * 100_000,
    ],
    ids=lambda typed: ascii(typed)[:30],
)
def test_what_is_no_host_is_refused(typed: str) -> None:
    """Malformed hosts, and more than a host, are refused."""
    with pytest.raises(ValueError, match=r"\w"):
        parse_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0x7f000001",
        "0X7F.0.0.1",
        "2130706433",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "192.168.1.05",
        "127.0.0.1.",
        "256.0.0.1",
        "1.2.3.4.5",
        "1.2.3.0x4",
        "0x",
        "0",
        "[127.1]",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "0251.0376.0251.0376",
        "0xA9.0xFE.0xA9.0xFE",
        "169.254.43518",
        "169.16689662",
        "025177524776",
    ],
)
def test_a_number_in_disguise_is_refused(typed: str) -> None:
    """An IPv4 address has four decimal numbers; other spellings are refused."""
    with pytest.raises(ValueError, match="neither a name nor an address"):
        parse_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "169.254.169.254",
        "http://169.254.169.254:80/",
        "[169.254.169.254]",
        "::ffff:169.254.169.254",
        "[::ffff:a9fe:a9fe]:80",
        "::FFFF:169.254.169.254%eth0",
        "fd00:ec2::254",
        "[FD00:0EC2:0:0::254]",
        "fd00:ec2::254%eth0",
        "fd20:ce::254",
        "fe80::a9fe:a9fe%eth0",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        # The same by way of other networks: 6to4, NAT64, Teredo, ISATAP
        "2002:a9fe:a9fe::",
        "[2002:a9fe:a9fe::1]:80",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::a9fe:a9fe",
        "::169.254.169.254",
        "2001::5601:5601",
        "2001:0:a9fe:a9fe::",
        "fe80::5efe:a9fe:a9fe",
        "fe80::200:5efe:169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "::",
        "::%eth0",
        "::ffff:0.0.0.0",
        "224.0.0.251",
        "::ffff:224.0.0.251",
        "ff02::fb",
        "ff02::fb%eth0",
    ],
)
def test_an_address_no_bridge_can_have_is_refused(typed: str) -> None:
    """Metadata services, groups and nowhere are refused in every spelling."""
    with pytest.raises(ValueError, match="No bridge can have this address"):
        parse_address(typed)


@pytest.mark.parametrize(
    "typed", ["2002:c0a8:105::1", "64:ff9b::c0a8:105", "fe80::5efe:c0a8:105", "::1"]
)
def test_a_detour_to_a_bridge_is_none(typed: str) -> None:
    """Addresses that only look like these are accepted."""
    assert parse_address(typed).host == typed


def test_what_was_typed_wins_over_what_is_usual() -> None:
    """A bridge's usual scheme and port are used only if the owner enters none."""
    plain = parse_address("bridge")
    assert plain == Address(host="bridge")
    assert str(plain.url()) == "http://bridge"
    assert str(plain.url(scheme="https", port=8443)) == "https://bridge:8443"
    typed = parse_address("http://bridge:8080")
    assert typed == Address(host="bridge", port=8080, scheme="http")
    assert str(typed.url(scheme="https", port=8443)) == "http://bridge:8080"
    ipv6 = parse_address("[fe80::1%eth0]:81")
    assert str(ipv6.url()) == "http://[fe80::1%eth0]:81"
