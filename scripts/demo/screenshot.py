"""Take pictures of the front end with a headless Chromium."""

import asyncio
import base64
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, ClientWebSocketResponse

from .failure import DemoError
from .patience import until
from .processes import program

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # Nothing but this machine, whatever a page or the browser asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # Chromium picks the port and writes it into a file.
    "--remote-debugging-port=0",
)
SIZE = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
READY_WITHIN, SETTLES_IN = 30.0, 5.0
CONNECTED = "!!document.querySelector('home-assistant')?.hass?.connected"


async def take(url: str, pictures: Iterable[Sequence[str]]) -> None:
    """Write a PNG of each (path, file)."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise DemoError(f"No browser here, wanted one of {', '.join(BROWSERS)}")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        command = (browser, *FLAGS, f"--user-data-dir={profile}", "about:blank")
        async with (
            program(*command, log=profile / "log"),
            ClientSession(f"http://127.0.0.1:{await _port(profile)}") as session,
        ):
            tab = await _first_tab(session)
            async with session.ws_connect(tab, max_msg_size=0) as socket:
                page = Page(socket)
                await page.size(**SIZE)
                for path, file in pictures:
                    await page.show(f"{url}{path}")
                    _write(file, await page.picture())


def _write(file: str, content: bytes) -> None:
    """Write a file beside the event loop's rules: nothing else waits meanwhile."""
    Path(file).write_bytes(content)


async def _port(profile: Path) -> int:
    """Wait for the browser to say where it listens."""
    file = profile / "DevToolsActivePort"

    async def lines() -> list[str]:
        return file.read_text().splitlines() if file.exists() else []

    if not (said := await until(lines, bool, READY_WITHIN)):
        raise DemoError("The browser did not start")
    return int(said[0])


async def _first_tab(session: ClientSession) -> str:
    """Return the WebSocket address of the first tab."""
    async with session.get("/json/list") as response:
        tabs = await response.json()
    return str(
        next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    )


class Page:
    """Drive one tab over the DevTools protocol."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Take an open connection to the tab."""
        self._socket = socket
        self._numbers = count(1)

    async def show(self, url: str) -> None:
        """Open a page and wait until the front end has signed in and drawn it."""
        await self._call("Page.navigate", url=url)
        if not await until(self._connected, bool, READY_WITHIN):
            raise DemoError(f"The front end did not come up at {url}")
        await asyncio.sleep(SETTLES_IN)

    async def size(self, **metrics: object) -> None:
        """Set how large the page is drawn."""
        await self._call("Emulation.setDeviceMetricsOverride", **metrics)

    async def picture(self) -> bytes:
        """Return what the tab shows as a PNG."""
        result = await self._call("Page.captureScreenshot", format="png")
        return base64.b64decode(str(result["data"]))

    async def _connected(self) -> bool:
        """Say whether the front end is signed in and talks to Home Assistant."""
        match await self._call("Runtime.evaluate", expression=CONNECTED):
            case {"result": {"value": True}}:
                return True
        return False

    async def _call(self, method: str, **params: object) -> dict[str, object]:
        """Call a method of the browser and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            reply = await self._socket.receive_json()
            if reply.get("id") == number:
                result: dict[str, object] = reply.get("result", {})
                return result
