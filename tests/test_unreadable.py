"""Test that a file of counters that cannot be read stops no bridge."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.storage import EntryStore

from .conftest import SetUp, Start
from .support.logs import complaints

type Load = Callable[[Mapping[str, object]], Awaitable[MockConfigEntry]]


@pytest.fixture
async def entry(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> MockConfigEntry:
    """Return an entry that was loaded before."""
    entry = await set_up(await simulators("cozify_han"))
    await hass.config_entries.async_unload(entry.entry_id)
    return entry


@pytest.fixture
def load(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Load:
    """Set up the entry with a file of counters that holds this."""

    async def load(stored: Mapping[str, object]) -> MockConfigEntry:
        key = f"meter_bridge.{entry.entry_id}"
        hass_storage[key] = {"key": key, **stored}
        await hass.config_entries.async_setup(entry.entry_id)
        return entry

    return load


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which files are set aside; those of a test are none."""
    found: list[str] = []

    async def set_aside(store: EntryStore) -> None:
        found.append(store.key)

    monkeypatch.setattr(EntryStore, "async_set_aside", set_aside)
    return found


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 9, "data": {"meters": {}}},
        {"version": 2, "data": {"meters": {"": {"counters": 7}}}},
        {"version": 2, "data": {"meters": [1, 2]}},
        {"version": 2, "data": {"client": {}, "meters": {"": "garbled"}}},
        {"version": 1, "data": {"": {"1.8.0": "garbled"}}},
    ],
)
async def test_it_is_set_aside(
    load: Load,
    caplog: pytest.LogCaptureFixture,
    aside: list[str],
    stored: Mapping[str, object],
) -> None:
    """There is one warning, the file is kept aside, and all begins anew."""
    entry = await load(stored)
    assert entry.state is ConfigEntryState.LOADED
    assert aside == [f"meter_bridge.{entry.entry_id}"]
    assert len(complaints(caplog)) == 1
