"""The device's web server: one that may want a login, a licence, or both."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import ClientSession

from ..contract import Access
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeLicenseError,
    BridgeResponseError,
)
from ..transport.answers import Heard
from ..transport.http import Answer, BridgeHttp
from ..transport.sse import Event
from .login import login, read_challenges

_NOT_FOUND = 404
_NO_LICENSE = "License required"


class WhatwattWeb:
    """Speak with the web server of one whatwatt Go.

    `pinned` is how the device asks for its login, empty while it never did. On top of
    the errors of `BridgeHttp`, BridgeLicenseError is raised for what the licence of
    the device does not allow.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; nothing is asked yet."""
        self._access = access
        self.heard = Heard()
        self._http = BridgeHttp(
            session=session,
            url=access.address.url(),
            has_login=True,
            heard=self.heard,
        )
        self.pinned = dict(access.pinned)

    async def request(self, method: str, path: str) -> Answer:
        """Make a request; log in where the device asks for it."""
        with self._judged():
            try:
                return await self._http.request(method, path)
            except BridgeAuthError as error:
                if self._http.middlewares:
                    raise
                self._log_in(error.challenges)
            return await self._http.request(method, path)

    async def follow(
        self, path: str, take: Callable[[Event], None], *, idle: float
    ) -> None:
        """Hand over events until the stream breaks, which raises."""
        with self._judged():
            await self._http.follow(path, take, idle=idle)

    def _log_in(self, challenges: tuple[str, ...]) -> None:
        """Give the next request a login that fits the challenge."""
        offered = read_challenges(challenges)
        self._http.middlewares = (login(offered, self.pinned, self._access),)
        self.pinned = offered

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """Tell a missing licence; forget the login when the connection was lost."""
        try:
            yield
        except BridgeConnectionError as error:
            if error.status is None:
                # Somebody else may answer at this address next: ask before we tell.
                self._http.middlewares = ()
            raise
        except BridgeResponseError as error:
            if error.status == _NOT_FOUND and _NO_LICENSE in error.body:
                raise BridgeLicenseError("The device needs a licence") from error
            raise
