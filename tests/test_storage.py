"""Test what a file of the first version tells of the meters of a running entry."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.storage import EntryStore

LEVEL = [11_743_027.0, 1_790_000_000.0]


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an entry with entities of two meters."""
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id="any_02A4", data={CONF_BRIDGE: "iometer"}
    )
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    for key in (
        *("1.8.0", "2.7.0", "16.7.0", "36.7.0", "32.7.0", "meter_connection"),
        *("volume_1_30023456_3.0.0", "volume_1_30023456_meter_connection"),
    ):
        registry.async_get_or_create(
            "sensor", DOMAIN, f"{entry.unique_id}_{key}", config_entry=entry
        )
    return entry


async def test_counters_and_entities_of_the_first_version_have_been_sent(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry
) -> None:
    """Registers without a counter are known by their entities, but no net power."""
    key = f"{DOMAIN}.{entry.entry_id}"
    data = {"": {"1.8.0": LEVEL, "/3.8.0": [1, 2, 3, 4]}, "/client": {"serial": [5]}}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    stored = await EntryStore(hass, entry.entry_id).async_load()
    assert stored
    main, volume = stored["meters"][""], stored["meters"]["volume_1_30023456"]
    assert set(main["powers"]["codes"]) == {"1.8.0", "2.7.0", "32.7.0"}
    assert main["counters"] == {"1.8.0": LEVEL}
    assert main["derived"] == {"3.8.0": [1, 2, 3, 4]}
    assert volume["powers"]["codes"] == ["3.0.0"]
    assert stored["client"] == {"serial": [5]}


async def test_an_entity_of_padding_has_not_been_sent(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry
) -> None:
    """Where zeros may be padding, only what was counted is known to have been sent."""
    hass.config_entries.async_update_entry(entry, data={CONF_BRIDGE: "whatwatt_go"})
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {}}
    stored = await EntryStore(hass, entry.entry_id).async_load()
    assert stored
    codes = {
        key: set(each["powers"]["codes"]) for key, each in stored["meters"].items()
    }
    assert codes == {"": {"1.8.0"}, "volume_1_30023456": {"3.0.0"}}
