"""Signed currents, which only the variables have."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges.whatwatt_go.variables import VARIABLES
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.watching import state

pytestmark = pytest.mark.usefixtures("all_enabled")
FIRST = "sensor.bridge_signed_current_l1"


def asked(simulator: WhatwattGoSimulator) -> int:
    """Return how often the variables were asked for."""
    return [each.path for each in simulator.requests].count(VARIABLES)


async def test_a_phase_that_returns_energy(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its current is below zero; without new ones nothing is shown."""
    simulator.signed_currents = True
    simulator.house.export(1150, 1)
    simulator.tick()
    entry = await set_up(simulator)
    plain = float(state(hass, "sensor.bridge_current_l1"))
    assert float(state(hass, FIRST)) == -plain
    assert float(state(hass, "sensor.bridge_signed_current_l2")) > 0
    since = asked(simulator)
    await entry.runtime_data.async_refresh()
    assert asked(simulator) == since
    simulator.fail_with(500, path=VARIABLES)
    for failures in (1, 2):
        freezer.tick(61)
        await entry.runtime_data.async_refresh()
        assert asked(simulator) == since + failures
    assert state(hass, FIRST) in ("unknown", "unavailable")
    simulator.heal()
    freezer.tick(61)
    await entry.runtime_data.async_refresh()
    assert float(state(hass, FIRST)) == -plain
    simulator.status = "NO DATA"
    freezer.tick(61)
    await entry.runtime_data.async_refresh()
    assert state(hass, FIRST) in ("unknown", "unavailable")


@pytest.mark.parametrize("license_", ["FREE", "PLUS"])
async def test_nobody_asks_often_for_what_there_is_not(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    license_: str,
) -> None:
    """Without licence, or without a meter that has them, they have no entity."""
    simulator.signed_currents = license_ == "FREE"
    setattr(simulator, "license", license_)  # noqa: B010
    entry = await set_up(simulator)
    assert hass.states.get(FIRST) is None
    for _ in range(5):
        freezer.tick(61)
        await entry.runtime_data.async_refresh()
    assert asked(simulator) == (license_ == "PLUS")
