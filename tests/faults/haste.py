"""Less patience with a bridge, so that a test need not wait for ten seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from custom_components.meter_bridge.bridges.transport.http import BridgeHttp

_SECONDS = 0.1


class Haste:
    """Every client's patience: as it is, or hardly any."""

    def __init__(self) -> None:
        """Know no client yet."""
        self._patience: dict[int, tuple[BridgeHttp, float]] = {}
        self._is_on = False

    def know(self, http: BridgeHttp) -> None:
        """Keep in mind how patient a client was made."""
        self._patience[id(http)] = http, http.timeout
        self.hurry(is_on=self._is_on)

    def hurry(self, *, is_on: bool) -> None:
        """Give every client hardly any patience, or its own."""
        self._is_on = is_on
        for http, seconds in self._patience.values():
            http.timeout = min(seconds, _SECONDS) if is_on else seconds


@contextmanager
def hasty(haste: Haste) -> Iterator[None]:
    """Know every client that is made in this block."""
    make = BridgeHttp.__init__

    def init(self: BridgeHttp, **given: object) -> None:
        make(self, **given)  # type: ignore[arg-type]
        haste.know(self)

    with patch.object(BridgeHttp, "__init__", init):
        yield
