"""The device's web server, which may want a login, a licence, or both."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
import time

from aiohttp import ClientSession

from ..client import Access, Progress
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeLicenseError,
    BridgeResponseError,
    NotAcceptedError,
)
from ..transport.http import Answer, BridgeHttp
from ..transport.sse import Event
from ..transport.upload import Upload
from .challenge import read_challenges
from .login import login, no_nonces

_NO_LICENSE = "License required"
# The speed of downloads: at full speed, a device that the meter powers runs empty and
# restarts.
BYTES_PER_SECOND = 6000.0
# An answer that takes longer is late: the device has too much to do.
LATE_SECONDS = 3.0
# A day's log has 1.4 MB, with a row each 15 s.
_MOST_BYTES = 8 << 20
_UPLOAD_SECONDS = 600.0
_REFUSED_FILES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


class WhatwattWeb:
    """Talk to the web server of one whatwatt Go, logging in if it wants that.

    `pinned` is how the device asks for its login, empty until it has asked. Beside the
    errors of `BridgeHttp`, BridgeLicenseError is raised if the device's licence does
    not include something.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        self._access = access
        self.http = BridgeHttp(
            session=session, url=access.address.url(), has_login=True
        )
        self.pinned = dict(access.pinned)
        self._refused = no_nonces()
        self.is_late = asyncio.Event()
        """Set by each answer that is late, and by each request without an answer."""

    @property
    def is_open(self) -> bool:
        """Tell whether the device has not asked for a login so far."""
        return not self.http.middlewares

    async def request(
        self, method: str, path: str, *, name: str | None = None
    ) -> Answer:
        """Make a request; log in if the device asks for it.

        With an empty name the answer is not recorded.
        """
        return await self._ask(method, path, None, name)

    async def change(
        self, path: str, body: object = None, *, method: str = "PUT"
    ) -> Answer:
        """Change something; neither request nor answer is recorded.

        NotAcceptedError: the device does not take these values.
        """
        try:
            return await self._ask(method, path, body, "")
        except BridgeResponseError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise NotAcceptedError("The device refuses a value") from error
            raise

    async def _ask(
        self, method: str, path: str, body: object, name: str | None
    ) -> Answer:
        """Make a request, recorded under `name`; log in if the device asks for it."""
        asked_at = time.monotonic()
        try:
            with self._checked():
                try:
                    return await self.http.request(method, path, json=body, name=name)
                except BridgeAuthError as error:
                    if self.http.middlewares:
                        raise
                    self._log_in(error.challenges)
                return await self.http.request(method, path, json=body, name=name)
        finally:
            if time.monotonic() - asked_at > LATE_SECONDS:
                self.is_late.set()

    async def upload(
        self, path: str, name: str, content: bytes, progress: Progress
    ) -> None:
        """Send a file; log in with a request before it, since it goes only once.

        NotAcceptedError: the device does not take this file.
        """
        with self._checked():
            try:
                await self.http.upload(
                    path, Upload(name, content, progress), seconds=_UPLOAD_SECONDS
                )
            except BridgeResponseError as error:
                if error.status in _REFUSED_FILES:
                    raise NotAcceptedError("The device refuses the file") from error
                raise

    async def download(self, path: str, take: Callable[[bytes], None]) -> None:
        """Hand over a file of the memory card, as slowly as the device can bear."""
        with self._checked():
            await self.http.download(
                path,
                take,
                bytes_per_second=BYTES_PER_SECOND,
                most_bytes=_MOST_BYTES,
            )

    async def follow(
        self, path: str, take: Callable[[Event], None], *, idle: float
    ) -> None:
        """Hand over events until the stream breaks, which raises."""
        with self._checked():
            await self.http.follow(path, take, idle=idle)

    def _log_in(self, challenges: tuple[str, ...]) -> None:
        """Add a login that fits the challenge to all further requests."""
        offered = read_challenges(challenges)
        middleware, self.pinned = login(
            offered, self.pinned, self._access, self._refused
        )
        self.http.middlewares = (middleware,)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Recognise a missing licence; drop the login when the connection is lost."""
        try:
            yield
        except BridgeConnectionError as error:
            if error.status is None:
                # Another device may answer here next: it must ask for the login first.
                self.http.middlewares = ()
            raise
        except BridgeResponseError as error:
            if error.status == HTTPStatus.NOT_FOUND and _NO_LICENSE in error.body:
                raise BridgeLicenseError("The device needs a licence") from error
            raise
