"""The connection to an eGauge: TLS if it has TLS, its identity, and its login."""

from ssl import SSLContext

import pytest

from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.egauge.login import (
    answer_challenge,
    read_challenge,
    read_token,
)
from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeResponseError,
)
from tests.bridges.conftest import Connect
from tests.bridges.egauge.conftest import FIXTURES, LOGIN
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.clients import asked

REALM = "eGauge Administration"
HTTP = {"scheme": "http", "realm": REALM}
HTTPS = {"scheme": "https", "realm": REALM}


def without_certificate(identity: Identity) -> dict[str, str]:
    """Return what is pinned, without the certificate, which must be there."""
    pinned = dict(identity.pinned)
    assert len(pinned.pop("certificate")) == 64
    return pinned


@pytest.fixture
async def tls(simulator: EgaugeSimulator, self_signed: SSLContext) -> EgaugeSimulator:
    """Return a device that speaks TLS, with a certificate of its own."""
    simulator.tls = self_signed
    await simulator.move()
    return simulator


async def test_tls_comes_first(tls: EgaugeSimulator, connect: Connect) -> None:
    """TLS is tried first and then pinned; the certificate may be self-signed."""
    client = connect()
    assert without_certificate(await client.identify()) == HTTPS
    assert (await client.fetch()).readings
    assert without_certificate(await connect(pinned=HTTPS).identify()) == HTTPS


async def test_a_certificate_is_verified_if_asked(
    tls: EgaugeSimulator, connect: Connect
) -> None:
    """With verification on, a self-signed certificate ends it before any request."""
    with pytest.raises(BridgeConnectionError):
        await connect(verify_ssl=True).identify()
    assert tls.requests == []


@pytest.mark.parametrize("access", [{"verify_ssl": True}, {"is_announced": True}])
async def test_no_plain_http_if_verified_or_announced(
    simulator: EgaugeSimulator, connect: Connect, access: dict[str, bool]
) -> None:
    """Plain HTTP is not tried with verification on, nor at an announced address."""
    with pytest.raises(BridgeConnectionError):
        await connect(**access).identify()
    assert simulator.requests == []


async def test_the_scheme_is_never_lowered(
    simulator: EgaugeSimulator, connect: Connect
) -> None:
    """A device that was set up with TLS is sent no request without TLS."""
    with pytest.raises(BridgeConnectionError):
        await connect(pinned=HTTPS).identify()
    with pytest.raises(BridgeResponseError):
        await connect(host=f"http://{simulator.address}", pinned=HTTPS).identify()
    assert simulator.requests == []
    assert (await connect(pinned=HTTP, is_announced=True).identify()).pinned == HTTP


async def test_a_typed_scheme_wins(tls: EgaugeSimulator, connect: Connect) -> None:
    """If the owner types http:// or https://, only that scheme is used."""
    with pytest.raises(BridgeConnectionError):
        await connect(host=f"http://{tls.address}").identify()
    identity = await connect(host=f"https://{tls.address}", pinned=HTTP).identify()
    assert without_certificate(identity) == HTTPS


async def test_trouble_behind_tls_is_no_reason_to_go_without(
    tls: EgaugeSimulator, connect: Connect
) -> None:
    """After a 503 over TLS, the client tries TLS again rather than plain HTTP."""
    tls.fail_with(503)
    client = connect()
    with pytest.raises(BridgeConnectionError):
        await client.identify()
    tls.heal()
    assert without_certificate(await client.identify()) == HTTPS


async def test_a_device_that_was_off_is_not_taken_for_one_without_tls(
    tls: EgaugeSimulator, connect: Connect
) -> None:
    """The scheme is not decided while the device is off."""
    await tls.unplug()
    client = connect()
    with pytest.raises(BridgeConnectionError):
        await client.identify()
    await tls.plug_in()
    assert without_certificate(await client.identify()) == HTTPS


async def test_another_realm_is_refused(
    simulator: EgaugeSimulator, connect: Connect
) -> None:
    """A device with another realm gets no digest of the password."""
    simulator.gate.realm = "Router"
    with pytest.raises(BridgeResponseError):
        await connect(pinned=HTTP).identify()
    assert LOGIN not in asked(simulator)


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", '{"rlm": "x"}', '{"rlm": 1, "nnc": "x"}']
)
async def test_strangers_get_no_digest(
    simulator: EgaugeSimulator, connect: Connect, body: str
) -> None:
    """A 401 without the challenge of an eGauge comes from another kind of device."""
    simulator.fail_with(401, body)
    with pytest.raises(BridgeResponseError):
        await connect().identify()
    simulator.garble(body.encode())
    with pytest.raises(BridgeResponseError):
        await connect().identify()
    assert LOGIN not in asked(simulator)


def test_half_a_challenge_is_a_lost_connection() -> None:
    """A challenge that breaks off says nothing about which device sent it."""
    with pytest.raises(BridgeConnectionError):
        read_challenge('{"rlm": "eGauge Admin')


def test_a_whole_challenge_is_understood() -> None:
    """A challenge has the realm and the nonce that the digest is made of."""
    challenge = read_challenge((FIXTURES / "question.json").read_text())
    assert challenge.realm == REALM
    body = answer_challenge(challenge, "owner", "default")
    assert body["nnc"] == challenge.nonce
    assert body.keys() == {"rlm", "usr", "nnc", "cnnc", "hash"}
    assert body != answer_challenge(challenge, "owner", "default")


@pytest.mark.parametrize(
    ("payload", "renew_at"),
    [
        ("eyJsdG0iOjYwMH0", 640.0),
        ("eyJsdG0iOjQwfQ", 130.0),
        ("eyJsdG0iOi0xfQ", 640.0),
        ("e30", 640.0),
        ("!", 640.0),
        ("", 640.0),
    ],
)
def test_the_life_of_a_token(payload: str, renew_at: float) -> None:
    """The token tells its life; if it does not, ten minutes are assumed."""
    token = read_token({"jwt": f"h.{payload}.s"}, asked_at=100.0)
    assert token.renew_at == renew_at
    assert token.may_save is None


@pytest.mark.parametrize("answer", [None, [], {}, {"jwt": 7}, {"jwt": "a\nb"}])
def test_an_answer_without_a_token_is_an_error(answer: object) -> None:
    """It is neither a login nor a refusal; a token with a line break is none."""
    with pytest.raises(BridgeResponseError):
        read_token(answer, asked_at=0.0)


def test_any_error_refuses_the_login() -> None:
    """Any error, except an expired nonce, means that the login is wrong."""
    with pytest.raises(BridgeAuthError):
        read_token({"error": "No."}, asked_at=0.0)
    assert read_token({"jwt": "x", "rights": "save"}, asked_at=0.0).may_save is True
