"""How a whatwatt Go lets us in: Digest from firmware 1.10 on, Basic before.

The user name is always empty. Which of the two it was is pinned at set-up together
with the realm, so that neither another device nor a weaker scheme gets the password.
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

from ..contract import Access
from ..errors import BridgeAuthError, BridgeResponseError, ClearPasswordError

_STRENGTH = {"basic": 1, "digest": 2}
_CHALLENGE = re.compile(r"\s*(basic|digest)\b(.*)", re.DOTALL)
_REALM = re.compile(r'realm="([^"]*)"')
_USER = ""


def read_challenges(challenges: tuple[str, ...]) -> dict[str, str]:
    """Return the strongest scheme that a 401 offers, and its realm, to be pinned.

    The realm is the device's host name, `whatwatt-<id>` unless the owner changed it;
    then MD5-sess, which hardly any other device uses, has to speak for it.
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
    """Return what logs in; refuse where this may not be the bridge we know."""
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
        """Answer the challenge; aiohttp (3.14.5) stumbles over an odd `domain`."""
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
