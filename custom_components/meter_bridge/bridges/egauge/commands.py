"""Run commands that change the device (/cmd) until they end.

They need the right to save. A long one answers with a token; with that its status is
requested until the command is done.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import re
import time

from ..client import Progress
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
_VERSION = "/api/sys/version"
_TOKEN = re.compile(r"[0-9a-zA-Z]{32,128}")
_FIRMWARE = {"target": "fw"}
PAUSE_SECONDS = 2.0
_LONGEST_SECONDS = 300.0
# An installation downloads some megabytes, writes them, and restarts the device.
_LONGEST_INSTALLATION_SECONDS = 1800.0
# If the old firmware still runs this long after a restart, the update has failed.
_FORGOTTEN_SECONDS = 120.0


async def run(web: EgaugeWeb, name: str, body: object = None) -> Mapping[str, object]:
    """Run a command to its end and return its result.

    One that takes more than five minutes is cancelled (BridgeConnectionError).
    BridgeRefusedError: it failed, with the device's own reason.
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
    """Return the newest firmware; None if the user may not see it."""
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

    It restarts meanwhile: it does not answer then, and has forgotten token and status
    afterwards. The update has succeeded once another version runs than before.
    NotUpdatedError: the same version still runs.
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
            # A web server that is starting may send wrong answers.
            progress(None)
        if forgotten_at and now - forgotten_at > _FORGOTTEN_SECONDS:
            raise NotUpdatedError("The firmware is the same as before")
        await asyncio.sleep(PAUSE_SECONDS)
        now = time.monotonic()
    raise BridgeConnectionError("The bridge does not come back from its update")


async def _firmware(web: EgaugeWeb) -> str | None:
    """Return the version of the running firmware."""
    answer = await web.request("GET", _VERSION)
    return text(section(answer, "result").get("firmware"))


async def _status(web: EgaugeWeb, token: str) -> Mapping[str, object]:
    """Return the status of a long command; empty if the device has forgotten it."""
    if not _TOKEN.fullmatch(token):
        raise BridgeResponseError("The bridge gave no token")
    try:
        answer = await web.request("GET", f"{_STATUS}/{token}")
    except BridgeRefusedError:
        return {}
    return section(answer, "result")


def _is_done(status: Mapping[str, object]) -> bool:
    """Tell whether a long command has succeeded; raise if it has failed."""
    if failure := text(status.get("error")):
        words = status.get("args")
        more = words if isinstance(words, list) else []
        raise BridgeRefusedError(" ".join([failure, *map(str, more)]))
    return status.get("done") is True
