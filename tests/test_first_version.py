"""Files of the first version: totals go on from them, for each kind of bridge."""

import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.meter.account import Account

from .conftest import SetUp, Start
from .support.house import House
from .support.simulator import Simulator

BRIDGES_FOLDER = Path(__file__).parent / "bridges"
# Every file was written by the first version itself, of a simulator after an hour.
FILES = {
    key: file
    for key in BRIDGES
    if (file := BRIDGES_FOLDER / key / "stored" / "version_1.json").exists()
}
CLIENT, DERIVED, MAIN = "/client", "/", ""

type Data = dict[str, dict[str, list[float]]]
type Counters = dict[tuple[str, str], list[float]]


def counters(data: Data) -> Counters:
    """Return the counters of a file, by meter and code.

    If the client judged counters itself, only those count, as the main meter's: the
    others followed from them.
    """
    own = data.get(CLIENT)
    meters = {MAIN: own} if own else data
    return {
        (meter, code): numbers
        for meter, stored in meters.items()
        for code, numbers in stored.items()
        if not code.startswith(DERIVED)
    }


@pytest.fixture
def data(key: str) -> Data:
    """Return what the first version stored of the simulator."""
    loaded: Data = json.loads(FILES[key].read_text())
    return loaded


@pytest.fixture
async def simulator(simulators: Start, key: str, house: House) -> Simulator:
    """Return the simulator a minute after it was stored."""
    simulator = await simulators(key)
    simulator.send_everything()
    house.burn(500)
    house.advance(3660)
    simulator.tick()
    return simulator


async def restarted(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    data: Data,
) -> None:
    """Start an entry anew with a file of the first version."""
    await hass.config_entries.async_unload(entry.entry_id)
    name = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[name] = {
        "version": 1,
        "minor_version": 1,
        "key": name,
        "data": json.loads(json.dumps(data)),
    }
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def accounts(entry: MockConfigEntry) -> dict[str, Account]:
    """Return what is known of each meter."""
    return dict(entry.runtime_data.board.accounts)


def held(entry: MockConfigEntry) -> set[tuple[str, str]]:
    """Return the counters that are held back, by meter and code."""
    return {
        (meter, code)
        for meter, account in accounts(entry).items()
        for code in account.as_stored()["doubts"]
    }


@pytest.fixture
async def entry(
    freezer: FrozenDateTimeFactory,
    house: House,
    simulator: Simulator,
    set_up: SetUp,
) -> MockConfigEntry:
    """Set up an entry at the time of the house."""
    freezer.move_to("2026-06-01T10:01:00Z")
    return await set_up(simulator)


@pytest.mark.parametrize("key", FILES)
async def test_totals_go_on(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    data: Data,
) -> None:
    """All totals are shown, no repair is raised, and the file gets today's version."""
    before = {meter: account.values for meter, account in accounts(entry).items()}
    await restarted(hass, hass_storage, entry, data)
    known = accounts(entry)
    assert known.keys() == before.keys()
    for meter, account in known.items():
        assert account.values == before[meter]
    assert all(code in known[meter].values for meter, code in counters(data))
    assert not held(entry)
    assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]
    await hass.config_entries.async_unload(entry.entry_id)
    file = hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    assert file["version"] == 2
    assert file["data"]["orderly"]
    for meter, code in counters(data):
        assert code in file["data"]["meters"][meter]["counters"]


@pytest.mark.parametrize("key", FILES)
async def test_wrong_levels_are_held(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    data: Data,
) -> None:
    """A level that cannot follow the stored one is held back from the start.

    The stored level is not shown, since the first version did not store whether Home
    Assistant was shut down cleanly. Only totals with an offset are shown, since they
    stay where they are.
    """
    lower: Data = json.loads(json.dumps(data))
    for numbers in counters(lower).values():
        is_offset = len(numbers) == 3
        for place in (0, 1) if is_offset else (0, 2, 3):
            numbers[place] = numbers[place] // 10
    await restarted(hass, hass_storage, entry, lower)
    stored = counters(data)
    assert held(entry) == {each for each, numbers in stored.items() if numbers[0]}
    for meter, code in held(entry):
        is_shown = code in accounts(entry)[meter].values
        assert is_shown == (len(stored[meter, code]) == 3)
    assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]
