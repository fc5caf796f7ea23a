"""What an owner does with a bridge that is set up."""

import json
from typing import Any

import pytest

from scripts.demo.bridges import DOMAIN, states_of_entries
from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.iometer.simulator import IometerSimulator

from .browsing import Front
from .home import Home
from .words import Words

INTEGRATION = f"/config/integrations/integration/{DOMAIN}"
SEEN_WITHIN = 60.0


async def choose(front: Front, item: str) -> None:
    """Choose from the menu of the only bridge."""
    await front.open(INTEGRATION)
    row = front.page.locator("ha-config-entry-row")
    await front.click(row.get_by_role("button", name="Menu").first)
    await front.click(row.get_by_role("menuitem", name=item, exact=True))


async def power_follows(home: Home, key: str, watts: int) -> None:
    """Let the house draw a power, and wait until the bridge's entity shows it."""
    home.house.draw(watts)

    async def shown() -> str:
        return (await home.entity(key, "_16.7.0")).state

    assert await until(shown, lambda state: state == str(watts), SEEN_WITHIN) == str(
        watts
    )


async def test_options(home: Home, front: Front, words: Words) -> None:
    """The options take the rating of the main fuse, and its sensors appear."""
    await home.add("whatwatt_go")
    before = {one.unique_id for one in await home.entities()}
    await front.open(INTEGRATION)
    row = front.page.locator("ha-config-entry-row")
    await front.press("Configure", row)
    await front.see(words("options.step.init.title"), front.flow)
    await front.fill_number(words("options.step.init.data.main_fuse"), "25")
    await front.press("Submit", front.flow)

    async def new() -> set[str]:
        return {one.unique_id for one in await home.entities()} - before

    assert await until(new, bool, SEEN_WITHIN)


async def test_reconfigure(home: Home, front: Front, words: Words) -> None:
    """A bridge that has moved is read at its new address."""
    await home.add("octopus_home_pro")
    simulator = home.simulators["octopus_home_pro"]
    await simulator.move()
    await choose(front, "Reconfigure")
    await front.see(words("config.step.reconfigure.data.host"), front.flow)
    await front.fill("host", simulator.address)
    await front.press("Submit", front.flow)
    await front.see("successful", front.flow)
    await power_follows(home, "octopus_home_pro", 654)


@pytest.mark.logs("Authentication failed while fetching eGauge-cellar data")
async def test_reauth(home: Home, front: Front, words: Words) -> None:
    """A changed password is asked for, and the bridge is read again."""
    await home.add("egauge")
    simulator = home.simulators["egauge"]
    assert isinstance(simulator, EgaugeSimulator)
    simulator.gate.password = "moved to the attic"
    simulator.gate.revoke()
    await front.open("/config/integrations/dashboard")
    card = front.page.locator("ha-config-flow-card")
    await front.press("Reconfigure", card)
    await front.fill("username", simulator.gate.username)
    await front.fill("password", simulator.gate.password)
    await front.press("Submit", front.flow)
    await front.see("successful", front.flow)
    await power_follows(home, "egauge", 654)


async def test_repair(home: Home, front: Front, words: Words) -> None:
    """A meter without its PIN is a repair issue, which ends when the PIN is entered."""
    await home.add("iometer")
    simulator = home.simulators["iometer"]
    assert isinstance(simulator, IometerSimulator)
    simulator.pin = "missing"
    await front.open("/config/repairs")
    title = words("issues.pin_missing.title", name="IOmeter")
    await front.click(front.page.get_by_text(title).first)
    step = "issues.pin_missing.fix_flow"
    await front.press(words(f"{step}.step.confirm.submit"), front.flow)
    await front.see(words(f"{step}.error.still_wrong"), front.flow)
    simulator.pin = "entered"
    simulator.tick()
    await front.press(words(f"{step}.step.confirm.submit"), front.flow)
    await front.press("Finish", front.flow)
    await front.see("There are currently no repairs pending")


async def test_removal(home: Home, front: Front) -> None:
    """A bridge that is deleted leaves nothing: no entity, no device, no file."""
    await home.add("iometer")
    await choose(front, "Delete")
    await front.press("Delete", front.page.locator("dialog-box"))

    async def left() -> dict[str, object]:
        registry = "config/{}_registry/list"
        return {
            "entries": await states_of_entries(home.api),
            "devices": [
                each
                for each in await home.api.ask(
                    list[dict[str, Any]], registry.format("device")
                )
                if DOMAIN in json.dumps(each["identifiers"])
            ],
            "entities": [
                each
                for each in await home.api.ask(
                    list[dict[str, Any]], registry.format("entity")
                )
                if each["platform"] == DOMAIN
            ],
            "files": [
                each.name for each in (home.folder / ".storage").glob(f"*{DOMAIN}*")
            ],
            "flows": await home.api.ask(
                list[dict[str, Any]], "config_entries/flow/progress"
            ),
        }

    assert not any(
        (await until(left, lambda it: not any(it.values()), SEEN_WITHIN)).values()
    )
