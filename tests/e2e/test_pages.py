"""What an owner sees on the pages, in two languages and widths."""

from pathlib import Path

from mashumaro.codecs.basic import decode
import pytest

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.kinds import KINDS

from .browsing import NARROW, WIDE, Front, Size
from .conftest import Browse
from .home import Home
from .words import Words

LAYOUT = Path(__file__).with_name("layout.js").read_text("utf-8")
# These have no value until there is one: a period has to be seen whole, and an event
# has to happen.
LATER = ("demand", "demand_ahead", "peak_demand")


async def complaints(front: Front) -> set[str]:
    """Return what an owner would mind on the page."""
    return set(decode(await front.page.evaluate(LAYOUT), list[str]))


def not_yet(words: Words) -> set[str]:
    """Return complaints about values that cannot be known at first."""
    names = [words(f"entity.sensor.{key}.name") for key in LATER]
    return {f"unknown: {name}" for name in [*names, words("entity.event.outage.name")]}


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_pages(home: Home, browse: Browse, size: Size, language: str) -> None:
    """The pages of all five devices are whole: every text is ours and can be read."""
    await home.speak(language)
    await home.add(*KINDS)
    front = await browse(size, language)
    egauge = home.simulators["egauge"]
    assert isinstance(egauge, EgaugeSimulator)
    # The owner of an eGauge names its registers.
    known = not_yet(Words(language)) | {
        f"raw key: {register.name}" for register in egauge.database.registers
    }
    wrong: dict[str, set[str]] = {}
    for key in KINDS:
        await front.open(f"/config/devices/device/{await home.device(key)}")
        await front.page.locator("ha-device-entities-card").first.wait_for()
        await front.page.wait_for_load_state("networkidle")
        wrong[key] = await complaints(front) - known
    await front.open("/config/integrations/integration/meter_bridge")
    await front.see("Octopus Home Pro")
    wrong["integration"] = await complaints(front)
    assert {key: each for key, each in wrong.items() if each} == {}
