"""A browser, and how an owner uses the front end in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import re
import shutil

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    async_playwright,
    expect,
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Connect to this machine only, whatever a page or the browser asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# A busy machine takes its time; whoever waits goes on at once when it is there.
PATIENCE = 60_000
WIDE, NARROW = (1280, 900), (390, 844)
TIME_ZONE = "Europe/Berlin"
# Home Assistant itself has no brand picture of some integrations.
_NOT_OURS = re.compile(r"/api/brands/integration/(?!meter_bridge/)")

type Size = tuple[int, int]

expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a headless browser until the block ends."""
    found = next(filter(None, map(shutil.which, BROWSERS)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


class Front:
    """The front end in a tab; it counts clicks, and keeps what the console says."""

    def __init__(self, page: Page, url: str) -> None:
        """Use an empty tab."""
        self.page = page
        self.url = url
        self.clicks = 0
        self.errors: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, path: str) -> None:
        """Open a page, and wait until the front end is signed in."""
        await self.page.goto(f"{self.url}{path}")
        await self.page.wait_for_function(
            "document.querySelector('home-assistant')?.hass?.connected"
        )

    async def go(self, path: str) -> None:
        """Go to another page as a link does, which is faster than to open it."""
        await self.page.evaluate(
            "path => { history.pushState(null, '', path);"
            " dispatchEvent(new CustomEvent('location-changed')); }",
            path,
        )

    async def drawn(self) -> None:
        """Wait until the browser has drawn the page twice."""
        await self.page.evaluate(
            "() => new Promise(drawn =>"
            " requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )

    async def word(self, key: str) -> str:
        """Return a text of the front end itself, in its language."""
        found = await self.page.evaluate(
            "key => document.querySelector('home-assistant').hass.localize(key)", key
        )
        return str(found)

    async def remember(self, key: str, value: str) -> None:
        """Set what the front end reads from the browser's memory on the next page."""
        await self.page.add_init_script(_memory(key, value))

    async def click(self, target: Locator) -> None:
        """Click, as an owner does."""
        self.clicks += 1
        await target.click()

    @property
    def flow(self) -> Locator:
        """Return the dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def see(self, text: str, within: Locator | None = None) -> Locator:
        """Wait until a text is shown."""
        found = (within or self.page.locator("body")).get_by_text(text).first
        await found.wait_for()
        return found

    async def press(self, name: str, within: Locator | None = None) -> None:
        """Click a button by its name."""
        where = within or self.page.locator("body")
        await self.click(where.get_by_role("button", name=name, exact=True).first)

    async def fill(self, field: str, text: str, within: Locator | None = None) -> None:
        """Type a text into a field of a form, by the key of the field."""
        await (within or self.flow).locator(f'input[name="{field}"]').fill(text)

    async def fill_number(self, label: str, text: str) -> None:
        """Type a number into a field of a form, by its label."""
        await self.flow.get_by_role("spinbutton", name=label).fill(text)

    async def keep(self, folder: Path) -> None:
        """Save what was seen: a picture, and a trace that Playwright shows."""
        await self.page.screenshot(path=folder / "page.png")
        await self.page.context.tracing.stop(path=folder / "trace.zip")

    def _heard(self, message: ConsoleMessage) -> None:
        """Keep an error of the console."""
        url = message.location["url"]
        if message.type == "error" and not _NOT_OURS.search(url):
            self.errors.append(f"{message.text} ({url})")


@asynccontextmanager
async def tab(
    browser: Browser,
    url: str,
    *,
    size: Size = WIDE,
    language: str = "en",
    scale: float = 1,
    **local_storage: str,
) -> AsyncIterator[Front]:
    """Open a window of its own, with no memory of others, until the block ends."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        timezone_id=TIME_ZONE,
        locale=language,
    )
    context.set_default_timeout(PATIENCE)
    for key, value in {
        "selectedLanguage": json.dumps(language),
        **local_storage,
    }.items():
        await context.add_init_script(_memory(key, value))
    await context.tracing.start(screenshots=True, snapshots=True, sources=True)
    try:
        yield Front(await context.new_page(), url)
    finally:
        await context.close()


def _memory(key: str, value: str) -> str:
    """Return the script that sets a value in the local storage of a page."""
    pair = f"{json.dumps(key)}, {json.dumps(value)}"
    # An empty tab has no local storage.
    return f"if (location.host) localStorage.setItem({pair})"
