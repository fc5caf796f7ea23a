"""The login of a whatwatt Go: Digest since firmware 1.10, Basic before.

The user name is always empty. Scheme and realm are pinned at set-up, so that the
password goes neither to another device nor out by a weaker scheme.
"""

from collections.abc import Mapping
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
_USER = ""


def read_challenges(challenges: tuple[str, ...]) -> dict[str, str]:
    """Return the strongest scheme that a 401 offers, and its realm, to be pinned.

    The realm is the device's host name, `whatwatt-<id>` unless the owner changed it. A
    changed one is accepted only with MD5-sess, which hardly any other device uses.
    BridgeResponseError: no challenge is a whatwatt Go's.
    """
    offered: dict[str, str] = {}
    for challenge in (sent.lower() for sent in challenges):
        match, realm = _CHALLENGE.match(challenge), _REALM.search(challenge)
        if match and realm and ("whatwatt" in realm[1] or "md5-sess" in match[2]):
            # The vendor shows the host name with and without its domain.
            offered[match[1]] = realm[1].removesuffix(".local")
    if not offered:
        raise BridgeResponseError("This is not how a whatwatt Go asks for a login")
    scheme = max(offered, key=_STRENGTH.__getitem__)
    return {"scheme": scheme, "realm": offered[scheme]}


def login(
    offered: Mapping[str, str], pinned: Mapping[str, str], access: Access
) -> ClientMiddlewareType:
    """Return the login; refuse if this may not be the bridge that was set up.

    BridgeAuthError: there is no password. BridgeResponseError: realm or scheme are not
    the pinned ones. ClearPasswordError: Basic, at an address that was only announced.
    """
    if not access.password:
        raise BridgeAuthError("The bridge asks for a password")
    scheme = offered["scheme"]
    if pinned and (
        offered["realm"] != pinned.get("realm")
        or _STRENGTH[scheme] < _STRENGTH.get(pinned.get("scheme", ""), 0)
    ):
        raise BridgeResponseError("The bridge asks for its login in another way")
    if scheme == "digest":
        return _digest(access.password)
    if access.hearsay:
        raise ClearPasswordError("No password goes in the clear to a new address")
    return _basic(access.password)


def _digest(password: str) -> ClientMiddlewareType:
    """Return the login of firmware 1.10 and later."""
    answer_challenge = DigestAuthMiddleware(_USER, password)

    async def authorise(
        request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Answer the challenge; aiohttp (3.14.5) fails for an odd `domain`."""
        try:
            return await answer_challenge(request, handler)
        except ValueError as error:
            raise BridgeResponseError(
                "This is not how a whatwatt Go asks for a login"
            ) from error

    return authorise


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
