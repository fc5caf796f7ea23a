"""Shorten the timeouts of clients, so that tests need not wait for ten seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from custom_components.meter_bridge.bridges.transport.http import BridgeHttp

_SECONDS = 0.1


class ClientTimeouts:
    """The timeouts of all clients: their own, or very short ones."""

    def __init__(self) -> None:
        """Start without clients."""
        self._timeouts: dict[int, tuple[BridgeHttp, float]] = {}
        self.is_on = False

    def add(self, http: BridgeHttp) -> None:
        """Remember the timeout of a new client."""
        self._timeouts[id(http)] = http, http.timeout
        self.shorten(is_on=self.is_on)

    @property
    def longest(self) -> float:
        """Return how long a client waits for an answer by itself."""
        return max(seconds * http.patience for http, seconds in self._timeouts.values())

    def shorten(self, *, is_on: bool) -> None:
        """Set very short timeouts for all clients, or their own ones."""
        self.is_on = is_on
        for http, seconds in self._timeouts.values():
            http.timeout = min(seconds, _SECONDS) if is_on else seconds


@contextmanager
def timeouts_of_clients(timeouts: ClientTimeouts) -> Iterator[None]:
    """Register every client that is created in this block."""
    make = BridgeHttp.__init__

    def init(self: BridgeHttp, **given: object) -> None:
        make(self, **given)  # type: ignore[arg-type]
        timeouts.add(self)

    with patch.object(BridgeHttp, "__init__", init):
        yield
