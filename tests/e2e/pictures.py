"""Take the pictures of the documentation, or of any page, of the simulated house."""

import argparse
import asyncio
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import FloatRect

from scripts.demo.bridges import DOMAIN, discovered, set_up
from scripts.demo.entities import net_power, read_entities
from scripts.demo.failure import DemoError
from scripts.demo.history import import_history
from scripts.demo.hole import fill_the_hole, leave_a_hole, remembering_egauge
from scripts.demo.home_assistant import REPOSITORY, free_port
from scripts.demo.report import say
from scripts.demo.simulators import Simulated
from scripts.demo.stage import Scene, Stage, fill, scene, stage
from scripts.demo.trouble import another_iometer

from .browsing import NARROW, Front, chromium, tab
from .words import Words

FOLDER = REPOSITORY / "docs" / "pictures"
WIDTH, HEIGHT, SCALE = 1280, 900, 2
# A page of any device is lower.
DEVICE_HEIGHT = 2600
# Heights of the page: at one a dialog covers these cards, at the other it does not.
CARDS_HEIGHT, DIALOG_HEIGHT = 560, 1280
CARDS = FloatRect(x=0.0, y=0.0, width=WIDTH, height=392.0)
SHOWN = "iometer"
TYPED = "octopus_home_pro"
ASKING = "egauge"
# Around a dialog.
MARGIN = 20
# Animations and charts end within this time.
SETTLES_IN = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """The front end in a window, and the folder for its pictures."""

    front: Front
    words: Words
    folder: Path

    async def size(self, width: int, height: int) -> None:
        """Set the size of the window."""
        await self.front.page.set_viewport_size({"width": width, "height": height})

    async def keep(self, name: str, area: FloatRect | None = None) -> None:
        """Save a picture of the page, or of a part of it."""
        await self.front.page.wait_for_timeout(SETTLES_IN)
        save(self.folder / f"{name}.png", await self.front.page.screenshot(clip=area))

    async def keep_dialog(self, name: str) -> None:
        """Save a picture of the open dialog."""
        await self.front.page.wait_for_timeout(SETTLES_IN)
        box = await self.front.page.locator("dialog:visible").first.bounding_box()
        if box is None:
            raise DemoError(f"no dialog for {name}")
        area = FloatRect(
            x=box["x"] - MARGIN,
            y=box["y"] - MARGIN,
            width=box["width"] + 2 * MARGIN,
            height=box["height"] + 2 * MARGIN,
        )
        await self.keep(name, area)


def save(file: Path, png: bytes) -> None:
    """Write a picture."""
    file.write_bytes(small(png))
    say(f"{file}, {file.stat().st_size // 1024} KiB")


def small(png: bytes) -> bytes:
    """Return a picture reduced to 256 colours, which are enough for a front end."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    out = BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


async def take_all(empty: Scene, folder: Path) -> None:
    """Take every picture, from the first flow to a repair."""
    async with (
        chromium() as browser,
        tab(browser, empty.url, size=(WIDTH, HEIGHT), scale=SCALE) as front,
    ):
        await front.remember("dockedSidebar", '"always_hidden"')
        await front.remember("energy-default-period-_energy_dashboard", "yesterday")
        album = Album(front=front, words=Words("en"), folder=folder)
        await _flows(album, empty)
        await _roles(album, empty)
        # The first bridge becomes the grid source of the Energy dashboard.
        by_key = {one.bridge: one for one in empty.simulated}
        two = replace(empty, simulated=[by_key[SHOWN], by_key[TYPED]])
        filled = await fill(two)
        await _energy(album, filled)
        await _devices(album, empty, filled)
        await _repair(album, filled)
        await _hole(album, empty)


async def _flows(album: Album, empty: Scene) -> None:
    """Show how a discovered bridge is added, and one by its address."""
    front = album.front
    await discovered(empty.api, empty.simulated)
    await album.size(WIDTH, CARDS_HEIGHT)
    await front.open("/config/integrations/dashboard")
    card = front.page.locator("ha-config-flow-card").filter(has_text="IOmeter")
    await front.press("Add", card.first)
    await album.keep("flow-found", CARDS)
    await _type_address(album, empty, TYPED)
    await album.keep_dialog("flow-address")
    await front.press("Submit", front.flow)
    await front.see(album.words("config.step.energy.title"), front.flow)
    await album.keep_dialog("flow-energy")


async def _roles(album: Album, empty: Scene) -> None:
    """Show how a bridge asks what its registers mean, also on a telephone."""
    front = album.front
    asking = await _type_address(album, empty, ASKING)
    await front.press("Submit", front.flow)
    for field in ("username", "password"):
        await front.fill(field, str(asking.login[field]))
    await front.press("Submit", front.flow)
    await front.see(album.words("config.step.roles.title"), front.flow)
    await album.keep_dialog("egauge-roles")
    await album.size(*NARROW)
    await album.keep("egauge-roles-narrow")


async def _type_address(album: Album, empty: Scene, key: str) -> Simulated:
    """Start to add a bridge by its address, and return it."""
    front = album.front
    typed = next(one for one in empty.simulated if one.bridge == key)
    await album.size(WIDTH, DIALOG_HEIGHT)
    await front.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    await front.press("OK")
    form = front.flow.get_by_text(album.words("config.step.user.title")).first
    # Bridges that were discovered are offered first.
    another = front.page.get_by_text("another instance").first
    await form.or_(another).first.wait_for()
    if await another.is_visible():
        await front.click(another)
    await front.see(album.words("config.step.user.title"), front.flow)
    await front.fill("host", typed.address)
    return typed


async def _devices(album: Album, empty: Scene, filled: Stage) -> None:
    """Show the page of each bridge's device as it is without any option changed."""
    known = filled.devices()
    others = [one for one in empty.simulated if one.bridge not in known]
    more = await fill(replace(empty, simulated=others))
    await album.size(WIDTH, DEVICE_HEIGHT)
    for key, device in (known | more.devices()).items():
        await album.front.open(f"/config/devices/device/{device}")
        cards = album.front.page.locator("ha-config-device-page ha-card")
        await cards.first.wait_for()
        await album.front.page.wait_for_timeout(SETTLES_IN)
        boxes = [await card.bounding_box() for card in await cards.all()]
        bottom = max(box["y"] + box["height"] for box in boxes if box)
        area = FloatRect(x=0.0, y=0.0, width=WIDTH, height=bottom + MARGIN)
        await album.keep(f"device-{key}", area)


async def _energy(album: Album, filled: Stage) -> None:
    """Show a day on the Energy dashboard."""
    await import_history(filled.api, filled.entities)
    await album.size(WIDTH, HEIGHT)
    await album.front.open("/energy/electricity")
    await album.keep("energy")


async def _repair(album: Album, filled: Stage) -> None:
    """Show the repair issue of a meter that needs its PIN."""
    front = album.front
    old = next(bridge for bridge in filled.bridges if bridge.key == SHOWN)
    await filled.api.delete(f"config/config_entries/entry/{old.entry_id}")
    async with another_iometer() as (simulated, simulator):
        simulator.pin = "missing"
        simulator.tick()
        [bridge] = await set_up(filled.api, [simulated])
        if bridge.failure:
            raise DemoError(bridge.failure)
        await front.open("/config/repairs")
        await front.click(front.page.get_by_text("PIN").first)
        await album.keep_dialog("repair")


async def _hole(album: Album, empty: Scene) -> None:
    """Show a day that Home Assistant missed a part of, and after it was filled."""
    front, dashboard = album.front, "/energy/electricity"
    async with remembering_egauge() as egauge:
        bridges = await set_up(empty.api, [egauge.simulated])
        await front.page.wait_for_timeout(SETTLES_IN)
        entities = await read_entities(empty.api, bridges)
        await leave_a_hole(empty.api, entities, egauge.levels)
        await album.size(WIDTH, HEIGHT)
        await front.open(dashboard)
        await album.keep("energy-hole")
        power = net_power(entities, bridges[0])
        if power is None or power.device_id is None:
            raise DemoError("The eGauge shows no power")
        await fill_the_hole(empty.api, power.device_id)
        await front.open(dashboard)
        await album.keep("energy-filled")


async def take(built: Stage, pages: list[list[str]]) -> None:
    """Write a picture of each (path, file)."""
    async with chromium() as browser, tab(browser, built.url) as front:
        for path, file in pages:
            await front.open(path.format(**built.devices()))
            await front.page.wait_for_timeout(SETTLES_IN)
            await front.page.screenshot(path=file)


async def run(options: argparse.Namespace) -> None:
    """Start the demo, and take the pictures that the options name."""
    port = free_port(0)
    if options.screenshot:
        async with stage(port) as built:
            await take(built, options.screenshot)
    else:
        async with scene(port) as empty:
            await take_all(empty, options.pictures or FOLDER)


def main() -> None:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(prog="scripts/e2e", description=__doc__)
    parser.add_argument(
        "--pictures",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="take the pictures of the documentation",
    )
    parser.add_argument(
        "--screenshot",
        nargs=2,
        action="append",
        metavar=("PATH", "FILE"),
        help="write a page to a PNG instead; may be repeated: /energy energy.png, "
        "or /config/devices/device/{iometer} iometer.png",
    )
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
