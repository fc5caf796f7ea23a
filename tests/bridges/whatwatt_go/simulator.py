"""A simulated whatwatt Go: paths and login."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from math import inf
import secrets
import socket
from typing import override

from aiohttp import BodyPartReader, web
from yarl import URL

from tests.bridges.whatwatt_go.chosen import Chosen
from tests.bridges.whatwatt_go.device import WhatwattGoDevice
from tests.bridges.whatwatt_go.login import Basic, Digest, Login
from tests.bridges.whatwatt_go.network import scanned
from tests.bridges.whatwatt_go.profiles import FIELDS
from tests.support.house import House
from tests.support.simulator import Announcement, Json, compact, event

type Route = list[web.RouteDef]

FIRMWARE_MARK = b"whatwatt "
# A real device went from 3.76 to 3.2 V with a file of 1.3 MB at full speed, and
# restarted. One that is read slowly recovers meanwhile.
FULL_CHARGE, LEAST_CHARGE, USB_SUPPLY = 3.76, 3.2, 4.0
VOLTS_PER_BYTE = (FULL_CHARGE - LEAST_CHARGE) / 1.3e6
_PIECE, _SEND_BUFFER = 1024, 8192


class WhatwattGoSimulator(WhatwattGoDevice):
    """Serves `/api/v1`; a test can change device and meter by the attributes."""

    def __init__(self, house: House) -> None:
        """Start with a licence, without a password, powered by a Kamstrup meter."""
        super().__init__(house)
        self.realm = f"whatwatt-{self.suffix}"
        self._digest = Digest(self.realm)
        self.meter_pause = 0.02
        self.drains = False
        self.rebooting: asyncio.Task[None] | None = None
        self.downloads = self.sent = self.resets = 0

    def rename(self, realm: str) -> None:
        """Rename the device: its host name is part of a login's realm."""
        self.realm = realm
        self._digest = Digest(realm)

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """The password, if it is turned on."""
        return {"password": self.password} if self.protection else {}

    @property
    @override
    def announcement(self) -> Announcement | None:
        """The mDNS announcement of the web interface, unless that is turned off."""
        if not self.chosen.now["services"]["broadcast"]:
            return None
        return Announcement(
            service="_http._tcp.local.",
            name=f"whatwatt Go {self.suffix} WebUI",
            properties={"id": self.device_id, "type": "100"},
        )

    @override
    def send_everything(self) -> None:
        """Use a meter that sends all registers, and a gas meter on the M-Bus."""
        super().send_everything()
        codes = frozenset(field.code for field in FIELDS)
        self.profile = replace(self.profile, codes=codes)
        self.volume_id = "30012345"
        self.signed_currents = True

    @override
    def exchange_meter(self, turn: int = 0) -> bool:
        """Be plugged into another meter of the same make."""
        number = f"1ESR{12000999 + turn:010}"
        self.profile = replace(self.profile, meter_id=number)
        return True

    @override
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the paths that clients use."""
        return [
            web.get("/api/v1/system", self._get_system),
            web.get("/api/v1/report", self._get_report),
            web.get("/api/v1/live", self._get_live),
            *self._documents(),
            web.get("/api/v1/wifi/scan", self._scan),
            web.get("/api/v1/variables", self._get_variables),
            web.post("/api/v1/restore", self._post_restore),
            web.post("/load", self._post_firmware),
            web.post("/api/v1/reboot", self._post_reboot),
            web.post("/api/v1/wifi/wps", self._post_wps),
            web.get("/sdcard/{name:.*}", self._get_file),
        ]

    @override
    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Require the password on every path, if it is turned on."""
        if not self.protection:
            return None
        login: Login = Basic(self.realm) if self.firmware == "old" else self._digest
        challenge = login.challenge(request, self.password)
        if challenge is None:
            return None
        return web.json_response(
            {"error": "unauthorized", "message": "Credentials are missing or wrong"},
            status=401,
            headers={"WWW-Authenticate": challenge},
        )

    @override
    async def dress(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Prove that the device knows its password, if it does so."""
        asked = request.headers.get("Authorization", "")
        if self.proves_by and asked.startswith("Digest") and answer.status < 400:
            proof = self._digest.proof(asked, self.proves_by)
            answer.headers["Authentication-Info"] = proof

    @override
    def read_meter(self) -> None:
        """Take a reading, if the device can decode the meter."""
        if self.status != "OK":
            self.latest_at = self.read_at
            self._log_if_due()
            return
        self.reading_id += 1
        self.latest = self.values()
        self.latest_at = self.read_at
        self.latest_gas = self.house.gas.amount
        self.latest_tariff = self.house.tariff
        self._log_if_due()

    def _log_if_due(self) -> None:
        """Write to the memory card, if there is one and the owner has enabled it."""
        if self.sd_installed and self.sd_enabled:
            self.log()

    @override
    def publish(self) -> None:
        """Send the latest reading, by MQTT as often as was chosen."""
        super().publish()
        interval = self.chosen.now["services"]["report_interval"]
        is_due = self.house.now >= self.sent_at + timedelta(seconds=interval)
        if self.publisher.is_connected and is_due:
            self._send()

    def _send(self) -> None:
        """Send the latest reading to the broker."""
        self.sent_at = self.house.now
        self.publisher.send(
            self.mqtt_chosen.now["publish"]["topic"], self.mqtt_message()
        )

    @override
    async def stop(self) -> None:
        """End all connections."""
        await self.publisher.stop()
        await super().stop()

    @override
    def message(self, channel: str) -> bytes | None:
        """Return a live event, None without a reading."""
        if self.status != "OK" or not self.latest:
            return None
        return event("live", self.live())

    def reboot(self) -> None:
        """Restart: a new boot id, and readings numbered from 1."""
        self.reboots += 1
        self.boot_id = secrets.token_hex(4).upper()
        self.booted_at = self.house.now
        self.restart_ids()

    def restart_ids(self) -> None:
        """Restart the numbers of readings, as a device once did without a reboot."""
        self.reading_id = 0
        self.tick()

    def drain(self, size: int) -> None:
        """Lose charge by a read, if `drains` is set; without enough, restart."""
        if not self.drains or self.volts["v_usb"] > USB_SUPPLY:
            return
        self.volts["v_scap"] -= size * VOLTS_PER_BYTE
        if self.volts["v_scap"] < LEAST_CHARGE:
            self.volts["v_scap"] = FULL_CHARGE
            self.reboot()
            self.rebooting = self.black_out(self.reboot_seconds)

    def expire_nonces(self) -> None:
        """Make the next login with a known nonce stale."""
        self._digest.expire()

    async def _get_report(self, _request: web.Request) -> web.Response:
        """Answer with the latest reading; it needs a licence."""
        if self.license == "FREE":
            return web.Response(status=404, text="License required")
        return _answer(self.report())

    async def _get_live(self, request: web.Request) -> web.StreamResponse:
        """Stream readings to one client; a new one ends the stream of the older one."""
        self.end_streams()
        return await self.send_events(request, "live")

    async def _post_reboot(self, _request: web.Request) -> web.Response:
        """Reboot after the answer."""
        self.reboot()
        self.rebooting = self.black_out(self.reboot_seconds)
        return web.Response(status=204)

    async def _post_wps(self, _request: web.Request) -> web.Response:
        """Start WPS pairing."""
        self.pairings += 1
        return web.Response(status=204)

    async def _get_system(self, _request: web.Request) -> web.Response:
        """Answer with `/system`."""
        return _answer(self.system())

    def _documents(self) -> Iterator[web.AbstractRouteDef]:
        """Yield the paths of the settings, each of which is a document."""

        def serve(path: str, chosen: Chosen, show: Callable[[], Json]) -> Route:
            async def answer(request: web.Request) -> web.Response:
                if request.method != "GET":
                    await _change(chosen, request)
                    self._apply()
                return _answer(show())

            return [web.route(each, path, answer) for each in ("GET", "PUT", "POST")]

        yield from serve("/api/v1/settings", self.chosen, self.settings)
        for path, chosen in (
            ("/api/v1/meter/settings", self.meter_chosen),
            ("/api/v1/wifi/sta/settings", self.wifi_chosen),
            ("/api/v1/eth/settings", self.ethernet_chosen),
            ("/api/v1/mqtt/settings", self.mqtt_chosen),
        ):
            yield from serve(path, chosen, chosen.shown)

    def _apply(self) -> None:
        """Behave after the answer as the settings say now.

        The networks lead elsewhere, or nowhere; the meter's keys are tried with what it
        sends next.
        """
        if self.meter_keys is not None:
            asyncio.get_running_loop().call_later(self.meter_pause, self.try_keys)
        if self.mqtt_chosen.now["enable"] and _is_here(self.mqtt_chosen.now["url"]):
            self.publisher.start(self.mqtt_chosen.now)
            self._send()
        if not (self.wifi_up or self.ethernet_up):
            self.black_out(inf)
        up = self.ethernet_chosen if self.ethernet_up else self.wifi_chosen
        if (
            up.now["static_ip"]
            and up.now["ip"] != self._host
            and _is_here(up.now["ip"])
        ):
            self.black_out(0.0, host=up.now["ip"])

    async def _scan(self, _request: web.Request) -> web.Response:
        """Answer with the wireless networks nearby."""
        return _answer(scanned())

    async def _get_variables(self, _request: web.Request) -> web.Response:
        """Answer with a list of objects that have one key each; it needs a licence."""
        if self.license == "FREE":
            return web.Response(status=404, text="License required")
        return _answer([{name: value} for name, value in self.variables().items()])

    async def _post_firmware(self, request: web.Request) -> web.Response:
        """Take a form with a file, and restart with the firmware in it."""
        part = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader) or part.name != "file":
            return web.Response(status=400, text="No file")
        content = bytes(await part.read())
        if not content.startswith(FIRMWARE_MARK):
            return web.Response(status=400, text="Not a firmware")
        self.running = content.removeprefix(FIRMWARE_MARK).split(b"\n", 1)[0].decode()
        self.reboot()
        self.rebooting = self.black_out(self.reboot_seconds)
        return web.Response(text="OK")

    async def _post_restore(self, _request: web.Request) -> web.Response:
        """Forget all settings after the answer, and so the wireless network."""
        self.resets += 1
        for chosen in (
            *(self.chosen, self.meter_chosen),
            *(self.wifi_chosen, self.ethernet_chosen, self.mqtt_chosen),
        ):
            chosen.reset()
        self._apply()
        return web.Response(status=204)

    async def _get_file(self, request: web.Request) -> web.StreamResponse:
        """Answer with a listing or a whole file; the device ignores Range."""
        if not self.sd_installed:
            return web.Response(status=503)
        if not (name := request.match_info["name"]):
            files: list[Json] = [
                {"name": name, "size": len(data), "type": "file"}
                for name, data in self.sd_files.items()
            ]
            return _answer({"path": "/sdcard/", "files": files})
        if name not in self.sd_files:
            # Firmware 2.8.2 answers so, although the vendor documents 404.
            return web.Response(status=500, text="Failed to open file")
        return await self._send_file(request, self.sd_files[name])

    async def _send_file(self, request: web.Request, data: bytes) -> web.StreamResponse:
        """Send a file at the speed of the card, until the client disconnects."""
        response = web.StreamResponse()
        response.content_type = "text/csv"
        response.content_length = len(data)
        await response.prepare(request)
        transport = request.transport
        assert transport
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER
        )
        self.downloads += 1
        try:
            for at in range(0, len(data), _PIECE):
                await response.write(data[at : at + _PIECE])
                self.sent += len(data[at : at + _PIECE])
                await asyncio.sleep(_PIECE / self.sd_speed)
                self.drain(_PIECE)
        finally:
            self.downloads -= 1
        return response


def _is_here(where: str) -> bool:
    """Tell whether an address, or that of a URL, is one of this machine alone."""
    host = URL(where).host if "://" in where else where
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


async def _change(chosen: Chosen, request: web.Request) -> None:
    """Merge the body of a PUT; that of a POST replaces everything."""
    body = await request.json()
    (chosen.merge if request.method == "PUT" else chosen.replace)(body)


def _answer(data: Json) -> web.Response:
    """Answer with JSON that must not be cached."""
    headers = {"Cache-Control": "no-store"}
    return web.json_response(data, headers=headers, dumps=compact)
