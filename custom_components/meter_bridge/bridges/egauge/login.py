"""How an eGauge lets us in: it gives a token for a digest of the password.

Every 401 carries a realm and a nonce of one minute (vendor's WebAPI, /auth/login); the
password itself is never sent. No other device asks in this way, so that the question
also tells who asks.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import md5
import secrets

import orjson

from ..errors import BridgeAuthError, BridgeConnectionError, BridgeResponseError
from ..wire import number, section, text

# The device's own word; it is the one error of a login that another try mends.
_EXPIRED = "Nonce expired."
_LIFETIME_SECONDS = 600.0
# A token is renewed so long before it ends, or in its last quarter if it is shorter.
_MARGIN_SECONDS = 60.0
_CNONCE_BYTES = 16


class NonceExpiredError(BridgeAuthError):
    """The login came too late after the question for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a 401 asks: the realm, and the nonce to answer with."""

    realm: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What lets us in until `renew_at` (monotonic seconds).

    `may_save` tells whether the user may change anything, None where it was not said.
    """

    value: str
    renew_at: float
    may_save: bool | None = None


def read_challenge(body: str) -> Challenge:
    """Read the body of a 401; raise BridgeResponseError if no eGauge wrote it."""
    try:
        asked = section(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        if body.startswith("{"):
            raise BridgeConnectionError("The question for a login broke off") from error
        asked = {}
    realm, nonce = text(asked.get("rlm")), text(asked.get("nnc"))
    if realm is None or nonce is None:
        raise BridgeResponseError("This is not how an eGauge asks for a login")
    return Challenge(realm=realm, nonce=nonce)


def answer_challenge(
    challenge: Challenge, username: str, password: str
) -> dict[str, str]:
    """Return the body of a login, which proves that we know the password."""
    cnonce = secrets.token_hex(_CNONCE_BYTES)
    secret = _digest(f"{username}:{challenge.realm}:{password}")
    return {
        "rlm": challenge.realm,
        "usr": username,
        "nnc": challenge.nonce,
        "cnnc": cnonce,
        "hash": _digest(f"{secret}:{challenge.nonce}:{cnonce}"),
    }


def read_token(answer: object, asked_at: float) -> Token:
    """Read the answer to a login that was asked for at this monotonic time.

    A refusal comes with status 200 and an `error` (BridgeAuthError). The life of a
    token counts from then by our own clock: the device's may be hours off.
    """
    said = section(answer)
    if refusal := text(said.get("error")):
        if refusal == _EXPIRED:
            raise NonceExpiredError("The nonce has expired")
        raise BridgeAuthError("The bridge refuses the login")
    value = text(said.get("jwt"))
    if value is None or not value.isascii() or not value.isprintable():
        raise BridgeResponseError("The answer to the login holds no token")
    life = number(_payload(value).get("ltm"))
    if life is None or life <= 0:
        life = _LIFETIME_SECONDS
    return Token(
        value=value,
        renew_at=asked_at + life - min(_MARGIN_SECONDS, life / 4),
        may_save=may_save(answer),
    )


def may_save(answer: object) -> bool | None:
    """Tell from a list of rights whether the user may change anything."""
    rights = section(answer).get("rights")
    return "save" in rights if isinstance(rights, list | str) else None


def _payload(token: str) -> dict[str, object]:
    """Return what a JSON web token says; nobody but the device can check it."""
    _, _, rest = token.partition(".")
    part, _, _ = rest.partition(".")
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        return dict(section(orjson.loads(decoded)))
    except orjson.JSONDecodeError, binascii.Error:
        return {}


def _digest(value: str) -> str:
    """Return the MD5 sum that the device asks for."""
    return md5(value.encode(), usedforsecurity=False).hexdigest()
