"""The login of a whatwatt Go: Digest since firmware 1.10, Basic before.

The user name is always empty. How the device asks is pinned at set-up, so that the
password goes neither to another device nor out by a weaker scheme.
"""

from collections.abc import Mapping
from hashlib import md5, sha256
from http import HTTPStatus
import re

from aiohttp import (
    ClientHandlerType,
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    DigestAuthMiddleware,
    encode_basic_auth,
    hdrs,
)

from ..client import Access
from ..errors import BridgeAuthError, BridgeResponseError, ClearPasswordError

_STRENGTH = {"basic": 1, "digest": 2}
_CHALLENGE = re.compile(r"\s*(basic|digest)\b(.*)", re.DOTALL)
_REALM = re.compile(r'realm="([^"]*)"')
_ALGORITHM = re.compile(r'\balgorithm="?([\w-]+)')
_QOP = re.compile(r'\bqop="?([\w-]+(?:\s*,\s*[\w-]+)*)')
_PART = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_NONCE = re.compile(r'\bnonce="([^"]*)"')
# Shorter ones cannot be random enough to be fresh; the device sends 32 digits.
_SHORTEST_NONCE = 16
_HASHES = {"md5": md5, "sha-256": sha256}
_SESSION = "-sess"
_USER = ""
# What is pinned of a device that has proved that it knows the password, too.
_PROVES = "proves"


def read_challenges(challenges: tuple[str, ...]) -> dict[str, str]:
    """Return the strongest scheme that a 401 offers, and how it is asked for.

    That is pinned: the realm, and of Digest its algorithm and quality of protection.
    The realm is the device's host name, `whatwatt-<id>` unless the owner changed it. A
    changed one is accepted only with MD5-sess, which hardly any other device uses.
    BridgeResponseError: no challenge is a whatwatt Go's, or its nonce is too short.
    """
    offered: dict[str, dict[str, str]] = {}
    for challenge in (sent.lower() for sent in challenges):
        match, realm = _CHALLENGE.match(challenge), _REALM.search(challenge)
        if match and realm and ("whatwatt" in realm[1] or "md5-sess" in match[2]):
            # The vendor shows the host name with and without its domain.
            known = {"scheme": match[1], "realm": realm[1].removesuffix(".local")}
            more = _read_digest(match[2]) if match[1] == "digest" else {}
            if more is not None:
                offered[match[1]] = {**known, **more}
    if not offered:
        raise BridgeResponseError(
            "This is not how a whatwatt Go asks for a login",
            status=HTTPStatus.UNAUTHORIZED,
        )
    return offered[max(offered, key=_STRENGTH.__getitem__)]


def _read_digest(challenge: str) -> dict[str, str] | None:
    """Return algorithm and quality of protection; None for what is not answered."""
    algorithm = found[1] if (found := _ALGORITHM.search(challenge)) else "md5"
    qop = found[1] if (found := _QOP.search(challenge)) else ""
    nonce = found[1] if (found := _NONCE.search(challenge)) else ""
    if (
        algorithm.removesuffix(_SESSION) not in _HASHES
        or "auth" not in re.split(r"\s*,\s*", qop)
        or len(nonce) < _SHORTEST_NONCE
    ):
        return None
    return {"algorithm": algorithm, "qop": qop}


def login(
    offered: Mapping[str, str], pinned: Mapping[str, str], access: Access
) -> tuple[ClientMiddlewareType, dict[str, str]]:
    """Return the login, and what is to be pinned, which may grow.

    BridgeAuthError: there is no password, or it would go in the clear and was stored
    before anything had asked for it. BridgeResponseError: this may not be the
    bridge that was set up, since it asks in another way. ClearPasswordError: Basic, at
    an address that was only announced.
    """
    if not access.password:
        raise BridgeAuthError("The bridge asks for a password")
    scheme = offered["scheme"]
    if _STRENGTH[scheme] < _STRENGTH.get(pinned.get("scheme", ""), 0) or any(
        pinned.get(key, offered.get(key)) != offered.get(key)
        for key in ("realm", "algorithm", "qop")
    ):
        raise BridgeResponseError(
            "The bridge asks for its login in another way",
            status=HTTPStatus.UNAUTHORIZED,
        )
    known = dict(offered)
    if scheme == "digest":
        if _PROVES in pinned:
            known[_PROVES] = pinned[_PROVES]
        return _digest(access.password, known), known
    if access.is_announced:
        raise ClearPasswordError("No password goes in the clear to a new address")
    if not (pinned or access.is_typed):
        raise BridgeAuthError("The bridge asks for a password for the first time")
    return _basic(access.password), known


def _digest(password: str, known: dict[str, str]) -> ClientMiddlewareType:
    """Return the login of firmware 1.10 and later.

    Only a challenge like the first one is answered. A device that has once proved that
    it knows the password has to prove it each time.
    """
    answer_challenge = DigestAuthMiddleware(_USER, password)
    asked = {key: known[key] for key in ("scheme", "realm", "algorithm", "qop")}

    async def authorise(
        request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Answer the challenge; aiohttp (3.14.5) fails for an odd `domain`."""

        async def ask(request: ClientRequest) -> ClientResponse:
            response = await handler(request)
            challenges = response.headers.getall(hdrs.WWW_AUTHENTICATE, ())
            if response.status == HTTPStatus.UNAUTHORIZED and (
                read_challenges(tuple(challenges)) != asked
            ):
                raise BridgeResponseError(
                    "The bridge asks for its login in two ways",
                    status=HTTPStatus.UNAUTHORIZED,
                )
            return response

        try:
            response = await answer_challenge(request, ask)
        except ValueError as error:
            raise BridgeResponseError(
                "This is not how a whatwatt Go asks for a login",
                status=HTTPStatus.UNAUTHORIZED,
            ) from error
        if response.ok and hdrs.AUTHORIZATION in request.headers:
            _check_proof(response, request.headers[hdrs.AUTHORIZATION], password, known)
        return response

    return authorise


def _check_proof(
    response: ClientResponse, answer: str, password: str, known: dict[str, str]
) -> None:
    """Let the device prove that it knows the password, if it ever does (RFC 7616).

    BridgeResponseError: the proof is wrong, or missing where there was one before.
    """
    proof = _parts(response.headers.get("Authentication-Info", "")).get("rspauth")
    if proof is None:
        if _PROVES in known:
            raise BridgeResponseError("The bridge does not prove that it is ours")
        return
    if proof.lower() != _proof(_parts(answer), password):
        raise BridgeResponseError("The bridge does not know its own password")
    known[_PROVES] = "rspauth"


def _proof(sent: Mapping[str, str], password: str) -> str:
    """Return what only a device that knows the password can answer to our answer."""
    algorithm = sent["algorithm"].lower()
    hashed = _HASHES[algorithm.removesuffix(_SESSION)]

    def digest(*parts: str) -> str:
        return hashed(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    nonce, cnonce = sent["nonce"], sent["cnonce"]
    secret = digest(_USER, sent["realm"], password)
    if algorithm.endswith(_SESSION):
        secret = digest(secret, nonce, cnonce)
    # The method is left out of what the device proves.
    asked = digest("", sent["uri"])
    return digest(secret, nonce, sent["nc"], cnonce, sent["qop"], asked)


def _parts(header: str) -> dict[str, str]:
    """Return the parts of a header of the login."""
    return {
        match[1].lower(): match[2].replace('\\"', '"') if match[3] is None else match[3]
        for match in _PART.finditer(header)
    }


def _basic(password: str) -> ClientMiddlewareType:
    """Return the login of firmware before 1.10."""
    value = encode_basic_auth(_USER, password)

    async def authorise(
        request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Add the password to each request."""
        request.headers[hdrs.AUTHORIZATION] = value
        return await handler(request)

    return authorise
