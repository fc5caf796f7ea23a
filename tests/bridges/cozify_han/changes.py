"""What a simulated reader lets its owner change, and what it does on request."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aiohttp import web

from tests.bridges.cozify_han.profile import Profile
from tests.support.simulator import Json, compact

_RESTART_SECONDS = 0.1
_NUMBER, _FLAG, _TEXT = (int, float), (bool,), (str,)
# What an update may hold, at any depth: the field of the profile, and its types.
_FIELDS: Mapping[tuple[str, ...], tuple[str, tuple[type, ...]]] = {
    ("s",): ("uses_spot_price", _FLAG),
    ("p",): ("fixed_price", _NUMBER),
    ("m", "f"): ("fuse", _NUMBER),
    ("e", "e"): ("ethernet_enabled", _FLAG),
    ("e", "n", "m"): ("ethernet_mode", _TEXT),
    ("w", "e"): ("wifi_enabled", _FLAG),
    ("w", "s"): ("ssid", _TEXT),
    ("w", "p"): ("password", _TEXT),
    ("w", "n", "m"): ("wifi_mode", _TEXT),
}


class Written(NamedTuple):
    """One request that changes something."""

    method: str
    path: str
    body: Json


class Changes:
    """Serves what changes the reader; `written` has the requests that it understood.

    `tell` is called after each change, and `drop` when it leaves the network for some
    seconds. While it `is_locked`, it says that it refuses.
    `absent_status` is its answer to a method that this firmware does not have.
    """

    def __init__(
        self,
        profile: Profile,
        tell: Callable[[], None],
        drop: Callable[[float], object],
    ) -> None:
        """Change nothing yet."""
        self.profile = profile
        self.written: list[Written] = []
        self.is_locked = False
        self.absent_status = 405
        self._tell = tell
        self._drop = drop
        self._rounds = 0

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the paths; `profile.verbs` says which methods this firmware has."""
        return [
            web.put("/configuration", self._configure),
            web.post("/configuration", self._configure),
            web.post("/setup", self._set_up),
            web.get("/scan", self._scan),
            web.get("/scan/networks", self._scan),
        ]

    async def _configure(self, request: web.Request) -> web.Response:
        """Change the settings that a request mentions, all of them or none."""
        if request.method not in self.profile.verbs:
            return web.Response(status=self.absent_status)
        body = await request.json()
        try:
            changes = dict(_changes(body))
        except KeyError, TypeError:
            return _said(400, success=False)
        if self.is_locked:
            return _said(200, success=False)
        self.written.append(Written(request.method, request.path, body))
        for name, value in changes.items():
            setattr(self.profile, name, value)
        self._tell()
        return _said(200, success=True)

    async def _set_up(self, request: web.Request) -> web.Response:
        """Join a wireless network, and restart for that."""
        body = await request.json()
        if (
            not isinstance(body, dict)
            or body.keys() != {"s", "ss", "sp"}
            or body["s"] is not True
            or not all(isinstance(body[key], str) for key in ("ss", "sp"))
        ):
            return _said(400, success=False)
        if self.is_locked:
            return _said(200, success=False)
        self.written.append(Written(request.method, request.path, body))
        profile = self.profile
        profile.wifi_enabled, profile.ssid = True, body["ss"]
        profile.password = body["sp"] or None
        self._tell()
        self._drop(_RESTART_SECONDS)
        return _said(200, success=True)

    async def _scan(self, request: web.Request) -> web.Response:
        """Start to look for networks, or say what became of it."""
        profile = self.profile
        if request.path != profile.scan_path:
            return web.Response(status=404)
        if "X-Scan-Start" in request.headers:
            self._rounds = profile.scan_rounds
            if profile.scan_drops:
                self._drop(_RESTART_SECONDS)
        elif self._rounds > 0:
            self._rounds -= 1
        if self._rounds > 0:
            return web.json_response({"status": "SCAN_RUNNING"})
        if profile.scan_fails:
            return web.json_response({"status": "SCAN_FAILED"})
        return web.json_response(
            {"status": "SCAN_SUCCESS", "networks": profile.networks}, dumps=compact
        )


def _changes(body: object, *path: str) -> list[tuple[str, Any]]:
    """Return the fields of the profile that a request changes, with their values.

    KeyError: there is no such setting. TypeError: it has another type.
    """
    if path in _FIELDS:
        name, types = _FIELDS[path]
        if type(body) not in types:
            raise TypeError(name)
        return [(name, body)]
    if not isinstance(body, dict):
        raise KeyError(path)
    return [each for key, inner in body.items() for each in _changes(inner, *path, key)]


def _said(status: int, *, success: bool) -> web.Response:
    """Return an answer in the reader's form."""
    message = "Configuration updated" if success else "Configuration rejected"
    return web.json_response(
        {"success": success, "message": message}, status=status, dumps=compact
    )
