"""Change a meter and a load, and let time pass."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.automating import draw, shown_number
from tests.support.simulator import Simulator
from tests.support.waiting import eventually
from tests.support.watching import state

# An automation that is due, and a request that it makes, take fewer turns.
_TURNS = 100

type Use = Callable[..., Awaitable[None]]
type Advance = Callable[..., Awaitable[None]]

LOAD, MEMORY = "input_boolean.load", "input_boolean.memory"
CURRENTS = [f"sensor.bridge_current_l{phase}" for phase in (1, 2, 3)]
POWER = "sensor.bridge_power"


async def call(hass: HomeAssistant, action: str, entity_id: str) -> None:
    """Call an action, as the owner does."""
    domain, _, service = action.partition(".")
    await hass.services.async_call(
        domain, service, {"entity_id": entity_id}, blocking=True
    )
    await settle()


async def settle() -> None:
    """Run what is due; Home Assistant is never done while an automation waits."""
    # What was sent arrives.
    await asyncio.sleep(0.001)
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def poll(entry: MockConfigEntry) -> None:
    """Poll the bridge now."""
    await entry.runtime_data.async_refresh()
    await settle()


async def flow(hass: HomeAssistant, simulator: Simulator, amperes: int) -> None:
    """Set the current of phase 2, and wait until it is shown."""
    simulator.house.advance(1)
    await draw(hass, simulator, 2, amperes)
    await settle()


async def live(simulator: Simulator, advance: Advance, seconds: int) -> None:
    """Let time pass, with readings of the meter."""
    for _ in range(seconds // 10):
        await advance(10)
        simulator.house.advance(10)
        simulator.tick()
        await settle()


async def net(hass: HomeAssistant, iometer: IometerSimulator, watts: int) -> None:
    """Set the net power, and wait until it is shown."""
    await eventually(lambda: iometer.open_streams)
    iometer.force("16.7.0", Decimal(watts))
    iometer.house.advance(1)
    iometer.tick()
    await eventually(lambda: shown_number(hass, POWER) == watts)
    await settle()


def switched(hass: HomeAssistant) -> tuple[str, str]:
    """Return the states of load and memory."""
    return state(hass, LOAD), state(hass, MEMORY)
