"""The login of an eGauge: it gives a token in return for a digest of the password.

Every 401 carries a realm and a nonce, valid for one minute (vendor's WebAPI,
/auth/login). The password itself is never sent. No other device asks for a login in
this form, so that a challenge also proves that this is an eGauge.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import md5
from http import HTTPStatus
import secrets

import orjson

from ..errors import BridgeAuthError, BridgeConnectionError, BridgeResponseError
from ..wire import number, section, text

# The device's own words for the one login error that is worth another try.
_EXPIRED = "Nonce expired."
_LIFETIME_SECONDS = 600.0
# A token is renewed this long before it expires, or at 3/4 of a short lifetime.
_MARGIN_SECONDS = 60.0
_CNONCE_BYTES = 16


class NonceExpiredError(BridgeAuthError):
    """The login came too late after its challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a 401 carries: the realm, and the nonce for the answer."""

    realm: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The token of a login, used until `renew_at` (monotonic seconds).

    `may_save` tells whether the user may change anything; None if it was not sent.
    """

    value: str
    renew_at: float
    may_save: bool | None = None


def read_challenge(body: str) -> Challenge:
    """Read the body of a 401.

    BridgeResponseError: it is not an eGauge's. BridgeConnectionError: it broke off.
    """
    try:
        asked = section(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        if body.startswith("{"):
            raise BridgeConnectionError("The question for a login broke off") from error
        asked = {}
    realm, nonce = text(asked.get("rlm")), text(asked.get("nnc"))
    if realm is None or nonce is None:
        raise BridgeResponseError(
            "This is not how an eGauge asks for a login", status=HTTPStatus.UNAUTHORIZED
        )
    return Challenge(realm=realm, nonce=nonce)


def answer_challenge(
    challenge: Challenge, username: str, password: str
) -> dict[str, str]:
    """Return the body of a login: a digest that proves that we know the password."""
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
    """Read the answer to a login that was sent at `asked_at` (monotonic seconds).

    The token's lifetime is counted from then on our own clock: the device's may be
    wrong by hours. BridgeAuthError: the login was refused, which comes with status 200
    and an `error`. NonceExpiredError: it was too late. BridgeResponseError: there is no
    token.
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
    """Tell whether a list of rights allows changes; None if there is no list."""
    rights = section(answer).get("rights")
    return "save" in rights if isinstance(rights, list | str) else None


def _payload(token: str) -> dict[str, object]:
    """Return the payload of a JSON web token; only the device can verify it."""
    _, _, rest = token.partition(".")
    part, _, _ = rest.partition(".")
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        return dict(section(orjson.loads(decoded)))
    except orjson.JSONDecodeError, binascii.Error:
        return {}


def _digest(value: str) -> str:
    """Return the MD5 sum, which the device's login uses."""
    return md5(value.encode(), usedforsecurity=False).hexdigest()
