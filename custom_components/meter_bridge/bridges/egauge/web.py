"""The device's web server: its way in, its token, and who may do what."""

import asyncio
import time

from aiohttp import ClientSession

from ..contract import Access
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgePermissionError,
    BridgeRefusedError,
    BridgeResponseError,
)
from ..transport.answers import Heard
from ..transport.http import REQUEST_SECONDS, BridgeHttp
from ..wire import section, text
from .login import (
    Challenge,
    NonceExpiredError,
    Token,
    answer_challenge,
    may_save,
    read_challenge,
    read_token,
)

_QUESTION, _LOGIN = "/api/auth/unauthorized", "/api/auth/login"
_RIGHTS = "/api/auth/rights"
# Where nobody speaks TLS a firewall may swallow the question.
_TLS_SECONDS = 5.0


class EgaugeWeb:
    """Speak with the web server of one eGauge, one request at a time.

    `pinned` is the way in: its scheme, which is never lowered, and the realm. On top
    of the errors of `BridgeHttp`, BridgePermissionError is raised for what the user may
    not do, and BridgeRefusedError with the device's own words.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; nothing is asked yet."""
        self._access = access
        self._session = session
        self.heard = Heard()
        self._http = self._open("https")
        self._is_found = False
        self._token: Token | None = None
        self._turn = asyncio.Lock()
        self.pinned = dict(access.pinned)

    async def request(self, method: str, path: str, body: object = None) -> object:
        """Make a request with a valid token and return the decoded answer."""
        async with self._turn:
            try:
                answer = await self._exchange(method, path, body)
            except BridgeConnectionError as error:
                if error.status is None:
                    # Somebody else may answer here next: ask before we tell.
                    self._token = None
                raise
        if refusal := text(section(answer).get("error")):
            raise BridgeRefusedError(refusal)
        return answer

    async def may_save(self) -> bool:
        """Tell whether the user may change anything, as far as the device says."""
        async with self._turn:
            token = await self._valid_token()
            if token.may_save is not None:
                return token.may_save
            return may_save(await self._send("GET", _RIGHTS, token)) is True

    async def _exchange(self, method: str, path: str, body: object) -> object:
        """Log in where that is due; once more if the token was revoked meanwhile."""
        token = await self._valid_token()
        try:
            return await self._send(method, path, token, body)
        except BridgeAuthError as error:
            token = await self._log_in(read_challenge(error.body))
        try:
            return await self._send(method, path, token, body)
        except BridgeAuthError as error:
            # A missing right is answered like a missing login.
            await self._send("GET", _RIGHTS, token)
            raise BridgePermissionError("The user may not do this") from error

    async def _send(
        self, method: str, path: str, token: Token, body: object = None
    ) -> object:
        """Make one request with a token."""
        headers = {"Authorization": f"Bearer {token.value}"}
        answer = await self._http.request(method, path, json=body, headers=headers)
        return answer.json()

    async def _valid_token(self) -> Token:
        """Return the token, a new one if it is about to end."""
        token = self._token
        if token is None or time.monotonic() >= token.renew_at:
            token = await self._log_in(await self._ask())
        return token

    async def _log_in(self, challenge: Challenge) -> Token:
        """Answer a question for a login, and a second one if that was too late."""
        self._token = None
        try:
            token = await self._answer(challenge)
        except NonceExpiredError:
            token = await self._answer_at_once()
        self._token = token
        return token

    async def _answer_at_once(self) -> Token:
        """Answer a new question; that this is too late again tells of no password."""
        try:
            return await self._answer(await self._ask())
        except NonceExpiredError as error:
            raise BridgeConnectionError("The bridge knows no time") from error

    async def _answer(self, challenge: Challenge) -> Token:
        """Prove that we know the password, to the device that we know."""
        access = self._access
        if challenge.realm != self.pinned.get("realm", challenge.realm):
            raise BridgeResponseError("The bridge asks for its login in another way")
        if not access.username or not access.password:
            raise BridgeAuthError("The bridge asks for a login")
        body = answer_challenge(challenge, access.username, access.password)
        asked_at = time.monotonic()
        answer = await self._http.request("POST", _LOGIN, json=body, name="")
        token = read_token(answer.json(), asked_at)
        self.pinned = {"scheme": self._http.url.scheme, "realm": challenge.realm}
        return token

    async def _ask(self) -> Challenge:
        """Let the device ask for a login, by which it shows its kind.

        The first time this finds the strongest way in: without TLS only where nobody
        speaks TLS.
        """
        if self._is_found:
            return await _question(self._http)
        *better, last = self._schemes()
        for scheme in better:
            try:
                challenge = await _question(self._open(scheme, _TLS_SECONDS))
            except BridgeConnectionError as error:
                if error.status is not None:
                    raise
            else:
                self._http, self._is_found = self._open(scheme), True
                return challenge
        http = self._open(last)
        challenge = await _question(http)
        self._http, self._is_found = http, True
        return challenge

    def _open(self, scheme: str, timeout: float = REQUEST_SECONDS) -> BridgeHttp:
        """Return the web server under this scheme."""
        return BridgeHttp(
            session=self._session,
            url=self._access.address.url(scheme=scheme),
            has_login=True,
            verify_ssl=self._access.verify_ssl,
            timeout=timeout,
            heard=self.heard,
        )

    def _schemes(self) -> tuple[str, ...]:
        """Return the schemes to try, the better one first.

        What was typed wins, but never lowers what was pinned. A certificate that is to
        be verified, and an address from hearsay, want TLS.
        """
        typed, pinned = self._access.address.scheme, self.pinned.get("scheme")
        if typed == "http" and pinned == "https":
            raise BridgeResponseError("The bridge was reached by TLS before")
        if typed or (pinned and not self._access.verify_ssl):
            return (typed or pinned or "",)
        if self._access.verify_ssl or self._access.hearsay:
            return ("https",)
        return ("https", "http")


async def _question(http: BridgeHttp) -> Challenge:
    """Ask without a token; whatever does not ask back is no eGauge."""
    try:
        await http.request("GET", _QUESTION)
    except BridgeAuthError as error:
        return read_challenge(error.body)
    raise BridgeResponseError("Nothing here asks for a login")
