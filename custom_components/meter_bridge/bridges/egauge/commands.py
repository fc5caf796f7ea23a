"""Commands that change the device (/cmd), followed to their end.

They need the right to save. Long ones answer with a token, under which their status is
asked for until it says that they are done.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import re
import time

from ..contract import Progress
from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeRefusedError,
    BridgeResponseError,
    NotUpdatedError,
)
from ..wire import number, section, text
from .web import EgaugeWeb

_COMMAND, _STATUS = "/api/cmd", "/api/sys/status"
_VERSION = "/api/sys?filter=%7Bversion%7D"
_TOKEN = re.compile(r"[0-9a-zA-Z]{32,128}")
_FIRMWARE = {"target": "fw"}
PAUSE_SECONDS = 2.0
_LONGEST_SECONDS = 300.0
# An installation loads some megabytes, writes them, and restarts the device.
_LONGEST_INSTALLATION_SECONDS = 1800.0
# So long after a restart the old firmware must have been what started again.
_FORGOTTEN_SECONDS = 120.0


async def run(web: EgaugeWeb, name: str, body: object = None) -> Mapping[str, object]:
    """Carry out a command to its end and return what came of it.

    One that takes too long is cancelled.
    """
    answer = section(await web.request("POST", f"{_COMMAND}/{name}", body))
    if (token := text(answer.get("token"))) is None:
        return answer
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        status = await _status(web, token)
        if not status:
            raise BridgeResponseError("The bridge has forgotten what it was asked")
        if _is_done(status):
            return section(status, "result")
        await asyncio.sleep(PAUSE_SECONDS)
    with suppress(BridgeError):
        await web.request("POST", f"{_COMMAND}/cancel", {"token": token})
    raise BridgeConnectionError("The bridge takes too long")


async def latest_firmware(web: EgaugeWeb) -> str | None:
    """Return the newest firmware; None for users who may not ask."""
    try:
        answer = await run(web, "update", {"action": "list", **_FIRMWARE})
    except BridgePermissionError:
        return None
    version = answer.get("version")
    # The vendor's schema says text, its example is the number 4.4.
    found = number(version) if not isinstance(version, str) else None
    return text(version) if found is None else str(found)


async def install_firmware(web: EgaugeWeb, progress: Progress) -> None:
    """Install the newest firmware and wait until the device runs it.

    It restarts in between: it is away then, and knows neither its token nor the status
    afterwards. Another version than before is what tells the success.
    """
    before = await _firmware(web)
    answer = section(
        await web.request(
            "POST", f"{_COMMAND}/update", {"action": "install", **_FIRMWARE}
        )
    )
    token = text(answer.get("token"))
    if token is None:
        raise BridgeResponseError("The bridge gave no token")
    now = time.monotonic()
    deadline, forgotten_at = now + _LONGEST_INSTALLATION_SECONDS, None
    while now < deadline:
        try:
            status = await _status(web, token)
            progress(number(status.get("progress")))
            if (not status or _is_done(status)) and await _firmware(web) != before:
                return
            forgotten_at = None if status else forgotten_at or now
        except BridgeConnectionError, BridgeAuthError, BridgeResponseError:
            # A web server that starts may answer nonsense.
            progress(None)
        if forgotten_at and now - forgotten_at > _FORGOTTEN_SECONDS:
            raise NotUpdatedError("The firmware is the same as before")
        await asyncio.sleep(PAUSE_SECONDS)
        now = time.monotonic()
    raise BridgeConnectionError("The bridge does not come back from its update")


async def _firmware(web: EgaugeWeb) -> str | None:
    """Return the firmware that runs."""
    answer = await web.request("GET", _VERSION)
    return text(section(answer, "result", "version").get("firmware"))


async def _status(web: EgaugeWeb, token: str) -> Mapping[str, object]:
    """Return the status of a long command; nothing where it is forgotten."""
    if not _TOKEN.fullmatch(token):
        raise BridgeResponseError("The bridge gave no token")
    try:
        answer = await web.request("GET", f"{_STATUS}/{token}")
    except BridgeRefusedError:
        return {}
    return section(answer, "result")


def _is_done(status: Mapping[str, object]) -> bool:
    """Tell whether a long command has ended well; raise where it has failed."""
    if failure := text(status.get("error")):
        words = status.get("args")
        more = words if isinstance(words, list) else []
        raise BridgeRefusedError(" ".join([failure, *map(str, more)]))
    return status.get("done") is True
