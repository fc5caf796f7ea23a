"""What changes a reader, and what it does on request.

The vendor's document names these operations, but neither their methods nor their paths.
"""

from collections.abc import Mapping
from http import HTTPStatus

from ..errors import (
    BridgeError,
    NotAcceptedError,
    NotOfferedError,
)
from ..transport.http import Answer, BridgeHttp
from ..wire import flag, section

type Way = tuple[str, str]
"""A method and a path."""

_CONFIGURE: tuple[Way, ...] = (("PUT", "/configuration"), ("POST", "/configuration"))
_SET_UP: tuple[Way, ...] = (("POST", "/setup"),)
_SCAN: tuple[Way, ...] = (("GET", "/scan"), ("GET", "/scan/networks"))
_START_SCAN = {"X-Scan-Start": "true"}
# Statuses for a path or a method that the server does not have.
_ABSENT = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_IMPLEMENTED,
}
_FORBIDDEN = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Changes:
    """Requests that change one reader; a method and path that it lacks is tried once.

    Nothing is recorded: the requests contain passwords and names of networks.
    """

    def __init__(self, http: BridgeHttp) -> None:
        """Start without knowing which methods and paths this reader has."""
        self._http = http
        self._absent: set[Way] = set()

    async def configure(self, changes: Mapping[str, object]) -> None:
        """Change these settings; all others stay as they are."""
        _check(await self._request(_CONFIGURE, changes))

    async def set_up_wifi(self, ssid: str, password: str) -> None:
        """Let the reader join a wireless network; it may restart for that."""
        _check(await self._request(_SET_UP, {"s": True, "ss": ssid, "sp": password}))

    async def scan(self, *, start: bool) -> Mapping[str, object]:
        """Start a scan for wireless networks, or request its result."""
        headers = _START_SCAN if start else None
        return section((await self._request(_SCAN, headers=headers)).json())

    async def _request(
        self,
        ways: tuple[Way, ...],
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Make a request by the first method and path that this reader has.

        NotOfferedError: it has none, or wants a token that only the vendor's app gets.
        NotAcceptedError: it does not take these values.
        """
        for way in ways:
            if way in self._absent:
                continue
            try:
                return await self._http.request(
                    *way, json=body, headers=headers, name=""
                )
            except BridgeError as error:
                if error.status in _ABSENT:
                    self._absent.add(way)
                    continue
                if error.status in _FORBIDDEN:
                    raise NotOfferedError("The reader forbids this") from error
                if error.status == HTTPStatus.BAD_REQUEST:
                    raise NotAcceptedError("The reader refuses a value") from error
                raise
        raise NotOfferedError("The reader does not have this")


def _check(answer: Answer) -> None:
    """Raise NotAcceptedError if an answer says that nothing was changed."""
    if flag(section(answer.json()).get("success")) is False:
        raise NotAcceptedError("The reader refuses the change")
