"""A simulated eGauge: paths, login and commands."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import json
import re
from typing import override

from aiohttp import web

from tests.bridges.egauge.database import Register
from tests.bridges.egauge.device import EgaugeDevice
from tests.support.house import House
from tests.support.simulator import Json

_LOGIN = "/api/auth/login"
_RANGE = re.compile(r"([-+ ]?)(all|none|\d+(?::\d+)?)")
_LONG = {"activate", "test-email", "test-remote"}
_SHORT = {"db", "factory-restore", "homeplug", "wlan", "clear", "set-time", "reboot"}


class EgaugeSimulator(EgaugeDevice):
    """Serves `/api` for requests that the gate accepts; other paths are 404."""

    def __init__(self, house: House) -> None:
        """Start as a device without commands."""
        super().__init__(house)
        self.rebooting: asyncio.Task[None] | None = None
        self.cancelled: list[str] = []
        self.installing = ""

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """The owner's name and password."""
        return {"username": self.gate.username, "password": self.gate.password}

    @override
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the paths that clients use."""
        return [
            web.post(_LOGIN, self.gate.log_in),
            web.get("/api/auth/unauthorized", self._get_logged_in),
            web.get("/api/auth/logout", self._get_logout),
            web.get("/api/auth/rights", self._get_rights),
            web.get("/api/register", self._get_register),
            web.get("/api/sys/status/{token}", self._get_status),
            web.get("/api/sys{path:(/.*)?}", self._get_system),
            web.get("/api/config/db/epoch", self._get_epoch),
            web.get("/api/config/net/hostname", self._get_hostname),
            web.get("/api/log/alert", self._get_alerts),
            web.post("/api/cmd/{name}", self._post_command),
        ]

    @override
    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Require a token, and the rights that a path needs."""
        path = request.path
        if not path.startswith("/api/"):
            page = "<!doctype html><title>Not found</title>"
            return web.Response(status=404, text=page, content_type="text/html")
        if path == _LOGIN and request.method == "POST":
            return None
        if not self.gate.admits(request):
            return self.gate.challenge()
        if path.startswith(("/api/sys", "/api/config")) and not self.gate.may_view:
            return self.gate.challenge()
        if path.startswith(("/api/cmd", "/api/log")) and (
            "save" not in self.gate.rights
        ):
            return self.gate.challenge()
        return None

    @override
    def read_meter(self) -> None:
        """Update all registers."""
        self.database.record(int(self.read_at.timestamp()), self.house)

    @override
    def forget_past(self) -> None:
        """Keep no rows, either."""
        super().forget_past()
        self.database.forget_past()

    def reboot(self, firmware: str | None = None) -> None:
        """Restart: tokens are revoked, and long commands have ended."""
        self.gate.revoke()
        self.statuses.clear()
        self.booted_at = self.house.now.timestamp()
        self.rebooting = self.black_out(self.reboot_seconds)

        def back(_: asyncio.Task[None]) -> None:
            self.firmware = firmware or self.firmware

        self.rebooting.add_done_callback(back)

    async def _get_logged_in(self, _request: web.Request) -> web.Response:
        """Answer a request that the gate has accepted."""
        return web.json_response({"status": "You are logged in."})

    async def _get_logout(self, _request: web.Request) -> web.Response:
        """Revoke the token, and all others too."""
        self.gate.revoke()
        return web.json_response({"status": "OK"})

    async def _get_rights(self, _request: web.Request) -> web.Response:
        """Answer with the rights of the user."""
        return web.json_response(
            {"usr": self.gate.username, "rights": self.gate.rights}
        )

    async def _get_register(self, request: web.Request) -> web.Response:
        """Answer with registers, and with rates and rows if requested."""
        query, database = request.query, self.database
        if condition := query.get("if"):
            epoch = str(database.epoch)
            if condition != f"epoch=={epoch}":
                return web.json_response({"current": epoch, "result": False})
        chosen = _chosen(
            database.registers, query.get("reg", "all"), virtual="virtual" in query
        )
        answer: dict[str, Json] = {"ts": str(database.now + int(self.gate.clock_skew))}
        if chosen or "reg" not in query:
            answer["registers"] = [
                self._described(index, each, query) for index, each in chosen
            ]
        if wanted := query.get("time"):
            columns = [
                each
                for _, each in chosen
                if each.did is not None or query.get("virtual") == "value"
            ]
            rows = int(query.get("max-rows", "0")) or None
            answer["ranges"] = database.ranges(
                wanted, columns, raw="raw" in query, most=rows
            )
        return web.json_response(answer)

    def _described(
        self, index: int, register: Register, query: Mapping[str, str]
    ) -> Json:
        """Return the description of a register."""
        described: dict[str, Json] = {
            "name": register.name,
            "type": register.type,
            "idx": index,
        }
        if register.did is not None:
            described["did"] = register.did
        elif query.get("virtual") == "formula":
            described["formula"] = '+"Grid"+"Solar"'
        if "rate" in query and not self.without_rates:
            rate = round(float(register.rate(self.house)), 9)
            described["rate"] = int(rate) if rate.is_integer() else rate
        return described

    async def _get_system(self, request: web.Request) -> web.Response:
        """Answer one value under /sys, or those that a filter names."""
        if self.refuses_filter and "filter" in request.query:
            if self.refuses_filter.isdigit():
                return web.Response(status=int(self.refuses_filter))
            return web.json_response({"error": self.refuses_filter})
        found: Json = self.system()
        if request.match_info["path"].strip("/") in self.unknown_parts:
            raise web.HTTPNotFound
        for step in request.match_info["path"].strip("/").split("/"):
            if step and isinstance(found, dict):
                found = found.get(step)
        wanted = request.query.get("filter", "").strip("{}")
        if wanted and isinstance(found, dict):
            found = {key: found[key] for key in wanted.split(",") if key in found}
        return web.json_response({"result": found})

    async def _get_status(self, request: web.Request) -> web.Response:
        """Answer with the status of a long command; restart after an installation."""
        token = request.match_info["token"]
        status = self.status(token)
        if token == self.installing and isinstance(status, dict) and status.get("done"):
            self.installing = ""
            if "error" not in status:
                self.reboot(str(self.latest_firmware))
        return web.json_response({"result": status})

    async def _get_epoch(self, _request: web.Request) -> web.Response:
        """Answer with the epoch that counters are relative to."""
        return web.json_response({"result": str(self.database.epoch)})

    async def _get_hostname(self, _request: web.Request) -> web.Response:
        """Answer with the name of the device."""
        return web.json_response({"result": self.hostname})

    async def _get_alerts(self, _request: web.Request) -> web.Response:
        """Answer with the alerts."""
        return web.json_response(self.alert_log())

    async def _post_command(self, request: web.Request) -> web.Response:
        """Run a short command, or start a long one."""
        name, body = request.match_info["name"], None
        with suppress(ValueError):
            body = json.loads(await request.read())
        if self.refusal:
            return web.json_response({"error": self.refusal})
        self.commands.append((name, body))
        if name == "update" and isinstance(body, dict):
            if body.get("action") == "list":
                return web.json_response(
                    {"version": self.latest_firmware, "minimum": "4.1.2"}
                )
            self.installing = self.begin()
            return web.json_response({"token": self.installing})
        if name == "cancel" and isinstance(body, dict):
            self.cancelled.append(body["token"])
            self.statuses.pop(body["token"], None)
        elif name in _LONG:
            return web.json_response({"token": self.begin()})
        elif name not in _SHORT:
            return web.json_response({"error": "Bad Request"}, status=400)
        self._carry_out(name, body)
        return web.json_response({"status": "OK"})

    def _carry_out(self, name: str, body: Json) -> None:
        """Run a short command."""
        if name in ("reboot", "factory-restore"):
            self.reboot()
        elif name == "set-time" and isinstance(body, str):
            self.gate.clock_skew = float(body) - self.house.now.timestamp()
        elif name == "db" and isinstance(body, dict) and body["action"] == "zero":
            self.database.zero(body.get("regs"))


def _chosen(
    registers: list[Register], wanted: str, *, virtual: bool
) -> list[tuple[int, Register]]:
    """Return the registers of a range; a plus may arrive as a space."""
    indices: set[int] = set()
    for sign, part in _RANGE.findall(wanted):
        start, _, stop = part.partition(":")
        named = {"all": set(range(len(registers))), "none": set[int]()}.get(part)
        if named is None:
            named = set(range(int(start), int(stop or start) + 1))
        indices = indices - named if sign == "-" else indices | named
    return [
        (index, each)
        for index, each in enumerate(registers)
        if index in indices and (virtual or each.did is not None)
    ]
