"""The fault matrix: every mishap on every bridge, and what its owner sees."""

from collections.abc import AsyncIterator, Callable
import logging
import re

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.meter_bridge import stream as stream_module
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport import fluency
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.logs import complaints

from .cell import Cell
from .matrix import MISHAPS
from .outcome import run_cell
from .table import NOT_APPLICABLE, RED, Place, committed
from .timeouts import ClientTimeouts, timeouts_of_clients

# The page is compared with all cells, so one process must run all of them.
pytestmark = pytest.mark.xdist_group("faults")
# The results of the cells so far.
RAN: dict[Place, str] = {}
# How long it took until values were gone, and how exactly that is known.
_SECONDS, _A_POLL = re.compile(r"(?<=after )\d+(?= s)"), 20
# Home Assistant's own log lines about a failing coordinator.
_OWN = ("Error fetching Bridge data", "Authentication failed while fetching Bridge")


@pytest.fixture
def timeouts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> ClientTimeouts:
    """Retry broken streams at once, enable all entities, and log warnings only."""
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(stream_module, "_RETRY_MINIMUM", 0.001)
    monkeypatch.setattr(stream_module, "_RETRY_MAXIMUM", 0.005)
    monkeypatch.setattr(fluency, "_RETRY_SECONDS", 0.005)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    return ClientTimeouts()


@pytest.fixture
async def cell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulators: Start,
    key: str,
    timeouts: ClientTimeouts,
) -> AsyncIterator[Cell]:
    """Return a bridge and its twin, without an entry yet."""
    hass.loop.set_debug(False)
    simulator = await simulators(key)
    twin = KINDS[key].simulator(simulator.house)
    await twin.start()
    cell = Cell(hass, freezer, simulator, twin, timeouts)
    with timeouts_of_clients(timeouts):
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
    """The owner sees what the matrix says, never a wrong number, and all recovers."""
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
    outcome = await run_cell(cell, caused)
    record_property("outcome", str(outcome))
    RAN[cell.key, mishap] = str(outcome)
    record_property("seconds", outcome.seconds)
    record_property("times", cell.times)
    assert outcome.sees in caused.sees
    assert outcome.error is None or outcome.error in caused.errors
    lines = complaints(caplog)
    assert len(lines) <= 1
    assert all(line.startswith(_OWN) for line in lines)


def test_page_has_every_cell() -> None:
    """The page has a row for every mishap, a column for every bridge, nothing red."""
    cells = committed()
    assert cells.keys() == {(key, mishap) for key in BRIDGES for mishap in MISHAPS}
    assert all(cells.values())
    assert RED not in cells.values()


def test_page_says_what_was_seen() -> None:
    """The page shows the results of the cells; `python -m tests.faults` writes it.

    A cell that does not apply has the letter of a reason below. A busy machine may need
    one poll more or less until values are gone.
    """
    cells = committed()
    shown = {
        place: NOT_APPLICABLE
        if cells[place].startswith(NOT_APPLICABLE)
        else cells[place]
        for place in RAN
    }
    assert {place: _SECONDS.sub("", seen) for place, seen in shown.items()} == {
        place: _SECONDS.sub("", seen) for place, seen in RAN.items()
    }
    for place, seen in RAN.items():
        ours, theirs = _SECONDS.findall(seen), _SECONDS.findall(shown[place])
        for second, written in zip(ours, theirs, strict=True):
            assert abs(int(second) - int(written)) <= _A_POLL, place
