"""The login of a whatwatt Go: Digest since firmware 1.10, Basic before.

The user name is always empty. How the device asks is pinned at set-up, so that the
password goes neither to another device nor out by a weaker scheme.
"""

from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
import secrets

from aiohttp import (
    ClientHandlerType,
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    encode_basic_auth,
    hdrs,
)

from ..client import Access
from ..errors import (
    BridgeAuthError,
    BridgeError,
    BridgeResponseError,
    ClearPasswordError,
)
from .challenge import (
    HASHES,
    SESSION,
    STRENGTH,
    Challenge,
    parameters,
    read_challenges,
)

_USER = ""
_CNONCE_BYTES = 8
# What is pinned of a device that has proved that it knows the password, too.
_PROVES = "proves"
# Nobody needs more: a device that refuses that many asks for another password.
_MOST_REFUSED = 64

type RefusedNonces = deque[str]


def no_nonces() -> RefusedNonces:
    """Return a place for the nonces that a device refuses, which holds the latest."""
    return deque(maxlen=_MOST_REFUSED)


def login(
    offered: Challenge,
    pinned: Mapping[str, str],
    access: Access,
    refused: RefusedNonces,
) -> tuple[ClientMiddlewareType, dict[str, str]]:
    """Return the login, and what is to be pinned, which may grow.

    BridgeAuthError: there is no password, or it would go in the clear and was stored
    before anything had asked for it. BridgeResponseError: this may not be the
    bridge that was set up, since it asks in another way. ClearPasswordError: Basic, at
    an address that was only announced.
    """
    if not access.password:
        raise BridgeAuthError("The bridge asks for a password")
    known = dict(offered.asked)
    if STRENGTH[offered.scheme] < STRENGTH.get(pinned.get("scheme", ""), 0) or any(
        pinned.get(key, known.get(key)) != known.get(key)
        for key in ("realm", "algorithm", "qop")
    ):
        raise BridgeResponseError(
            "The bridge asks for its login in another way",
            status=HTTPStatus.UNAUTHORIZED,
        )
    if offered.scheme == "digest":
        if _PROVES in pinned:
            known[_PROVES] = pinned[_PROVES]
        return _Digest(access.password, offered, known, refused), known
    if access.is_announced:
        raise ClearPasswordError("No password goes in the clear to a new address")
    if not (pinned or access.is_typed):
        raise BridgeAuthError("The bridge asks for a password for the first time")
    return _basic(access.password), known


class _Digest:
    """The login of firmware 1.10 and later (RFC 7616).

    One challenge serves for many requests, until the device refuses its nonce: then it
    makes a new one, so that whoever offers a refused one again repeats an old
    challenge, which is not answered. Neither is one that asks in another way than the
    first. A device that has once proved that it knows the password has to prove it each
    time.
    """

    def __init__(
        self,
        password: str,
        challenge: Challenge,
        known: dict[str, str],
        refused: RefusedNonces,
    ) -> None:
        """Answer this challenge; `known` grows by what the device proves."""
        self._password = password
        self._asked = challenge.asked
        self._known = known
        self._refused = refused
        self._challenge, self._count = challenge, 0
        self._require_fresh(challenge)

    async def __call__(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Make a request; answer another challenge where the nonce was too old."""
        response = await self._ask(request, handler)
        try:
            if response.status != HTTPStatus.UNAUTHORIZED or not self._take(response):
                return response
        except BridgeError:
            response.close()
            raise
        response.release()
        response = await self._ask(request, handler)
        if response.status == HTTPStatus.UNAUTHORIZED:
            self._take(response)
        return response

    async def _ask(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        """Make a request, with an answer unless the nonce is known to be refused."""
        request.headers.pop(hdrs.AUTHORIZATION, None)
        if self._challenge.nonce in self._refused:
            self._count = 0
            return await handler(request)
        self._count += 1
        answer = self._answer(request.method, request.url.raw_path_qs)
        request.headers[hdrs.AUTHORIZATION] = _written(answer)
        response = await handler(request)
        if response.ok:
            self._check_proof(response, answer)
        return response

    def _take(self, response: ClientResponse) -> bool:
        """Take the next challenge; return whether to answer it at once.

        A first answer is refused for its password, unless the device says otherwise.
        """
        challenge = read_challenges(
            tuple(response.headers.getall(hdrs.WWW_AUTHENTICATE, ()))
        )
        if challenge.asked != self._asked:
            raise BridgeResponseError(
                "The bridge asks for its login in two ways",
                status=HTTPStatus.UNAUTHORIZED,
            )
        is_for_nonce = self._count != 1 or challenge.is_stale
        if self._count:
            self._refused.append(self._challenge.nonce)
            if challenge.nonce == self._challenge.nonce and not is_for_nonce:
                return False
        self._require_fresh(challenge)
        self._challenge, self._count = challenge, 0
        return is_for_nonce

    def _require_fresh(self, challenge: Challenge) -> None:
        """Raise BridgeResponseError for a challenge with a nonce that was refused."""
        if challenge.nonce in self._refused:
            raise BridgeResponseError(
                "The bridge repeats an old challenge", status=HTTPStatus.UNAUTHORIZED
            )

    def _answer(self, method: str, uri: str) -> dict[str, str]:
        """Return the answer to the challenge, for one request."""
        said = self._challenge.said
        answer = {
            "username": _USER,
            "realm": said["realm"],
            "nonce": said["nonce"],
            "uri": uri,
            "response": "",
            "algorithm": said.get("algorithm", "MD5"),
            "opaque": said.get("opaque", ""),
            "qop": "auth",
            "nc": f"{self._count:08x}",
            "cnonce": secrets.token_hex(_CNONCE_BYTES),
        }
        answer["response"] = self._digest(answer, method)
        return answer

    def _digest(self, answer: Mapping[str, str], method: str) -> str:
        """Return what only those who know the password can work out."""
        algorithm = self._asked["algorithm"]
        hashed = HASHES[algorithm.removesuffix(SESSION)]

        def digest(*parts: str) -> str:
            return hashed(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        nonce, cnonce = answer["nonce"], answer["cnonce"]
        secret = digest(_USER, answer["realm"], self._password)
        if algorithm.endswith(SESSION):
            secret = digest(secret, nonce, cnonce)
        asked = digest(method, answer["uri"])
        return digest(secret, nonce, answer["nc"], cnonce, answer["qop"], asked)

    def _check_proof(self, response: ClientResponse, answer: Mapping[str, str]) -> None:
        """Let the device prove that it knows the password, if it ever does.

        BridgeResponseError: the proof is wrong, or missing where there was one before.
        """
        proof = parameters(response.headers.get("Authentication-Info", ""))
        if (shown := proof.get("rspauth")) is None:
            if _PROVES in self._known:
                raise BridgeResponseError("The bridge does not prove that it is ours")
            return
        # The method is left out of what the device proves.
        if not secrets.compare_digest(
            shown.lower().encode(), self._digest(answer, "").encode()
        ):
            raise BridgeResponseError("The bridge does not know its own password")
        self._known[_PROVES] = "rspauth"


def _written(answer: Mapping[str, str]) -> str:
    """Return the header of an answer, which quotes all but three parameters."""
    return "Digest " + ", ".join(
        f"{key}={value}" if key in ("algorithm", "qop", "nc") else f'{key}="{escaped}"'
        for key, value in answer.items()
        if key != "opaque" or value
        for escaped in (value.replace("\\", "\\\\").replace('"', '\\"'),)
    )


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
