"""docs/operations.md agrees with the code: entities, actions and tests exist."""

from pathlib import Path
import re
from typing import NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.kinds import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
_TOKEN = re.compile(r"`(\w+)\.([^`]+)`")
_SHOWN_BY = re.compile(r"\[(test_\w+)\]\(\.\./([\w/]+\.py)\)")


class Operation(NamedTuple):
    """One row: what it is in Home Assistant, and the tests with their files."""

    name: str
    tokens: list[tuple[str, str]]
    tests: list[tuple[str, str]]


def operations(key: str) -> list[Operation]:
    """Return the rows of the section of a bridge."""
    text = PAGE.read_text(encoding="utf-8")
    _, _, rest = text.partition(f"\n## {BRIDGES[key].name}\n")
    section, *_ = rest.split("\n## ")
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return [
        Operation(name, _TOKEN.findall(what), _SHOWN_BY.findall(shown_by))
        for name, what, shown_by in rows
    ]


def test_all_operations_are_listed() -> None:
    """Each operation has one row, with what it is and a test."""
    for key, kind in KINDS.items():
        rows = operations(key)
        assert len({row.name for row in rows}) == len(rows) == kind.operations
        assert all(row.tokens and row.tests for row in rows)


@pytest.mark.parametrize("key", BRIDGES)
def test_every_test_exists(key: str) -> None:
    """The tests that are named are in the files that are named."""
    for row in operations(key):
        for test, path in row.tests:
            text = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), test


@pytest.mark.parametrize("key", BRIDGES)
async def test_entities_and_actions_exist(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    key: str,
) -> None:
    """What is named is there, and all that changes a bridge is named."""
    simulator = await simulators(key)
    simulator.send_everything()
    freezer.move_to(simulator.house.now)
    simulator.tick()
    entry = await set_up(simulator)
    named = {token for row in operations(key) for token in row.tokens}
    bridge = BRIDGES[key]
    actions = {(DOMAIN, action.key) for action in bridge.actions}
    entities = {
        (entity.domain, entity.unique_id.removeprefix(f"{entry.unique_id}_"))
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
    }
    assert named <= entities | actions
    changing = {"button", "number", "select", "switch", "update"}
    assert actions | {each for each in entities if each[0] in changing} <= named
