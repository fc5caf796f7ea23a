"""Take the pictures of the documentation, of the simulated house."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from .bridges import DOMAIN, discovered, set_up
from .browser import Area, Page, browser
from .entities import net_power, read_entities
from .failure import DemoError
from .history import TIME_ZONE, import_history
from .hole import fill_the_hole, leave_a_hole, remembering_egauge
from .home_assistant import REPOSITORY
from .report import say
from .stage import Scene, Stage, fill
from .trouble import another_iometer

FOLDER = REPOSITORY / "docs" / "pictures"
WIDTH, HEIGHT, SCALE = 1280, 900, 2
DEVICE_HEIGHT = 1190
# Heights of the page: at one a dialog covers these cards, at the other it does not.
CARDS_HEIGHT, DIALOG_HEIGHT = 560, 1280
CARDS = {"x": 0.0, "y": 0.0, "width": WIDTH, "height": 392.0}
SHOWN = "iometer"
TYPED = "octopus_home_pro"
ASKING = "egauge"
# What a telephone shows.
NARROW, NARROW_HEIGHT = 390, 844
FLOW = "dialog-data-entry-flow"
DIALOG = ("dialog", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A browser's page, and the folder for its pictures."""

    page: Page
    url: str
    folder: Path

    async def keep(self, name: str, area: Area | None = None) -> None:
        """Save a picture of the page, or of a part of it."""
        file = self.folder / f"{name}.png"
        file.write_bytes(small(await self.page.picture(area)))
        say(f"{file}, {file.stat().st_size // 1024} KiB")


def small(png: bytes) -> bytes:
    """Return a picture reduced to 256 colours, which are enough for a front end."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    out = BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


async def take_all(empty: Scene, folder: Path) -> None:
    """Take every picture, from the first flow to a repair."""
    async with browser(WIDTH, HEIGHT, SCALE) as page:
        await page.set_time_zone(TIME_ZONE)
        await page.set_local_storage("dockedSidebar", '"always_hidden"')
        await page.set_local_storage(
            "energy-default-period-_energy_dashboard", "yesterday"
        )
        album = Album(page=page, url=empty.url, folder=folder)
        await _flows(album, empty)
        await _roles(album, empty)
        # The first bridge becomes the grid source of the Energy dashboard.
        by_key = {one.bridge: one for one in empty.simulated}
        two = replace(empty, simulated=[by_key[SHOWN], by_key[TYPED]])
        stage = await fill(two)
        await _device(album, stage)
        await _energy(album, stage)
        await _repair(album, stage)
        await _hole(album, empty)


async def _flows(album: Album, empty: Scene) -> None:
    """Show how a discovered bridge is added, and one by its address."""
    page, dashboard = album.page, f"{album.url}/config/integrations/dashboard"
    await discovered(empty.api, empty.simulated)
    await page.size(WIDTH, CARDS_HEIGHT, SCALE)
    await page.show(dashboard)
    await page.click(("ha-config-flow-card", "IOmeter"), ("ha-button", "Add"))
    await album.keep("flow-found", CARDS)
    await page.size(WIDTH, DIALOG_HEIGHT, SCALE)
    typed = next(one for one in empty.simulated if one.bridge == TYPED)
    await page.show(f"{dashboard}/add?domain={DOMAIN}")
    await page.click(("ha-dialog", "Meter Bridge"), ("ha-button", "OK"))
    await page.click(("ha-list-item-button", "another instance"))
    await page.type_into(typed.address, (FLOW, "Add a bridge"), ("input", ""))
    await album.keep("flow-address", await page.place(DIALOG))
    await page.click((FLOW, "Add a bridge"), ("ha-button", "Submit"))
    await album.keep("flow-energy", await page.place(DIALOG))


async def _roles(album: Album, empty: Scene) -> None:
    """Show how a bridge asks what its registers mean, also on a telephone."""
    page = album.page
    asking = next(one for one in empty.simulated if one.bridge == ASKING)
    await page.size(WIDTH, DIALOG_HEIGHT, SCALE)
    await page.show(f"{album.url}/config/integrations/dashboard/add?domain={DOMAIN}")
    await page.click(("ha-dialog", "Meter Bridge"), ("ha-button", "OK"))
    await page.click(("ha-list-item-button", "another instance"))
    await page.type_into(asking.address, (FLOW, "Add a bridge"), ("input", ""))
    await page.click((FLOW, "Add a bridge"), ("ha-button", "Submit"))
    for hint, field in (("username", "username"), ("current-password", "password")):
        place = f'input[autocomplete="{hint}"]'
        await page.type_into(str(asking.login[field]), (FLOW, "Log in"), (place, ""))
    await page.click((FLOW, "Log in"), ("ha-button", "Submit"))
    await page.wait_for((FLOW, "What the registers mean"))
    await album.keep("egauge-roles", await page.place(DIALOG))
    await page.size(NARROW, NARROW_HEIGHT, SCALE)
    await page.settle()
    await album.keep("egauge-roles-narrow")


async def _device(album: Album, stage: Stage) -> None:
    """Show the page of a device as it is without any option changed."""
    await album.page.size(WIDTH, DEVICE_HEIGHT, SCALE)
    path = f"/config/devices/device/{stage.devices()[SHOWN]}"
    await album.page.show(f"{album.url}{path}")
    await album.keep("device")


async def _energy(album: Album, stage: Stage) -> None:
    """Show a day on the Energy dashboard."""
    await import_history(stage.api, stage.entities)
    await album.page.size(WIDTH, HEIGHT, SCALE)
    await album.page.show(f"{album.url}/energy/electricity")
    await album.keep("energy")


async def _repair(album: Album, stage: Stage) -> None:
    """Show the repair issue of a meter that needs its PIN."""
    page = album.page
    old = next(bridge for bridge in stage.bridges if bridge.key == SHOWN)
    await stage.api.delete(f"config/config_entries/entry/{old.entry_id}")
    async with another_iometer() as (simulated, simulator):
        simulator.pin = "missing"
        simulator.tick()
        [bridge] = await set_up(stage.api, [simulated])
        if bridge.failure:
            raise DemoError(bridge.failure)
        await page.show(f"{album.url}/config/repairs")
        await page.click(("ha-list-item-button", "PIN"))
        await album.keep("repair", await page.place(DIALOG))


async def _hole(album: Album, empty: Scene) -> None:
    """Show a day that Home Assistant missed a part of, and after it was filled."""
    page, dashboard = album.page, f"{album.url}/energy/electricity"
    async with remembering_egauge() as egauge:
        bridges = await set_up(empty.api, [egauge.simulated])
        await page.settle()
        entities = await read_entities(empty.api, bridges)
        await leave_a_hole(empty.api, entities, egauge.levels)
        await page.size(WIDTH, HEIGHT, SCALE)
        await page.show(dashboard)
        await album.keep("energy-hole")
        power = net_power(entities, bridges[0])
        if power is None or power.device_id is None:
            raise DemoError("The eGauge shows no power")
        await fill_the_hole(empty.api, power.device_id)
        await page.show(dashboard)
        await album.keep("energy-filled")
