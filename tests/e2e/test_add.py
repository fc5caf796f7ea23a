"""How an owner adds a bridge."""

import pytest

from scripts.demo.energy import sources
from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator

from .browsing import Front
from .home import Home
from .words import Words

ADD = "/config/integrations/dashboard/add?domain=meter_bridge"


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


async def test_login(home: Home, front: Front, words: Words) -> None:
    """An eGauge refuses a wrong password, takes the right one, and asks for roles."""
    simulator = home.simulators["egauge"]
    assert isinstance(simulator, EgaugeSimulator)
    await type_address(front, words, simulator.address)
    await front.fill("username", simulator.gate.username)
    await front.fill("password", "wrong")
    await front.press("Submit", front.flow)
    await front.see(words("config.error.invalid_auth"), front.flow)
    await front.fill("password", simulator.gate.password)
    await front.press("Submit", front.flow)
    await front.see(words("config.step.roles.title"), front.flow)
