"""Ask for the password the way the device's two generations of firmware do."""

import base64
import hashlib
import secrets
from typing import Protocol
from urllib.request import parse_http_list, parse_keqv_list

from aiohttp import web


class Login(Protocol):
    """Decide about a request's Authorization header."""

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Return what to put into WWW-Authenticate, or None to let the request pass."""


class Basic:
    """Expect the password in clear beside an empty user, as before firmware 1.10."""

    def __init__(self, realm: str) -> None:
        """Guard a realm."""
        self._realm = realm

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Compare the whole header."""
        wanted = "Basic " + base64.b64encode(f":{password}".encode()).decode()
        if request.headers.get("Authorization") == wanted:
            return None
        return f'Basic realm="{self._realm}"'


class Digest:
    """Expect Digest MD5-sess with an empty user, as since firmware 1.10."""

    def __init__(self, realm: str) -> None:
        """Guard a realm."""
        self._realm = realm
        self._opaque = secrets.token_hex(8)
        self._nonces: set[str] = set()
        self._stale: set[str] = set()

    def expire(self) -> None:
        """Let every nonce that was handed out be too old."""
        self._stale |= self._nonces
        self._nonces.clear()

    def challenge(self, request: web.Request, password: str) -> str | None:
        """Check every part of the answer; a right one to an old nonce is stale."""
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

    def _is_right(
        self, request: web.Request, parts: dict[str, str], password: str
    ) -> bool:
        """Calculate the response by RFC 7616 and compare."""
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
    """Hash parts joined by colons."""
    joined = ":".join(part or "" for part in parts)
    return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()
