"""Count how often each kind of bridge is asked, while it pushes and while it does not.

Time is warped: ten minutes of the event loop's timers pass in a moment.
"""

import asyncio
from pathlib import Path
import re

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES

from .conftest import SetUp, Start
from .soak.warp import warped
from .support.simulator import Simulator

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
_MINUTES, _PACE = 20, 10.0


async def live(simulator: Simulator, minutes: float) -> None:
    """Let a meter be read every ten seconds."""
    for _ in range(round(minutes * 60 / _PACE)):
        simulator.house.draw(500 + len(simulator.requests) % 50)
        simulator.house.advance(_PACE)
        simulator.tick()
        await asyncio.sleep(_PACE)


def documented(name: str) -> list[float]:
    """Return what the page says of a bridge: pushing, then not."""
    page = PAGE.read_text()
    row = re.search(
        rf"^\| {name} \| (–|\d+\.\d) \| (\d+\.\d) \|$",  # noqa: RUF001
        page[page.index("## When a poll fails") :],
        re.MULTILINE,
    )
    assert row, name
    return [float(cell) for cell in row.groups() if cell[0].isdigit()]


@pytest.mark.parametrize("key", BRIDGES)
async def test_requests_a_minute(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A bridge that pushes at the pace of its polls is hardly asked, and no oftener."""
    hass.loop.set_debug(False)
    simulator = await simulators(key)
    found: list[float] = []
    with warped(hass.loop):
        entry = await set_up(simulator)
        for is_silent in (False, True):
            if not is_silent and not BRIDGES[key].pushes:
                continue
            simulator.silent = is_silent
            await live(simulator, 2)
            since = len(simulator.requests)
            await live(simulator, _MINUTES)
            found.append((len(simulator.requests) - since) / _MINUTES)
        assert await hass.config_entries.async_unload(entry.entry_id)
    # Timers have a part of a second of their own, which makes a request more or less.
    assert found == pytest.approx(documented(BRIDGES[key].name), abs=0.25)
