"""An entry of a newer version, whose kind of bridge this version does not know.

Its setup fails with a message, and everything else works.
"""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.meter_bridge.bridges import BRIDGES, bridge_of
from custom_components.meter_bridge.bridges.errors import UnknownKindError
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.meter_bridge.redaction import REDACTED
from custom_components.meter_bridge.storage import EntryStore

from .conftest import SetUp, Start
from .repository.test_translations import texts_of
from .support.flows import (
    aborted,
    announce,
    announcement,
    created,
    form,
    pushing,
    submit,
)
from .support.repairing import Fix, raised_issues


@pytest.fixture
async def entry(
    hass: HomeAssistant, enable_custom_integrations: None
) -> MockConfigEntry:
    """Return an entry of an unknown kind, after an attempt to set it up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="future_box_4711",
        title="Future",
        data={
            CONF_BRIDGE: "future_box",
            CONF_HOST: "192.0.2.7",
            "passkey": "open sesame",
            "pinned": {"realm": "cellar"},
        },
        options={"home": "Main Street"},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.mark.parametrize("data", [{CONF_BRIDGE: "future_box"}, {}])
def test_unknown(data: dict[str, str]) -> None:
    """A kind that is not in the registry, or is missing, is an error of its own."""
    with pytest.raises(UnknownKindError):
        bridge_of(MockConfigEntry(domain=DOMAIN, data=data))


@pytest.mark.parametrize("key", BRIDGES)
def test_known(key: str) -> None:
    """Every kind in the registry is found for its entries."""
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_BRIDGE: key})
    assert bridge_of(entry) is BRIDGES[key]


async def test_setup(entry: MockConfigEntry) -> None:
    """The setup fails and is not retried, with a message for the owner."""
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_kind"
    sentence = texts_of("en")["exceptions.unknown_kind.message"]
    assert entry.reason == sentence.removesuffix(".")


async def test_system_health(
    hass: HomeAssistant, entry: MockConfigEntry, simulators: Start, set_up: SetUp
) -> None:
    """System health counts it under its key, beside a bridge that works."""
    known = await pushing(simulators)
    await set_up(known, known.device_id)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["bridges"] == 2
    assert info["kinds"] == "IOmeter 1, future_box 1"
    assert info["reachable"] == 1


async def test_diagnostics(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Diagnostics contain the kind and the keys of the data, but no value."""
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["bridge"] == "future_box"
    assert found["entry"]["state"] == "setup_error"
    assert found["entry"]["data"] == dict.fromkeys(entry.data, REDACTED)
    assert found["entry"]["options"] == dict.fromkeys(entry.options, REDACTED)


async def test_flows_abort(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Flows for another address, another login and options abort with a message."""
    words = texts_of("en")
    assert words["config.abort.unknown_kind"] == words["options.abort.unknown_kind"]
    assert aborted(await entry.start_reconfigure_flow(hass)) == "unknown_kind"
    assert aborted(await entry.start_reauth_flow(hass)) == "unknown_kind"
    options = await hass.config_entries.options.async_init(entry.entry_id)
    assert aborted(options) == "unknown_kind"


async def test_discovery_beside_it(
    hass: HomeAssistant, entry: MockConfigEntry, simulators: Start
) -> None:
    """A bridge of a known kind is still discovered and added."""
    result = await announce(hass, announcement(await pushing(simulators)))
    assert form(result) == ("confirm", {})
    added = created(await submit(hass, result))
    await hass.async_block_till_done()
    assert added.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("key", ["meter_replaced", "meter_silent", "no_permission"])
async def test_repair(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> None:
    """An earlier issue can only be confirmed, since the bridge cannot be asked."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{entry.entry_id}_",
        data={"entry_id": entry.entry_id, "issue": key},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"name": entry.title},
    )
    fix = await Fix.open(hass, entry, key)
    assert await fix.submit() is None
    assert not raised_issues(hass)


async def test_removal(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, object]
) -> None:
    """It can be removed, together with its stored counters."""
    await EntryStore(hass, entry.entry_id).async_save({"meters": {}})
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
