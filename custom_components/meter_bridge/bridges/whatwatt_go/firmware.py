"""Install firmware from a file, and wait until the device runs it."""

import asyncio
import time

from ..client import Progress
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeResponseError,
    NotUpdatedError,
)
from ..wire import number, section, text
from .decoder import SYSTEM
from .web import WhatwattWeb

_LOAD = "/load"
# Writing some megabytes and a restart, at the pace of a small device on Wi-Fi.
_LONGEST_SECONDS, _PAUSE_SECONDS = 300.0, 3.0

type Version = tuple[str | None, str | None]


async def install(
    web: WhatwattWeb, content: bytes, progress: Progress
) -> dict[str, object]:
    """Send firmware; return the version before, and the one that runs then.

    NotAcceptedError: the device does not take the file. NotUpdatedError: it has
    restarted with the same version.
    """
    before, running_for = await _state(web)
    progress(0.0)
    try:
        await web.upload(_LOAD, "firmware.bin", content, progress)
    except BridgeConnectionError as error:
        # It may restart before it has answered.
        if error.status is not None:
            raise
    progress(None)
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE_SECONDS)
        try:
            after, seconds = await _state(web)
        except BridgeConnectionError, BridgeAuthError, BridgeResponseError:
            # A web server that is starting may send wrong answers.
            continue
        if after != before:
            return {"previous": before[0], "version": after[0]}
        if seconds < running_for:
            raise NotUpdatedError("The firmware is the same as before")
        running_for = seconds
    raise BridgeConnectionError("The bridge does not come back from its update")


async def _state(web: WhatwattWeb) -> tuple[Version, float]:
    """Return which firmware runs, and for how many seconds."""
    device = section((await web.request("GET", SYSTEM)).json(), "device")
    version = text(device.get("firmware")), text(device.get("build"))
    return version, number(device.get("time_since_boot")) or 0.0
