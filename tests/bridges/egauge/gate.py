"""The login of an eGauge: nonces, digests, tokens and rights."""

import base64
from collections.abc import Mapping
from hashlib import md5
import hmac
import json
import secrets
import time

from aiohttp import web

NONCE_SECONDS = 60
TOKEN_SECONDS = 600
WRONG = "Invalid credentials."


class Gate:
    """A user, and its tokens.

    `clock_skew` is the error of the device's clock in seconds. `rights` are those of
    the user beside reading; `may_view` tells whether the user may read the settings.
    """

    def __init__(self) -> None:
        """Start with one owner, who has all rights."""
        self.realm = "eGauge Administration"
        self.username = "owner"
        self.password = "correct horse"
        self.rights = ["save", "ctrl"]
        self.tells_rights = True
        self.may_view = True
        self.clock_skew = 0.0
        self.nonce_seconds = NONCE_SECONDS
        self.token_seconds = TOKEN_SECONDS
        self.refusals: list[str] = []
        self._secret = secrets.token_bytes(32)
        self._generation = 0
        self._offset = 0.0

    @property
    def _now(self) -> float:
        """The device's own clock, which runs on when a test freezes time."""
        return time.time() + self.clock_skew + self._offset

    def pass_time(self, seconds: float) -> None:
        """Make nonces and tokens older by so many seconds."""
        self._offset += seconds

    def revoke(self) -> None:
        """Revoke all tokens and nonces, as after a restart."""
        self._secret = secrets.token_bytes(32)
        self._generation += 1

    def challenge(self, reason: str = "Authentication required.") -> web.Response:
        """Return a 401 with a new challenge."""
        nonce = self._sign(
            {
                "nnc": secrets.token_hex(8),
                "beg": int(self._now),
                "ltm": self.nonce_seconds,
            }
        )
        return web.json_response(
            {"rlm": self.realm, "nnc": nonce, "error": reason}, status=401
        )

    def admits(self, request: web.Request) -> bool:
        """Tell whether a request has a valid token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self._is_valid(token)

    async def log_in(self, request: web.Request) -> web.Response:
        """Answer a login with a token for a right digest; errors have status 200."""
        try:
            sent = json.loads(await request.read())
            known = {key: sent[key] for key in ("rlm", "usr", "nnc", "cnnc", "hash")}
        except ValueError, KeyError, TypeError:
            return web.json_response({"error": "Bad Request"}, status=400)
        if not self._is_valid(known["nnc"]):
            return self._refuse("Nonce expired.")
        if self.refusals:
            return self._refuse(self.refusals.pop())
        if not hmac.compare_digest(self._expected(known), str(known["hash"])):
            return self._refuse(WRONG)
        token = self._sign(
            {
                "rlm": self.realm,
                "usr": self.username,
                "beg": int(self._now),
                "ltm": self.token_seconds,
                "gen": self._generation,
            }
        )
        return web.json_response(
            {"jwt": token, "rights": self.rights}
            if self.tells_rights
            else {"jwt": token}
        )

    def _expected(self, sent: Mapping[str, str]) -> str:
        """Return the digest for the right password."""
        secret = _md5(f"{self.username}:{self.realm}:{self.password}")
        if sent["usr"] != self.username or sent["rlm"] != self.realm:
            return ""
        return _md5(f"{secret}:{sent['nnc']}:{sent['cnnc']}")

    @staticmethod
    def _refuse(reason: str) -> web.Response:
        """Return the refusal of a login."""
        return web.json_response({"error": reason})

    def _sign(self, payload: Mapping[str, object]) -> str:
        """Return a signed JSON web token."""
        head = _encoded({"typ": "JWT", "alg": "HS256"})
        body = f"{head}.{_encoded(payload)}"
        return f"{body}.{self._signature(body)}"

    def _signature(self, body: str) -> str:
        """Return a signature with the secret of this start."""
        return _base64(hmac.digest(self._secret, body.encode(), "sha256"))

    def _is_valid(self, token: str) -> bool:
        """Tell whether a token has our signature and is not too old."""
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(body)):
            return False
        part = body.partition(".")[2]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return bool(self._now < payload["beg"] + payload["ltm"])


def _md5(value: str) -> str:
    """Return an MD5 sum."""
    return md5(value.encode(), usedforsecurity=False).hexdigest()


def _encoded(value: Mapping[str, object]) -> str:
    """Encode one part of a token."""
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
