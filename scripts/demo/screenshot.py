"""Take pictures of single pages of the front end."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from .browser import browser

WIDTH, HEIGHT, SCALE = 1280, 800, 1


async def take(url: str, pictures: Iterable[Sequence[str]]) -> None:
    """Write a PNG of each (path, file)."""
    async with browser(WIDTH, HEIGHT, SCALE) as page:
        for path, file in pictures:
            await page.show(f"{url}{path}")
            _write(file, await page.picture())


def _write(file: str, content: bytes) -> None:
    """Write a file, blocking the event loop, which has nothing else to do."""
    Path(file).write_bytes(content)
