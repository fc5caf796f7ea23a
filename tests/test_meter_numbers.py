"""A meter with another number is noticed while the bridge is connected."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN

from .conftest import SetUp, Start
from .kinds import KINDS
from .soak.warp import warped
from .support.house import House, Register
from .support.simulator import Simulator

# Without a number, another level is believed after ten minutes.
_MINUTES, _PACE = 6, 10.0
NUMBERED = [
    key for key, kind in KINDS.items() if kind.simulator(House()).exchange_meter()
]


async def live(simulator: Simulator, minutes: float) -> None:
    """Let a meter be read every ten seconds."""
    for _ in range(round(minutes * 60 / _PACE)):
        simulator.house.advance(_PACE)
        simulator.tick()
        await asyncio.sleep(_PACE)


def replaced(hass: HomeAssistant) -> list[str]:
    """Return the numbers of the meters that repairs tell of."""
    return [
        str((issue.translation_placeholders or {})["numbers"])
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_key == "meter_replaced"
    ]


@pytest.mark.parametrize("key", NUMBERED)
@pytest.mark.parametrize("is_silent", [False, True], ids=["pushing", "polled"])
async def test_another_number_is_noticed(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    key: str,
    is_silent: bool,  # noqa: FBT001
) -> None:
    """The new meter counts from then on, and the repair tells both numbers."""
    hass.loop.set_debug(False)
    simulator = await simulators(key)
    simulator.silent = is_silent
    with warped(hass.loop):
        entry = await set_up(simulator)
        await live(simulator, 2)
        if BRIDGES[key].pushes and not is_silent:
            assert simulator.open_streams
        assert not replaced(hass)
        simulator.exchange_meter()
        for tariff in simulator.house.imported:
            simulator.house.imported[tariff] = Register.of("5")
        await live(simulator, _MINUTES)
        await hass.async_block_till_done()
        [numbers] = replaced(hass)
        before, after = numbers.split(" → ")
        assert before != after
        levels = [
            each.values.get("1.8.0")
            for each in entry.runtime_data.board.accounts.values()
        ]
        assert float(simulator.house.import_energy) // 10 in [
            level and level // 10 for level in levels
        ]
        assert await hass.config_entries.async_unload(entry.entry_id)
