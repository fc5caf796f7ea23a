"""The scale of a meter: what is shown while factors are unread, or others are sent."""

from dataclasses import dataclass

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bridges.octopus_home_pro.conftest import ENERGY, GAS_ENERGY, POWER, VOLUME
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.repairing import raised_issues
from tests.support.watching import state

_KWH, _CUBIC_METRES = 0, 1

type Home = OctopusHomeProSimulator


class Hours:
    """A Home Pro in Home Assistant, and the time that passes."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        simulator: Home,
        entry: MockConfigEntry,
    ) -> None:
        """Know an entry that was just set up."""
        self.hass, self.freezer, self.entry = hass, freezer, entry
        self.house, self.simulator = simulator.house, simulator

    async def go(self, minutes: int, watts: int = 3000) -> None:
        """Let time pass, and the bridge be polled every minute."""
        self.house.draw(watts)
        for _ in range(minutes):
            self.house.advance(60)
            self.house.burn(600)
            self.freezer.tick(60)
            self.simulator.tick()
            await self.entry.runtime_data.async_refresh()
            await self.hass.async_block_till_done()

    def shown(self) -> tuple[float, ...]:
        """Return the totals of electricity (kWh) and of gas (m³, kWh)."""
        return tuple(
            float(state(self.hass, each)) for each in (ENERGY, VOLUME, GAS_ENERGY)
        )

    def true(self) -> tuple[float, ...]:
        """Return what they should be, as far as meters show it."""
        energy, gas = (
            float(int(each.amount * each.divisor) / each.divisor)
            for each in (self.simulator.electricity, self.simulator.gas)
        )
        _, volume, gas_energy = self.shown()
        if self.simulator.gas.unit == _KWH:
            return energy, volume, gas
        return energy, gas, gas_energy


@dataclass(slots=True)
class Begin:
    """Set up a Home Pro as it is now, and let some minutes pass."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    simulator: Home
    set_up: SetUp

    async def __call__(self) -> Hours:
        """Return it, set up."""
        self.freezer.move_to(self.simulator.house.now)
        self.simulator.tick()
        entry = await self.set_up(self.simulator)
        hours = Hours(self.hass, self.freezer, self.simulator, entry)
        await hours.go(2)
        return hours


@pytest.fixture
def start(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Home, set_up: SetUp
) -> Begin:
    """Return how a bridge is set up."""
    return Begin(hass, freezer, simulator, set_up)


@pytest.mark.parametrize("divisor", [1000, 10_000])
async def test_lost_scale(
    hass: HomeAssistant, simulator: Home, start: Begin, divisor: int
) -> None:
    """Factors that are unread leave the last good ones standing, over reloads too."""
    simulator.electricity.divisor = simulator.gas.divisor = divisor
    simulator.gas.unit = _KWH
    hours = await start()
    simulator.electricity.scale_is_read = simulator.gas.scale_is_read = False
    for _ in range(2):
        await hours.go(40)
        assert hours.shown() == hours.true()
        assert state(hass, POWER) == "3000"
        await hass.config_entries.async_reload(hours.entry.entry_id)
    assert not raised_issues(hass)


async def test_no_scale_from_the_beginning(
    hass: HomeAssistant, simulator: Home, start: Begin
) -> None:
    """Where no factor was ever read there is no number, and a repair says why."""
    simulator.electricity.scale_is_read = False
    hours = await start()
    assert hass.states.get(ENERGY) is None
    assert hass.states.get(POWER) is None
    assert raised_issues(hass) == {"scale_unknown"}
    simulator.electricity.scale_is_read = True
    await hours.go(1)
    assert hours.shown() == hours.true()
    assert not raised_issues(hass)


async def test_multiplier_of_0(
    hass: HomeAssistant, simulator: Home, start: Begin
) -> None:
    """A multiplier of 0 beside a good divisor is 1."""
    hours = await start()
    simulator.electricity.multiplier = 0
    await hours.go(30)
    assert hours.shown() == hours.true()


@pytest.mark.parametrize("divisor", [100, 10_000])
async def test_another_divisor(
    hass: HomeAssistant, simulator: Home, start: Begin, divisor: int
) -> None:
    """A divisor that changes alone is never believed by time: it is held, and told."""
    hours = await start()
    before = hours.shown()
    meter = simulator.electricity
    for minute in range(130):
        meter.consumption = int(hours.house.import_energy)
        meter.divisor = divisor
        await hours.go(1)
        assert hours.shown()[0] == before[0]
        assert state(hass, POWER) == "unavailable"
        assert ("counter_held" in raised_issues(hass)) is (minute >= 60)
    meter.consumption, meter.divisor = None, 1000
    await hours.go(1)
    assert hours.shown() == hours.true()
    assert not raised_issues(hass)


async def test_count_and_divisor_change_together(
    hass: HomeAssistant, simulator: Home, start: Begin
) -> None:
    """With another divisor and its count the total goes on: that is believed."""
    hours = await start()
    for divisor in (10_000, 100, 1000):
        simulator.electricity.divisor = divisor
        await hours.go(1)
        assert float(state(hass, ENERGY)) == pytest.approx(hours.true()[0], abs=0.01)
        assert state(hass, POWER) == "3000"


async def test_unit_of_gas_that_changes(
    hass: HomeAssistant, simulator: Home, start: Begin
) -> None:
    """Gas that is said to be kWh is held in both units, until it is m³ again."""
    hours = await start()
    before = hours.shown()
    litres = int(hours.house.gas.amount)
    for minute in range(70):
        litres += 10
        simulator.gas.consumption, simulator.gas.unit = litres, _KWH
        await hours.go(1)
        assert hours.shown()[1:] == before[1:]
        assert ("counter_held" in raised_issues(hass)) is (minute >= 60)
    simulator.gas.consumption, simulator.gas.unit = None, _CUBIC_METRES
    await hours.go(1)
    assert hours.shown() == hours.true()
    assert not raised_issues(hass)
