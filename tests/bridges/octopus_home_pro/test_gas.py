"""Gas in m³ and kWh, by the numbers on the owner's bill."""

from dataclasses import replace

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.octopus_home_pro.client import (
    OctopusHomeProClient,
)
from tests.bridges.octopus_home_pro.conftest import GAS_ENERGY, VOLUME, readings
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.watching import state

type Client = OctopusHomeProClient
type Home = OctopusHomeProSimulator


async def test_options(simulator: Home, access: Access, session: ClientSession) -> None:
    """The owner's calorific value and factor make energy of m³; 0 leaves it out."""
    for options, energy in (
        ({}, 52860606),
        ({"calorific_value": 40.0, "correction_factor": 1.0}, 52344644),
        ({"calorific_value": 0.0}, None),
        ({"calorific_value": 29.9}, None),
    ):
        client = OctopusHomeProClient(replace(access, options=options), session)
        gas = (await readings(client))["gas"]
        assert gas["3.0.0"] == 4711.018
        assert gas.get("1.8.0") == energy


async def test_gas_in_kwh(
    simulator: Home, access: Access, session: ClientSession
) -> None:
    """A meter that counts kWh has them as they are, and m³ by the owner's numbers."""
    simulator.gas.unit = 0
    simulator.tick()
    for options, volume in (
        ({}, 4675.238),
        ({"calorific_value": 39.2, "correction_factor": 1.02264}, 4711.018),
        ({"calorific_value": 0}, None),
    ):
        client = OctopusHomeProClient(replace(access, options=options), session)
        gas = (await readings(client))["gas"]
        assert gas["1.8.0"] == 52459132
        assert gas.get("3.0.0") == volume


async def test_gas_that_says_nothing(simulator: Home, client: Client) -> None:
    """Without a number of the meter there is none to work out."""
    simulator.gas.consumption = 0xFFFFFFFFFFFF
    assert (await readings(client))["gas"] == {}


async def test_options_in_home_assistant(
    hass: HomeAssistant, simulator: Home, set_up: SetUp
) -> None:
    """The numbers that the owner sets take effect at once."""
    entry = await set_up(simulator)
    assert state(hass, GAS_ENERGY) == "52860.606"
    result = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"],
        {
            "updates": "every_reading",
            "calorific_value": 0,
            "correction_factor": 1.02264,
        },
    )
    await hass.async_block_till_done()
    assert state(hass, GAS_ENERGY) == "unavailable"
    assert state(hass, VOLUME) == "4711.018"
