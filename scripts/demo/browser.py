"""Run a headless Chromium, and operate the front end in it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
import json
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, ClientWebSocketResponse
from mashumaro.codecs.basic import decode

from .failure import DemoError
from .processes import program
from .waiting import until

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
    # Connect to this machine only, whatever a page or the browser asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # Chromium chooses a free port and writes it into a file.
    "--remote-debugging-port=0",
)
READY_WITHIN, SETTLES_IN = 30.0, 5.0
CONNECTED = "!!document.querySelector('home-assistant')?.hass?.connected"
# A CSS selector does not reach into a shadow root, of which the front end has many.
# `find` takes pairs of a selector and a text; it searches each inside the one before.
FINDING = """
const insides = node => [node.shadowRoot, node].filter(Boolean);
const all = (node, selector) => insides(node).flatMap(root => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap(
    child => child.shadowRoot ? all(child.shadowRoot, selector) : []),
]);
const words = node => insides(node).flatMap(root => [...root.childNodes])
  .map(child => child.data ?? (child.matches?.("style") ? "" : words(child))).join(" ");
const find = (node, [selector, word], ...rest) => all(node, selector)
  .filter(each => words(each).includes(word))
  .map(each => rest.length ? find(each, ...rest) : each)
  .find(each => each?.getClientRects().length);
const area = (element, margin = 20, box = element.getBoundingClientRect()) => ({
  x: box.x - margin, y: box.y - margin,
  width: box.width + 2 * margin, height: box.height + 2 * margin,
});
"""

type Place = tuple[str, str]
type Area = dict[str, float]


@asynccontextmanager
async def browser(width: int, height: int, scale: float) -> AsyncIterator[Page]:
    """Run a browser until the block ends; yield its tab."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise DemoError(f"No browser here, wanted one of {', '.join(BROWSERS)}")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        command = (found, *FLAGS, f"--user-data-dir={profile}", "about:blank")
        async with (
            program(*command, log=profile / "log"),
            ClientSession(f"http://127.0.0.1:{await _port(profile)}") as session,
        ):
            tab = await _first_tab(session)
            async with session.ws_connect(tab, max_msg_size=0) as socket:
                page = Page(socket)
                await page.size(width, height, scale)
                yield page


async def _port(profile: Path) -> int:
    """Wait until the browser has written its port."""
    file = profile / "DevToolsActivePort"

    async def lines() -> list[str]:
        return file.read_text().splitlines() if file.exists() else []

    if not (written := await until(lines, bool, READY_WITHIN)):
        raise DemoError("The browser did not start")
    return int(written[0])


async def _first_tab(session: ClientSession) -> str:
    """Return the WebSocket address of the first tab."""
    async with session.get("/json/list") as response:
        tabs = await response.json()
    return str(
        next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    )


class Page:
    """A browser tab, controlled by the DevTools protocol."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Use an open connection to the tab."""
        self._socket = socket
        self._numbers = count(1)

    async def size(self, width: int, height: int, scale: float = 1) -> None:
        """Set the size of the page in CSS pixels, and the scale of its pictures."""
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    async def set_time_zone(self, time_zone: str) -> None:
        """Set the time zone that the page's clock shows."""
        await self._call("Emulation.setTimezoneOverride", timezoneId=time_zone)

    async def set_local_storage(self, key: str, value: str) -> None:
        """Set a value that the front end reads from the browser's local storage."""
        pair = f"{json.dumps(key)}, {json.dumps(value)}"
        # An empty tab has no local storage.
        source = f"if (location.host) localStorage.setItem({pair})"
        await self._call("Page.enable")
        await self._call("Page.addScriptToEvaluateOnNewDocument", source=source)

    async def show(self, url: str) -> None:
        """Open a page, and wait until the front end is signed in and has drawn it."""
        await self._call("Page.navigate", url=url)
        await self._until(CONNECTED, f"The front end did not come up at {url}")
        await self.settle()

    async def settle(self) -> None:
        """Wait for animations to end and parts of the page to load."""
        await asyncio.sleep(SETTLES_IN)

    async def wait_for(self, *path: Place) -> None:
        """Wait for an element: (selector, text) pairs, each inside the one before."""
        await self._until(f"!!{_search(path)}", f"The page does not show {path}")

    async def click(self, *path: Place) -> None:
        """Wait for an element, and click it."""
        await self.wait_for(*path)
        await self._run(f"{_search(path)}.click()")
        await self.settle()

    async def type_into(self, text: str, *path: Place) -> None:
        """Wait for a field, and type a text into it."""
        await self.wait_for(*path)
        await self._run(f"{_search(path)}.focus()")
        await self._call("Input.insertText", text=text)
        await self.settle()

    async def place(self, *path: Place) -> Area:
        """Wait for an element; return its place on the page, with a margin."""
        await self.wait_for(*path)
        return decode(await self._run(f"area({_search(path)})"), Area)

    async def picture(self, area: Area | None = None) -> bytes:
        """Return a picture of the tab, or of a part of it, as a PNG."""
        clip = {"clip": {**area, "scale": 1}} if area else {}
        result = await self._call("Page.captureScreenshot", format="png", **clip)
        return base64.b64decode(str(result["data"]))

    async def _until(self, condition: str, complaint: str) -> None:
        """Wait until a JavaScript expression is true, else raise DemoError."""

        async def look() -> bool:
            return await self._run(condition) is True

        if not await until(look, bool, READY_WITHIN):
            raise DemoError(complaint)

    async def _run(self, expression: str) -> object:
        """Return the value of a JavaScript expression; None if it fails."""
        script = f"(() => {{ {FINDING} return {expression}; }})()"
        answer = await self._call(
            "Runtime.evaluate", expression=script, returnByValue=True
        )
        match answer:
            case {"result": {"value": value}}:
                return value
        return None

    async def _call(self, method: str, **params: object) -> dict[str, object]:
        """Call a method of the browser and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            reply = await self._socket.receive_json()
            if reply.get("id") == number:
                result: dict[str, object] = reply.get("result", {})
                return result


def _search(path: tuple[Place, ...]) -> str:
    """Return the JavaScript that searches for an element."""
    return f"find(document, {', '.join(json.dumps(place) for place in path)})"
