"""Ask for another password when the bridge refuses the stored one."""

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp, Start
from tests.support.flows import (
    LOCKABLE,
    aborted,
    added,
    announce,
    announcement,
    form,
    lockable,
    passwords,
    settled,
    state,
    submit,
    suggestions,
)
from tests.support.simulator import Simulator
from tests.support.swaps import lock_with, locked, swap
from tests.support.watching import poll

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

every_lockable = pytest.mark.parametrize("key", LOCKABLE)
only_whatwatt = pytest.mark.parametrize("key", ["whatwatt_go"])


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a bridge behind a login."""
    return await locked(simulators, key)


@pytest.fixture
async def entry(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Return its entry, with the password from before."""
    entry = await added(hass, simulator)
    await settled(simulator)
    lock_with(simulator, "the new one")
    await hass.config_entries.async_reload(entry.entry_id)
    return entry


async def asked(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the form that asks for the login, and never shows the password."""
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert form(result) == ("reauth_confirm", {})
    assert "password" not in suggestions(result["data_schema"])
    [entry] = hass.config_entries.async_entries(DOMAIN)
    where = {"name": entry.title, "host": entry.data["host"]}
    assert result["description_placeholders"] == where
    return result


@every_lockable
async def test_new_password(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """Setup asks for the password; the right one is stored and the entry loaded."""
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    before = dict(entry.data)
    result = await asked(hass)
    wrong = {**simulator.credentials, "password": "wrong"}
    result = await submit(hass, result, **wrong)
    assert form(result) == ("reauth_confirm", {"base": "invalid_auth"})
    assert entry.data == before
    result = await submit(hass, result, **simulator.credentials)
    assert aborted(result) == "reauth_successful"
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data == {**before, "password": "the new one"}


@every_lockable
async def test_password_that_is_changed_while_the_bridge_is_read(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The next poll that is refused asks for the password, once."""
    entry = await set_up(simulator)
    lock_with(simulator, "the new one")
    for _ in range(2):
        await poll(hass, entry)
        assert not entry.runtime_data.last_update_success
    result = await submit(hass, await asked(hass), **simulator.credentials)
    assert aborted(result) == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.runtime_data.last_update_success


@every_lockable
async def test_bridge_away(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """A bridge that does not answer is not called a wrong password."""
    result = await asked(hass)
    await simulator.unplug()
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("reauth_confirm", {"base": "cannot_connect"})
    await simulator.plug_in()
    result = await submit(hass, result, **simulator.credentials)
    assert aborted(result) == "reauth_successful"


@every_lockable
async def test_another_bridge(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """A bridge with another id gets no entry, even if it takes the password."""
    before = dict(entry.data)
    result = await asked(hass)
    swap(simulator)
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("reauth_confirm", {"base": "wrong_bridge"})
    assert entry.data == before


@pytest.mark.parametrize("key", sorted(BRIDGES.keys() - LOCKABLE))
async def test_kinds_without_a_login(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """A kind without login never asks for one, whatever answers in its place."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    simulator.fail_with(401)
    await poll(hass, entry)
    assert not entry.runtime_data.last_update_success
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("key", sorted(BRIDGES.keys() - LOCKABLE))
async def test_question_that_nobody_asked(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """Reauthentication of a kind without login has only to be confirmed."""
    entry = await added(hass, await simulators(key))
    before = dict(entry.data)
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    result = await asked(hass)
    assert suggestions(result["data_schema"]) == {}
    assert aborted(await submit(hass, result)) == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data == before
    assert state(entry) is ConfigEntryState.LOADED


async def test_bridge_that_was_protected_later(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A bridge that had no password before has its way in pinned now."""
    simulator = await lockable(simulators)
    entry = await set_up(simulator, simulator.device_id)
    simulator.protection = True
    await hass.config_entries.async_reload(entry.entry_id)
    result = await submit(hass, await asked(hass), password=simulator.password)
    assert aborted(result) == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data["pinned"] == {
        "scheme": "digest",
        "realm": simulator.realm.lower(),
        "algorithm": "md5-sess",
        "qop": "auth",
    }


@only_whatwatt
async def test_weaker_way_in(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """The pinned way in holds for the new password too: none is sent in the clear."""
    result = await asked(hass)
    simulator.firmware = "old"
    simulator.requests.clear()
    result = await submit(hass, result, password=simulator.password)
    assert form(result) == ("reauth_confirm", {"base": "not_recognised"})
    assert simulator.requests
    assert not passwords(simulator)


@only_whatwatt
async def test_announced_meanwhile(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """An announcement neither ends the open form nor sends a request."""
    result = await asked(hass)
    since = len(simulator.requests)
    heard = await announce(hass, announcement(simulator))
    assert aborted(heard) == "already_configured"
    assert len(simulator.requests) == since
    result = await submit(hass, result, password=simulator.password)
    assert aborted(result) == "reauth_successful"
