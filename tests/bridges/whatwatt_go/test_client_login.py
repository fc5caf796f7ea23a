"""The client and the password: to whom and how it is sent, and to whom not."""

import re

from aiohttp import web
import pytest

from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeResponseError,
    ClearPasswordError,
)
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.whatwatt_go.challenge import (
    read_challenges,
)
from tests.bridges.conftest import Connect
from tests.bridges.whatwatt_go.device import Firmware
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.clients import streaming, values
from tests.support.waiting import eventually

PASSWORD = "open sesame"
REALM = "whatwatt-1b9d5e"
NONCE = "5ccc069c403ebaf9f0171e9517f40e41"
DIGEST = {
    "scheme": "digest",
    "realm": REALM,
    "algorithm": "md5-sess",
    "qop": "auth",
}
GOOD = f'Digest realm="{REALM}", algorithm=MD5-sess, qop="auth", nonce="{NONCE}"'
BASIC = {"scheme": "basic", "realm": REALM}


@pytest.fixture
def simulator(simulator: WhatwattGoSimulator) -> WhatwattGoSimulator:
    """Turn on the password of the device."""
    simulator.protection = True
    simulator.password = PASSWORD
    return simulator


def told(simulator: WhatwattGoSimulator, since: int = 0) -> list[str]:
    """Return the Authorization headers that were sent."""
    return [
        request.headers["Authorization"]
        for request in simulator.requests[since:]
        if "Authorization" in request.headers
    ]


@pytest.mark.parametrize("password", [PASSWORD, "Zürich·żółw", 'quo"te:colon'])
@pytest.mark.parametrize(("firmware", "pinned"), [("new", DIGEST), ("old", BASIC)])
async def test_the_password_lets_in(
    simulator: WhatwattGoSimulator,
    connect: Connect,
    firmware: Firmware,
    pinned: dict[str, str],
    password: str,
) -> None:
    """Any password works with old and new firmware; the scheme is pinned."""
    simulator.firmware, simulator.password = firmware, password
    client = connect(password=password)
    assert (await client.identify()).pinned == pinned
    assert values(await client.fetch())[NET_POWER] == 321
    since = len(simulator.requests)
    again = connect(password=password, pinned=pinned)
    assert (await again.identify()).pinned == pinned
    async with streaming(again, simulator) as (published, _):
        simulator.tick()
        await eventually(lambda: published)
    assert all(
        header.lower().startswith(pinned["scheme"]) for header in told(simulator, since)
    )


async def test_a_login_is_kept(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """After the first login, requests need no further challenge."""
    client = connect(password=PASSWORD)
    await client.fetch()
    since = len(simulator.requests)
    await client.fetch()
    assert len(simulator.requests) == since + 1


async def test_an_old_nonce_is_replaced(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """A stale nonce only costs one more request."""
    client = connect(password=PASSWORD)
    await client.fetch()
    simulator.expire_nonces()
    since = len(simulator.requests)
    assert values(await client.fetch())
    assert len(simulator.requests) == since + 2


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_a_wrong_password_is_its_own_error(
    simulator: WhatwattGoSimulator, connect: Connect, firmware: Firmware
) -> None:
    """A wrong password is an error of its own, also after a right one."""
    simulator.firmware = firmware
    client = connect(password="wrong")
    for _ in range(2):
        with pytest.raises(BridgeAuthError):
            await client.identify()
    client = connect(password=PASSWORD)
    await client.identify()
    simulator.password = "changed"
    with pytest.raises(BridgeAuthError):
        await client.fetch()
    with pytest.raises(BridgeAuthError):
        await client.stream(lambda _: None)


async def test_without_a_password_nothing_is_told(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """Without a password, the device is recognised and the owner is asked for it."""
    with pytest.raises(BridgeAuthError):
        await connect(password="").identify()
    assert told(simulator) == []


async def test_protection_may_begin_at_any_time(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """If the password is turned on later, the client asks for it then."""
    simulator.protection = False
    client = connect(password="")
    assert (await client.identify()).pinned == {}
    simulator.protection = True
    with pytest.raises(BridgeAuthError):
        await client.fetch()


async def test_the_pinned_scheme_cannot_be_lowered(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """A device that has used Digest gets no unencrypted password."""
    simulator.firmware = "old"
    with pytest.raises(BridgeResponseError):
        await connect(password=PASSWORD, pinned=DIGEST).identify()
    assert told(simulator) == []


async def test_a_stronger_scheme_is_welcome(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """A firmware update from Basic to Digest is accepted, and pinned."""
    assert (await connect(password=PASSWORD, pinned=BASIC).identify()).pinned == DIGEST


async def test_another_realm_is_refused(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """A challenge with another realm is refused; another domain is not."""
    simulator.rename("whatwatt-ABCDEF")
    with pytest.raises(BridgeResponseError):
        await connect(password=PASSWORD, pinned=DIGEST).identify()
    assert told(simulator) == []
    simulator.rename("whatwatt-1B9D5E.local")
    assert (await connect(password=PASSWORD, pinned=DIGEST).identify()).pinned == DIGEST


async def test_announced_address_gets_no_password_in_the_clear(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """At an announced address Basic is refused, while Digest reveals nothing."""
    known = await connect(
        password=PASSWORD, pinned=DIGEST, is_announced=True
    ).identify()
    assert known.pinned == DIGEST
    simulator.firmware = "old"
    since = len(simulator.requests)
    with pytest.raises(ClearPasswordError):
        await connect(password=PASSWORD, pinned=BASIC, is_announced=True).identify()
    assert told(simulator, since) == []


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_after_an_outage_it_has_to_ask_again(
    simulator: WhatwattGoSimulator, connect: Connect, firmware: Firmware
) -> None:
    """After an outage no login is sent before a challenge: the device may differ."""
    simulator.firmware = firmware
    client = connect(password=PASSWORD)
    await client.fetch()
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    await simulator.plug_in()
    assert values(await client.fetch())
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    simulator.rename("whatwatt-ABCDEF")
    await simulator.plug_in()
    since = len(simulator.requests)
    with pytest.raises(BridgeResponseError):
        await client.fetch()
    assert told(simulator, since) == []


@pytest.mark.parametrize("domain", ["http://[", "//[1]:x/", "/ http://a:99999"])
async def test_no_domain_is_looked_at(
    simulator: WhatwattGoSimulator,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    domain: str,
) -> None:
    """The login is for this device alone, whatever others it names."""
    ask = simulator._digest.challenge  # noqa: SLF001

    def ask_for_more(request: web.Request, password: str) -> str | None:
        challenge = ask(request, password)
        return challenge and f'{challenge}, domain="{domain}"'

    monkeypatch.setattr(simulator._digest, "challenge", ask_for_more)  # noqa: SLF001
    assert (await connect(password=PASSWORD).identify()).pinned == DIGEST


async def test_strangers_get_no_password(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """The login of another device gets no password."""
    simulator.firmware = "old"
    simulator.rename("router")
    with pytest.raises(BridgeResponseError):
        await connect(password=PASSWORD).identify()
    simulator.fail_with(401, "who are you?")
    with pytest.raises(BridgeResponseError):
        await connect(password=PASSWORD).identify()
    assert told(simulator) == []


async def test_a_device_may_have_any_name(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """A renamed host is still recognised, by its rare variant of Digest."""
    simulator.rename("cellar")
    pinned = {**DIGEST, "realm": "cellar"}
    assert (await connect(password=PASSWORD).identify()).pinned == pinned


def test_the_strongest_of_several_offers_counts() -> None:
    """If Basic and Digest are offered, Digest is used."""
    offers = (f'Basic realm="{REALM}"', GOOD)
    for headers in (offers, offers[::-1], (", ".join(offers),)):
        assert read_challenges(headers).asked == DIGEST
    assert read_challenges(offers[:1]).asked == BASIC


@pytest.mark.parametrize(
    "challenges", [(), ("",), ("Digest",), ('Bearer realm="whatwatt"',), ("Basic x",)]
)
def test_a_challenge_has_to_be_in_character(challenges: tuple[str, ...]) -> None:
    """A challenge that this device would not send is refused."""
    with pytest.raises(BridgeResponseError):
        read_challenges(challenges)


@pytest.mark.parametrize("password", [PASSWORD, "Zürich·żółw", 'quo"te:colon'])
async def test_a_proof_is_pinned(
    simulator: WhatwattGoSimulator, connect: Connect, password: str
) -> None:
    """Once a device has proved that it knows the password, it has to each time."""
    simulator.password = simulator.proves_by = password
    client = connect(password=password)
    pinned = (await client.identify()).pinned
    assert pinned == {**DIGEST, "proves": "rspauth"}
    again = connect(password=password, pinned=pinned)
    assert (await again.identify()).pinned == pinned
    async with streaming(again, simulator) as (published, _):
        simulator.tick()
        await eventually(lambda: published)
    simulator.proves_by = ""
    with pytest.raises(BridgeResponseError, match="does not prove"):
        await connect(password=password, pinned=pinned).identify()
    with pytest.raises(BridgeResponseError, match="does not prove"):
        await again.fetch()


async def test_a_wrong_proof_is_refused(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """Who answers any login does not know the password, and is not believed."""
    simulator.proves_by = "a guess"
    for pinned in ({}, DIGEST, {**DIGEST, "proves": "rspauth"}):
        with pytest.raises(BridgeResponseError, match="its own password"):
            await connect(password=PASSWORD, pinned=pinned).identify()


@pytest.mark.parametrize(
    "weaker",
    [
        f'Digest realm="{REALM}", algorithm=MD5, qop="auth", nonce="{NONCE}"',
        f'Digest realm="{REALM}", algorithm=MD5-sess, qop="auth-int", nonce="{NONCE}"',
        f'Digest realm="{REALM}", algorithm=MD5-sess, nonce="{NONCE}"',
        f'Digest realm="{REALM}", algorithm=MD5-sess, qop="auth", nonce="1234567"',
        f'Digest realm="{REALM}", algorithm=MD5-sess, qop="auth"',
        f'Digest realm="{REALM}", algorithm=SHA-512, qop="auth", nonce="{NONCE}"',
        # Whatever is said twice can be read in two ways.
        f"{GOOD}, algorithm=MD5",
        f'{GOOD}, nonce="1234567"',
        f'{GOOD}, realm="router"',
        f'{GOOD}, qop="auth-int"',
        f'{GOOD}, Nonce="{NONCE}"',
        f'{GOOD}, opaque="ü"',
        "Digest "
        + "x=1, " * 1600
        + GOOD.removeprefix("Digest ").replace("MD5-", "MD5"),
    ],
)
async def test_only_the_pinned_challenge_is_answered(
    simulator: WhatwattGoSimulator,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    weaker: str,
) -> None:
    """Another algorithm or qop, or a nonce that is short or missing, gets nothing."""
    monkeypatch.setattr(simulator._digest, "challenge", lambda *_: weaker)  # noqa: SLF001
    with pytest.raises(BridgeResponseError):
        await connect(password=PASSWORD, pinned=DIGEST).identify()
    assert told(simulator) == []


class Repeater:
    """Offers one nonce each time, as whoever has recorded a challenge would."""

    def __init__(self, simulator: WhatwattGoSimulator, *, is_stale: bool) -> None:
        """Refuse every answer, because of the password or of the nonce."""
        self._simulator, self._more = simulator, ", stale=true" * is_stale

    def challenge(self, request: web.Request, _password: str) -> str:
        """Ask for a login in the same words."""
        return GOOD + self._more * ("Authorization" in request.headers)


@pytest.mark.parametrize("is_stale", [False, True])
async def test_a_refused_nonce_is_not_answered_again(
    simulator: WhatwattGoSimulator,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    is_stale: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    """A challenge whose nonce was refused before is an old one: it proves nothing."""
    client = connect(password=PASSWORD)
    with monkeypatch.context() as patch:
        ask = Repeater(simulator, is_stale=is_stale).challenge
        patch.setattr(simulator._digest, "challenge", ask)  # noqa: SLF001
        # It may be the password that is refused: that is asked for once.
        with pytest.raises(BridgeResponseError if is_stale else BridgeAuthError):
            await client.identify()
        assert len(told(simulator)) == 1
        for _ in range(2):
            with pytest.raises(BridgeResponseError, match="old challenge"):
                await client.identify()
        assert len(told(simulator)) == 1
    assert (await client.identify()).pinned == DIGEST


async def test_a_nonce_may_serve_for_long(
    simulator: WhatwattGoSimulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device may offer one nonce again until it is too old, also after an outage."""
    monkeypatch.setattr("secrets.token_hex", lambda size: "5c" * size)
    client = connect(password=PASSWORD)
    for _ in range(2):
        assert values(await client.fetch())
        await simulator.unplug()
        with pytest.raises(BridgeConnectionError):
            await client.fetch()
        await simulator.plug_in()
    assert values(await client.fetch())
    counts = [re.search(r"nc=(\w+)", each) for each in told(simulator)]
    assert {each[1] for each in counts if each} >= {"00000001", "00000002"}


async def test_a_login_takes_two_requests(
    simulator: WhatwattGoSimulator, connect: Connect
) -> None:
    """The challenge is answered that was given first."""
    await connect(password=PASSWORD).identify()
    assert len(simulator.requests) == 2
