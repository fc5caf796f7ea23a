"""The fault matrix: every mishap on every bridge, and what the owner sees of it."""

from collections.abc import AsyncIterator, Callable
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.meter_bridge import coordinator as coordinator_module
from custom_components.meter_bridge.bridges import BRIDGES
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.logs import complaints

from .cell import Cell
from .haste import Haste, hasty
from .matrix import MISHAPS
from .outcome import endure
from .table import NOT_APPLICABLE, RED, Place, committed

# The page is compared with all cells, so one process has to run them.
pytestmark = pytest.mark.xdist_group("faults")
# What came of the cells that ran.
RAN: dict[Place, str] = {}
# Home Assistant's own lines about a coordinator that fails.
_OWN = ("Error fetching Bridge data", "Authentication failed while fetching Bridge")


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Haste:
    """Try broken streams again at once, enable every entity, and log no chatter."""
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(coordinator_module, "_RETRY_MINIMUM", 0.001)
    monkeypatch.setattr(coordinator_module, "_RETRY_MAXIMUM", 0.005)
    # The event loop's clock goes on as ever.
    monkeypatch.setattr(coordinator_module, "_PUSH_HOLDS_SECONDS", 0.0)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    return Haste()


@pytest.fixture
async def cell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulators: Start,
    key: str,
    haste: Haste,
) -> AsyncIterator[Cell]:
    """Return a bridge and its twin, before there is an entry."""
    hass.loop.set_debug(False)
    simulator = await simulators(key)
    twin = KINDS[key].simulator(simulator.house)
    await twin.start()
    cell = Cell(hass, freezer, simulator, twin, haste)
    with hasty(haste):
        yield cell
    for other in (twin, *cell.others):
        await other.stop()


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("key", BRIDGES)
async def test_fault(
    cell: Cell,
    set_up: SetUp,
    mishap: str,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    """The owner sees what the matrix says, never a wrong number, and it ends itself."""
    caused = MISHAPS[mishap]
    record_property("bridge", cell.key)
    record_property("mishap", mishap)
    await cell.truth.ask()
    for need in caused.needs:
        if not need.is_met(cell):
            record_property("outcome", f"{NOT_APPLICABLE} {need.otherwise}")
            RAN[cell.key, mishap] = NOT_APPLICABLE
            return
    await cell.begin(await set_up(cell.simulator))
    outcome = await endure(cell, caused)
    record_property("outcome", str(outcome))
    RAN[cell.key, mishap] = str(outcome)
    record_property("seconds", outcome.seconds)
    record_property("times", cell.times)
    assert outcome.sees in caused.sees
    assert outcome.says is None or outcome.says in caused.says
    lines = complaints(caplog)
    assert len(lines) <= 1
    assert all(line.startswith(_OWN) for line in lines)


def test_page_has_every_cell() -> None:
    """The page has a row for every mishap, a column for every bridge; none is red."""
    cells = committed()
    assert cells.keys() == {(key, mishap) for key in BRIDGES for mishap in MISHAPS}
    assert all(cells.values())
    assert RED not in cells.values()


def test_page_says_what_was_seen() -> None:
    """What the page says is what came of the cells; `python -m tests.faults` writes it.

    Of a cell that does not apply it gives the reason below, by a letter.
    """
    cells = committed()
    assert {
        place: NOT_APPLICABLE
        if cells[place].startswith(NOT_APPLICABLE)
        else cells[place]
        for place in RAN
    } == RAN
