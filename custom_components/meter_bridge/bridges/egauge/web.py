"""The device's web server: scheme, login, token, and the rights of the user."""

import asyncio
from http import HTTPStatus
import time

from aiohttp import ClientSession

from ..client import PINNED_CERTIFICATE, Access
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgePermissionError,
    BridgeResponseError,
    ChangedCertificateError,
)
from ..transport.http import BridgeHttp
from ..wire import parse_json
from .decoder import read_answer
from .login import (
    Challenge,
    NonceExpiredError,
    Token,
    answer_challenge,
    may_save,
    read_challenge,
    read_token,
)

_CHALLENGE, _LOGIN = "/api/auth/unauthorized", "/api/auth/login"
_RIGHTS = "/api/auth/rights"
# Where nothing speaks TLS, a firewall may drop the request without an answer.
_TLS_SECONDS = 5.0


class EgaugeWeb:
    """Talk to the web server of one eGauge, one request at a time.

    `pinned` holds the scheme, which is never lowered, the realm, and the certificate
    where nobody vouches for it. Beside the errors
    of `BridgeHttp`, BridgePermissionError is raised for what the user may not do, and
    BridgeRefusedError with the device's own reason.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        self._access = access
        self.http = BridgeHttp(
            session=session,
            url=access.address.url(scheme="https"),
            has_login=True,
            verify_ssl=access.verify_ssl,
            fingerprint=""
            if access.verify_ssl
            else access.pinned.get(PINNED_CERTIFICATE, ""),
        )
        self._is_found = False
        self._token: Token | None = None
        self._turn = asyncio.Lock()
        self.pinned = dict(access.pinned)

    async def request(self, method: str, path: str, body: object = None) -> object:
        """Make a request with a valid token and return the decoded answer."""
        return read_answer(await self.request_bytes(method, path, body))

    async def request_bytes(self, method: str, path: str, body: object = None) -> bytes:
        """Make a request with a valid token and return the answer, which may refuse."""
        async with self._turn:
            try:
                return await self._exchange(method, path, body)
            except BridgeConnectionError as error:
                if error.status is None:
                    # Another device may answer here next: it must not get the token.
                    self._token = None
                raise

    async def may_save(self) -> bool:
        """Tell whether the device lets the user change anything."""
        async with self._turn:
            token = await self._valid_token()
            if token.may_save is not None:
                return token.may_save
            rights = parse_json(await self._send("GET", _RIGHTS, token))
            return may_save(rights) is True

    async def _exchange(self, method: str, path: str, body: object) -> bytes:
        """Log in if necessary; once more if the token was revoked meanwhile."""
        token = await self._valid_token()
        try:
            return await self._send(method, path, token, body)
        except ChangedCertificateError:
            raise
        except BridgeAuthError as error:
            token = await self._log_in(read_challenge(error.body))
        try:
            return await self._send(method, path, token, body)
        except BridgeAuthError as error:
            # A missing right gets the same status as a missing login.
            await self._send("GET", _RIGHTS, token)
            raise BridgePermissionError("The user may not do this") from error

    async def _send(
        self, method: str, path: str, token: Token, body: object = None
    ) -> bytes:
        """Make one request with a token."""
        headers = {"Authorization": f"Bearer {token.value}"}
        answer = await self.http.request(method, path, json=body, headers=headers)
        return answer.body

    async def _valid_token(self) -> Token:
        """Return the token, or a new one if it is about to expire."""
        token = self._token
        if token is None or time.monotonic() >= token.renew_at:
            token = await self._log_in(await self._ask())
        return token

    async def _log_in(self, challenge: Challenge) -> Token:
        """Answer a challenge, and a second one if its nonce had expired."""
        self._token = None
        try:
            token = await self._answer(challenge)
        except NonceExpiredError:
            token = await self._answer_at_once()
        self._token = token
        return token

    async def _answer_at_once(self) -> Token:
        """Answer a new challenge; if that expires too, the password is not at fault."""
        try:
            return await self._answer(await self._ask())
        except NonceExpiredError as error:
            raise BridgeConnectionError(
                "The bridge's challenges expire at once"
            ) from error

    async def _answer(self, challenge: Challenge) -> Token:
        """Log in, if the challenge comes from the device that was set up."""
        access = self._access
        if challenge.realm != self.pinned.get("realm", challenge.realm):
            raise BridgeResponseError(
                "The bridge asks for its login in another way",
                status=HTTPStatus.UNAUTHORIZED,
            )
        if not access.username or not access.password:
            raise BridgeAuthError("The bridge asks for a login")
        body = answer_challenge(challenge, access.username, access.password)
        asked_at = time.monotonic()
        answer = await self.http.request("POST", _LOGIN, json=body, name="")
        token = read_token(answer.json(), asked_at)
        self.pinned = {"scheme": self.http.url.scheme, "realm": challenge.realm}
        if self.http.certificate and not access.verify_ssl:
            self.pinned[PINNED_CERTIFICATE] = self.http.certificate
        return token

    async def _ask(self) -> Challenge:
        """Get a challenge from the device, which shows its kind.

        The first time this finds the safest scheme: HTTP only if nothing speaks TLS.
        """
        if self._is_found:
            return await self._request_challenge()
        *safer, last = self._schemes()
        for scheme in safer:
            self._use(scheme)
            try:
                async with asyncio.timeout(_TLS_SECONDS):
                    challenge = await self._request_challenge()
            except TimeoutError:
                continue
            except BridgeConnectionError as error:
                if error.status is not None:
                    raise
            else:
                self._is_found = True
                return challenge
        self._use(last)
        challenge = await self._request_challenge()
        self._is_found = True
        return challenge

    def _use(self, scheme: str) -> None:
        """Send all further requests by this scheme."""
        self.http.url = self._access.address.url(scheme=scheme)

    async def _request_challenge(self) -> Challenge:
        """Make a request without a token; only an eGauge answers with a challenge."""
        try:
            await self.http.request("GET", _CHALLENGE)
        except ChangedCertificateError:
            raise
        except BridgeAuthError as error:
            return read_challenge(error.body)
        raise BridgeResponseError("Nothing here asks for a login")

    def _schemes(self) -> tuple[str, ...]:
        """Return the schemes to try, the safer one first.

        A typed scheme is used, unless it is less safe than the pinned one. To verify a
        certificate, and at an address that was only announced, only TLS is used.
        """
        typed, pinned = self._access.address.scheme, self.pinned.get("scheme")
        if typed == "http" and pinned == "https":
            raise BridgeResponseError(
                "The bridge was reached by TLS before", status=HTTPStatus.UNAUTHORIZED
            )
        if typed or (pinned and not self._access.verify_ssl):
            return (typed or pinned or "",)
        if self._access.verify_ssl or self._access.is_announced:
            return ("https",)
        return ("https", "http")
