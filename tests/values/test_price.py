"""The price of the tariff that is active, for the Energy dashboard."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.values.price import Price
from tests.conftest import SetUp, Start
from tests.support.watching import entries, poll, state

ENTITY = "sensor.bridge_import_price_now"
PRICES = {1: 0.31, 2: 0.2245}


def test_the_bridge_says_which_tariff_is_active() -> None:
    """Where it says so, its word counts; a tariff without a price has none."""
    price = Price(prices=PRICES)
    assert price.now({"tariff": "1", "1.8.1": 5, "1.8.2": 5}) == 0.31
    assert price.now({"tariff": "2", "1.8.1": 6, "1.8.2": 5}) == 0.2245
    assert price.now({"tariff": "3"}) is None


def test_the_register_that_counts_is_the_active_tariff() -> None:
    """Nobody knows before one of them has moved, nor if both did."""
    price = Price(prices=PRICES)
    for levels, expected in (
        ((5, 7), None),
        ((5, 7), None),
        ((5, 8), 0.2245),
        ((5, 8), 0.2245),
        ((6, 8), 0.31),
        ((7, 9), None),
        ((8, 9), 0.31),
    ):
        assert price.now({"1.8.1": levels[0], "1.8.2": levels[1]}) == expected


def test_one_tariff_has_one_price() -> None:
    """A meter without tariffs has the price of the first."""
    assert Price(prices={1: 0.3}).now({"1.8.0": 5}) == 0.3
    assert Price(prices={1: 0.3}).now({"1.8.1": 5}) == 0.3


@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.knows_tariffs]
)
async def test_a_price_that_was_entered_is_shown(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """There is no sensor before, and none after the prices were taken back."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    entry = await set_up(simulator)
    assert not hass.states.get(ENTITY)

    async def enter(first: float, second: float) -> None:
        options = {**entry.options, "price_1": first, "price_2": second}
        hass.config_entries.async_update_entry(entry, options=options)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        for _ in range(2):
            simulator.house.draw(3600)
            simulator.house.advance(60)
            simulator.tick()
            await poll(hass, entry)

    await enter(0.31, 0.2245)
    assert state(hass, ENTITY) == "0.31"
    shown = hass.states.get(ENTITY)
    assert shown
    assert shown.attributes["unit_of_measurement"] == "EUR/kWh"
    simulator.house.tariff = 2
    await enter(0.31, 0.2245)
    assert state(hass, ENTITY) == "0.2245"
    await enter(0, 0)
    assert ENTITY not in {each.entity_id for each in entries(hass, entry)}
