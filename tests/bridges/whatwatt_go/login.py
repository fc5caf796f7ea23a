"""The logins of both generations of the device's firmware."""

import base64
import hashlib
import secrets
from typing import Protocol
from urllib.request import parse_http_list, parse_keqv_list

from aiohttp import web


class Login(Protocol):
    """Checks the Authorization header of a request."""

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Return the WWW-Authenticate header of a refusal, None to accept."""


class Basic:
    """Basic with an empty user, as before firmware 1.10: an unencrypted password."""

    def __init__(self, realm: str) -> None:
        """Create the login of a realm."""
        self._realm = realm

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Compare the header with the right one."""
        wanted = "Basic " + base64.b64encode(f":{password}".encode()).decode()
        if request.headers.get("Authorization") == wanted:
            return None
        return f'Basic realm="{self._realm}"'


class Digest:
    """Digest MD5-sess with an empty user, as since firmware 1.10."""

    def __init__(self, realm: str) -> None:
        """Create the login of a realm."""
        self._realm = realm
        self._opaque = secrets.token_hex(8)
        self._nonces: set[str] = set()
        self._stale: set[str] = set()

    def expire(self) -> None:
        """Make all nonces so far too old."""
        self._stale |= self._nonces
        self._nonces.clear()

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Check all parts of the response; a right one for an old nonce is stale."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        stale = False
        if scheme.lower() == "digest":
            parts = parse_keqv_list(parse_http_list(rest))
            right = self._is_right(request, parts, password)
            if right and parts["nonce"] in self._nonces:
                return None
            stale = right and parts["nonce"] in self._stale
        nonce = secrets.token_hex(16)
        self._nonces.add(nonce)
        return (
            f'Digest realm="{self._realm}", algorithm=MD5-sess, qop="auth", '
            f'nonce="{nonce}", opaque="{self._opaque}"' + ", stale=true" * stale
        )

    def proof(self, authorization: str, password: str) -> str:
        """Return the proof that the device knows the password, too (RFC 7616, 3.5)."""
        get = parse_keqv_list(parse_http_list(authorization.partition(" ")[2])).get
        nonce, cnonce, nc = get("nonce"), get("cnonce"), get("nc")
        secret = _md5(_md5("", self._realm, password), nonce, cnonce)
        proof = _md5(secret, nonce, nc, cnonce, "auth", _md5("", get("uri")))
        return f'qop=auth, rspauth="{proof}", cnonce="{cnonce}", nc={nc}'

    def _is_right(
        self, request: web.Request, parts: dict[str, str], password: str
    ) -> bool:
        """Tell whether the response is that of RFC 7616."""
        get = parts.get
        expected = {
            "username": "",
            "realm": self._realm,
            "opaque": self._opaque,
            "qop": "auth",
            "uri": request.raw_path,
        }
        if any(get(key) != value for key, value in expected.items()):
            return False
        nonce, cnonce = get("nonce"), get("cnonce")
        secret = _md5(_md5("", self._realm, password), nonce, cnonce)
        asked = _md5(request.method, request.raw_path)
        wanted = _md5(secret, nonce, get("nc"), cnonce, "auth", asked)
        return get("response") == wanted


def _md5(*parts: str | None) -> str:
    """Return the MD5 of parts joined by colons."""
    joined = ":".join(part or "" for part in parts)
    return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()
