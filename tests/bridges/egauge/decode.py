"""The decoder of an eGauge, and those of its login."""

import base64
from collections.abc import Iterable

import orjson

from custom_components.meter_bridge.bridges.egauge import login
from custom_components.meter_bridge.bridges.egauge.decoder import (
    ALERTS,
    REGISTERS,
    SYSTEM,
    EgaugeDecoder,
)
from custom_components.meter_bridge.bridges.wire import parse_json
from tests.support.accounts import Accounts
from tests.support.decoding import Decode, Decoding, Part


def _challenge() -> Decode:
    """Return a decoder that reads and answers a challenge."""

    def decode(body: bytes) -> None:
        challenge = login.read_challenge(body.decode(errors="replace"))
        orjson.dumps(login.answer_challenge(challenge, "owner", "secret"))

    return decode


def _token() -> Decode:
    """Return a decoder of the answer to a login, or of the payload of its token."""

    def decode(body: bytes) -> None:
        answer: object = {"jwt": _token_of(body)}
        if b'"jwt"' in body:
            answer = parse_json(body)
        found = login.read_token(answer, 0.0)
        # Characters that are valid in a header.
        assert found.value.isascii()
        assert found.value.isprintable()
        assert 0 < found.renew_at < float("inf")

    return decode


def _token_of(payload: bytes) -> str:
    """Return a JSON web token with this payload."""
    inside = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{inside}.c2lnbmF0dXJl"


def _payloads(bodies: Iterable[bytes]) -> Iterable[bytes]:
    """Return the answers to logins, and the payloads of their tokens."""
    for body in bodies:
        if b'"jwt"' in body:
            yield body
            inside = orjson.loads(body)["jwt"].split(".")[1]
            yield base64.urlsafe_b64decode(inside + "=" * (-len(inside) % 4))


def _check(decoder: EgaugeDecoder) -> None:
    """Store what is believed: it has to survive a restart."""
    accounts = Accounts(max_power=1_000_000, stale_after=60.0)
    for reading in decoder.snapshot().readings:
        accounts.take(reading, now=0.0, clock=0.0)
    orjson.dumps(accounts.as_stored())


DECODING = Decoding(
    make=EgaugeDecoder,
    sources=lambda _body: (REGISTERS, SYSTEM, ALERTS),
    reading=REGISTERS,
    check=_check,
    parts={
        "egauge_challenge": Part(
            make=_challenge,
            seeds=lambda bodies: (it for it in bodies if b'"nnc"' in it),
        ),
        "egauge_jwt": Part(make=_token, seeds=_payloads),
    },
)
