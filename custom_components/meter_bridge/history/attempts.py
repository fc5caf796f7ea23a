"""Work on the statistics that may fail, and is tried again later."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..bridges.errors import BridgeError
from ..const import LOGGER


@dataclass(slots=True)
class Attempts:
    """The attempts at one piece of work, none of which may raise to its caller."""

    title: str
    _is_warned: bool = False

    @contextmanager
    def one(self) -> Iterator[None]:
        """Log why an attempt fails: at debug if a later one may succeed by itself.

        It may if the bridge is away or the recorder is busy (TimeoutError). Any other
        failure is a warning, given once until an attempt succeeds.
        """
        try:
            yield
        except (BridgeError, TimeoutError) as error:
            LOGGER.debug("%s: its history has to wait: %r", self.title, error)
        except Exception as error:  # noqa: BLE001 (one that is unknown must not end it)
            if not self._is_warned:
                LOGGER.warning(
                    "%s: its history could not be filled or corrected (%s); trying "
                    "again",
                    self.title,
                    type(error).__name__,
                )
            LOGGER.debug("%s: its history", self.title, exc_info=True)
            self._is_warned = True
        else:
            self._is_warned = False
