"""Request what changes seldom: settings, and signed currents, which few meters have."""

from contextlib import suppress
from math import inf
import time

from ..errors import (
    BridgeConnectionError,
    BridgeLicenseError,
    BridgeResponseError,
)
from .decoder import WhatwattDecoder
from .settings import METER_SETTINGS, SETTINGS
from .variables import VARIABLES
from .web import WhatwattWeb

# Settings are changed here, or seldom on the web page of the device.
_SETTINGS_SECONDS = 3600.0
# Signed currents, if the meter has them; else it is asked for them once an hour.
_CURRENTS_SECONDS = 60.0
_FREE = "free"


class SeldomRequests:
    """Poll settings and variables seldom; hand the answers to the decoder."""

    def __init__(self, web: WhatwattWeb, decoder: WhatwattDecoder) -> None:
        """Start with everything due."""
        self._web = web
        self._decoder = decoder
        self._settings_of: str | None = None
        self._has_currents = False
        self._settings_until = self._variables_until = -inf

    def look_again(self) -> None:
        """Request the settings with the next poll: something has changed."""
        self._settings_until = -inf

    async def read_if_due(self) -> None:
        """Request what is due, all of it if another device answers."""
        now, serial = time.monotonic(), self._decoder.serial
        if serial != self._settings_of:
            self._settings_of, self._has_currents = serial, False
            self._settings_until = self._variables_until = -inf
        if now >= self._settings_until:
            self._settings_until = now + _SETTINGS_SECONDS
            await self._read_settings()
        is_free = self._decoder.details.license == _FREE
        if now >= self._variables_until and not is_free:
            await self._read_variables()
            if self._decoder.details.signed_currents:
                self._has_currents = True
            pause = _CURRENTS_SECONDS if self._has_currents else _SETTINGS_SECONDS
            self._variables_until = now + pause

    async def _read_settings(self) -> None:
        """Request the settings; not every firmware has all of them."""
        for path in (SETTINGS, METER_SETTINGS):
            with suppress(BridgeConnectionError, BridgeResponseError):
                answer = await self._web.request("GET", path)
                self._decoder.take(path, answer.body)

    async def _read_variables(self) -> None:
        """Request the variables; not recorded, since some identify meter and network.

        After a failure there are no signed currents to show.
        """
        try:
            answer = await self._web.request("GET", VARIABLES, name="")
            self._decoder.take(VARIABLES, answer.body)
        except BridgeConnectionError, BridgeLicenseError, BridgeResponseError:
            self._decoder.forget_currents()
