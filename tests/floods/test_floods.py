"""Test that no flood of a bridge blocks the event loop."""

from collections.abc import Callable

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge import stream as stream_module
from custom_components.meter_bridge.bridges import BRIDGES
from tests.conftest import SetUp, Start

from .ordeal import Ordeal
from .pours import FLOODS, Flood

type Record = Callable[[str, object], None]


# Processor time, on a machine of ordinary speed.
_LONGEST_SECONDS = 0.1


@pytest.fixture
async def ordeal(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Ordeal:
    """Set up the bridge under test, and let it try broken streams again at once."""
    monkeypatch.setattr(stream_module, "_RETRY_MINIMUM", 0.001)
    simulator = await simulators(key)
    return Ordeal(hass, simulator, await set_up(simulator))


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.name)
@pytest.mark.parametrize("key", BRIDGES)
async def test_everybody_has_a_turn(
    ordeal: Ordeal, key: str, flood: Flood, record_property: Record
) -> None:
    """A flood on any path of any bridge never blocks the event loop for 100 ms."""
    waits = await ordeal.endure(flood)
    worst = max(waits, key=waits.__getitem__)
    record_property("cell", f"{key} | {flood.name} | {worst}")
    record_property("seconds", waits[worst])
    assert waits[worst] < _LONGEST_SECONDS, f"{worst}: {waits[worst]:.3f} s"
