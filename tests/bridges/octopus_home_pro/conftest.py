"""Fixtures of this bridge's tests: paths, entities, readings and time."""

from dataclasses import dataclass
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
)

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.octopus_home_pro import client as module
from custom_components.meter_bridge.bridges.octopus_home_pro.client import (
    OctopusHomeProClient,
)
from custom_components.meter_bridge.bridges.transport.address import parse_address
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.support.readings import all_values

CONSUMPTION, STATUS, INFO = (
    "get_meter_consumption",
    "get_meter_status",
    "get_meter_info",
)
ELEC, GAS = "elec", "gas"
POWER = "sensor.electricity_meter_power"
ENERGY = "sensor.electricity_meter_energy_import"
VOLUME = "sensor.gas_meter_volume"
GAS_ENERGY = "sensor.gas_meter_gas_energy"
ELECTRICITY_LINK = "binary_sensor.electricity_meter_meter_connection"
GAS_LINK = "binary_sensor.gas_meter_meter_connection"
BRIDGE_LINK = "binary_sensor.bridge_bridge_connection"


@pytest.fixture
def access(simulator: OctopusHomeProSimulator) -> Access:
    """Return the address of the simulator, as a client needs it."""
    return Access(address=parse_address(simulator.address))


@dataclass
class Clock:
    """The monotonic clock of the client, which a test sets."""

    now: float = 1000.0

    def monotonic(self) -> float:
        """Return the time, as the module `time` does."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the client a clock that only the test moves."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


async def readings(client: OctopusHomeProClient) -> dict[str, dict[str, float]]:
    """Return the values of each meter from a fetch, with those worked out from them."""
    snapshot = await client.fetch()
    return {reading.meter.key: all_values(reading) for reading in snapshot.readings}


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass in steps of the poll interval, with a poll after each."""
    for _ in range(round(seconds / 10)):
        freezer.tick(10)
        # The event loop's own clock is not moved: all of its timers are in the future.
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=11))
        await hass.async_block_till_done(wait_background_tasks=True)
