"""How an owner adds a bridge."""

from playwright.async_api import expect
import pytest

from scripts.demo.energy import Source, sources
from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator

from .browsing import Front
from .home import Home
from .words import Words

ADD = "/config/integrations/dashboard/add?domain=meter_bridge"
ADDED_WITHIN = 30.0
# Its place in the form that asks for roles.
GAS_PLACE = 5


async def type_address(front: Front, words: Words, address: str) -> None:
    """Add a bridge by its address, up to what follows that."""
    await front.open(ADD)
    await front.press("OK")
    await front.see(words("config.step.user.title"), front.flow)
    await front.fill("host", address)
    await front.press("Submit", front.flow)


@pytest.mark.announced
async def test_found(home: Home, front: Front, words: Words) -> None:
    """A discovered bridge is in the Energy dashboard within four clicks."""
    await front.open("/config/integrations/dashboard")
    card = front.page.locator("ha-config-flow-card").filter(has_text="IOmeter")
    await front.press("Add", card)
    await front.press("Submit", front.flow)
    await front.see(words("config.step.energy.title"), front.flow)
    await front.press("Submit", front.flow)
    await front.press("Skip and finish", front.flow)
    [grid] = await until(lambda: sources(home.api), bool, 30)
    assert front.clicks <= 4
    assert grid.type == "grid"
    assert (grid.stat_energy_from, grid.stat_energy_to, grid.stat_rate) == (
        "sensor.iometer_energy_import",
        "sensor.iometer_energy_export",
        "sensor.iometer_power",
    )


async def test_address_alone(home: Home, front: Front, words: Words) -> None:
    """A bridge is added by its address alone: its kind is recognised."""
    address = home.simulators["octopus_home_pro"].address
    await type_address(front, words, address)
    await front.see(words("config.step.energy.title"), front.flow)
    await front.press("Submit", front.flow)
    await front.press("Skip and finish", front.flow)
    await front.open("/config/integrations/integration/meter_bridge")
    await front.see("Octopus Home Pro")
    found = await until(lambda: sources(home.api), bool, 30)
    assert {source.type for source in found} == {"grid", "gas"}


async def choose(front: Front, place: int, text: str) -> None:
    """Choose from the list of a field of a form, by its place."""
    listed = front.flow.locator("ha-selector-select").nth(place)
    await front.click(listed.get_by_role("button").first)
    await front.click(listed.get_by_text(text, exact=True).filter(visible=True))


async def test_login(home: Home, front: Front, words: Words) -> None:
    """An eGauge refuses a wrong password, takes the right one, and asks for roles.

    What the owner changes there decides what there is, and what is offered next.
    """
    simulator = home.simulators["egauge"]
    assert isinstance(simulator, EgaugeSimulator)
    home.house.export(2500)
    await type_address(front, words, simulator.address)
    await front.fill("username", simulator.gate.username)
    await front.fill("password", "wrong")
    await front.press("Submit", front.flow)
    await front.see(words("config.error.invalid_auth"), front.flow)
    await front.fill("password", simulator.gate.password)
    await front.press("Submit", front.flow)
    await front.see(words("config.step.roles.title"), front.flow)
    # The records of one moment tell no import from export, while there is generation.
    presets = ("use \N{MINUS SIGN} gen", "\N{EN DASH}", "\N{EN DASH}")
    for role, preset in zip(
        ("net_power", "import_energy", "export_energy"), presets, strict=True
    ):
        name = words(f"config.step.roles.data.{role}")
        field = front.flow.get_by_role("button", name=name)
        await expect(field).to_contain_text(preset)
    for place, register in enumerate(("Grid", "Grid+", "Grid-")):
        await choose(front, place, register)
    await choose(front, GAS_PLACE, "gas")
    await front.press("Submit", front.flow)
    await front.see(words("config.step.energy.data.energy_solar"), front.flow)
    await front.press("Submit", front.flow)
    await front.press("Skip and finish", front.flow)

    async def added() -> list[Source]:
        return await sources(home.api)

    own = "sensor.egauge_cellar"
    assert await until(added, lambda each: len(each) == 3, ADDED_WITHIN) == [
        Source(
            type="grid",
            stat_energy_from=f"{own}_energy_import",
            stat_energy_to=f"{own}_energy_export",
            stat_rate=f"{own}_power",
        ),
        Source(type="gas", stat_energy_from=f"{own}_gas_volume"),
        Source(
            type="solar",
            stat_energy_from=f"{own}_gen_energy",
            stat_rate=f"{own}_gen",
        ),
    ]
