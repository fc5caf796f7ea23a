"""Controlling by the net power: how soon it is known, and the examples of the page."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
import re
from statistics import median
import time
from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml as yaml_util
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import NET_POWER

from .conftest import SetUp, Start
from .support.simulator import Simulator
from .support.watching import entries, state

PAGE = Path(__file__).parents[1] / "docs" / "control.md"
EXAMPLES = re.findall(
    r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
)
# From the moment in which a bridge pushes until the state is written; a busy machine
# that runs other tests beside this one may take several times as long as the page says.
LONGEST_SECONDS = 0.5


async def shown(hass: HomeAssistant, entity_id: str, value: str) -> float:
    """Wait until an entity shows a value; return after how many seconds it did."""
    began = time.perf_counter()
    while state(hass, entity_id) != value:
        assert time.perf_counter() - began < LONGEST_SECONDS
        await asyncio.sleep(0)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    "key", [key for key, bridge in BRIDGES.items() if bridge.pushes]
)
async def test_pushed_power_is_shown_at_once(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Net power waits for no throttle: it is written as soon as it arrives."""
    simulator = await simulators(key)
    entry = await set_up(simulator, throttle=10)
    (power,) = (
        each.entity_id
        for each in entries(hass, entry)
        if each.unique_id.endswith(f"_{NET_POWER}")
    )
    await asyncio.sleep(0.5)
    delays = []
    for watts in range(1000, 4000, 150):
        simulator.house.draw(watts)
        simulator.house.advance(10)
        simulator.tick()
        delays.append(await shown(hass, power, str(watts)))
        await asyncio.sleep(0.02)
    print(  # noqa: T201 (the page states it)
        f"{key}: {median(delays) * 1000:.1f} ms, {max(delays) * 1000:.1f} ms at most"
    )


class Setpoint:
    """A number that an automation sets, and what follows from it."""

    def __init__(
        self, hass: HomeAssistant, entity_id: str, follow: Callable[[float], None]
    ) -> None:
        """Begin at 0."""
        self._hass, self._entity_id, self._follow = hass, entity_id, follow
        self.values: list[float] = []
        hass.states.async_set(entity_id, "0")
        hass.services.async_register("number", "set_value", self._set)

    async def _set(self, call: ServiceCall) -> None:
        """Follow what was set."""
        assert call.data["entity_id"] == [self._entity_id]
        value = float(call.data["value"])
        self.values.append(value)
        self._hass.states.async_set(self._entity_id, str(value))
        self._follow(value)


async def run(hass: HomeAssistant, example: str, bridge: str) -> None:
    """Run an example of the page; what it waits for takes a hundredth of the time."""
    text = example.replace(f"sensor.{bridge}_", "sensor.bridge_")
    text = text.replace("seconds: 5\n", "milliseconds: 50\n")
    config: Any = yaml_util.parse_yaml(text)
    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: config}
    )
    await hass.async_block_till_done()


async def pass_on(simulator: Simulator, times: int) -> None:
    """Let the meter be read so many times."""
    for _ in range(times):
        simulator.house.advance(10)
        simulator.tick()
        await asyncio.sleep(0.1)


async def stop(hass: HomeAssistant) -> None:
    """End the automation, which may wait."""
    (running,) = hass.states.async_all(automation.DOMAIN)
    await hass.services.async_call(
        automation.DOMAIN, "turn_off", {"entity_id": running.entity_id}, blocking=True
    )


async def test_a_battery_keeps_the_grid_at_zero(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """It follows load and sun without overshooting, and stops at its limits."""
    simulator = await simulators("iometer")
    await set_up(simulator, throttle=10)
    house, load, battery = simulator.house, 0, 0.0

    def feed(power: float) -> None:
        nonlocal battery
        battery = power
        net = load - round(power)
        house.draw(net) if net >= 0 else house.export(-net)

    setpoint = Setpoint(hass, "number.battery_power", feed)
    await run(hass, EXAMPLES[0], "iometer")
    for drawn, power in ((1500, 1500), (400, 400), (-900, -900), (4000, 2500)):
        load = drawn
        feed(battery)
        await pass_on(simulator, 8)
        assert abs(battery - power) <= 30
    assert all(-900 - 30 <= value <= 2500 for value in setpoint.values)
    await stop(hass)


async def test_a_wallbox_stays_within_the_fuse(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """It draws less at once as others draw more, and nothing where 6 A are too much."""
    simulator = await simulators("cozify_han")
    await set_up(simulator, throttle=0)
    others, drawn = 2, 0.0

    def draw(current: float) -> None:
        nonlocal drawn
        drawn = current
        for phase in (1, 2, 3):
            simulator.force(f"{11 + 20 * phase}.7.0", Decimal(others) + round(current))

    setpoint = Setpoint(hass, "number.wallbox_current", draw)
    hass.states.async_set("number.wallbox_current", "16")
    draw(16)
    await run(hass, EXAMPLES[1], "cozify_han")
    await pass_on(simulator, 3)
    assert setpoint.values == []
    for amperes, current in ((12, 12), (17, 7), (20, 0)):
        others = amperes
        draw(drawn)
        await pass_on(simulator, 4)
        assert setpoint.values[-1] == current
    # There is room again, but the last change was only a moment ago.
    others = 2
    draw(drawn)
    await pass_on(simulator, 3)
    assert setpoint.values[-1] == 0
    await stop(hass)
