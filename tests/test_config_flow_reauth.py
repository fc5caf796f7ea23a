"""Asking anew for a password that is not accepted any more."""

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
import pytest

from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import SetUp, Start
from .flows import (
    aborted,
    announce,
    announcement,
    form,
    lockable,
    passwords,
    state,
    submit,
    suggestions,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def simulator(simulators: Start) -> WhatwattGoSimulator:
    """Return a bridge behind a password."""
    return await lockable(simulators, protection=True)


@pytest.fixture
async def entry(simulator: WhatwattGoSimulator, set_up: SetUp) -> ConfigEntry:
    """Return its entry, with a password from before."""
    pinned = {"scheme": "digest", "realm": simulator.realm.lower()}
    entry: ConfigEntry = await set_up(
        simulator, simulator.device_id, password="the old one", pinned=pinned
    )
    return entry


async def asked(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the form that asks for the password."""
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert form(result) == ("reauth_confirm", {})
    assert suggestions(result["data_schema"]) == {}
    return result


async def test_new_password(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """Setup asks for the password; the right one is stored and the entry loaded."""
    assert state(entry) is ConfigEntryState.SETUP_ERROR
    pinned = entry.data["pinned"]
    result = await asked(hass)
    result = await submit(hass, result, password="wrong")
    assert form(result) == ("reauth_confirm", {"base": "invalid_auth"})
    assert entry.data["password"] == "the old one"
    result = await submit(hass, result, password=simulator.password)
    assert aborted(result) == "reauth_successful"
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data == {
        "bridge": "whatwatt_go",
        "host": simulator.address,
        "password": simulator.password,
        "pinned": pinned,
    }


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
    }


async def test_bridge_away(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A bridge that does not answer is not called a wrong password."""
    result = await asked(hass)
    await simulator.unplug()
    result = await submit(hass, result, password=simulator.password)
    assert form(result) == ("reauth_confirm", {"base": "cannot_connect"})
    await simulator.plug_in()
    result = await submit(hass, result, password=simulator.password)
    assert aborted(result) == "reauth_successful"


async def test_another_bridge(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A bridge with another id gets no entry, even if it takes the password."""
    result = await asked(hass)
    simulator.protection = False
    simulator.device_id = "02A4C61BFFFF"
    result = await submit(hass, result, password=simulator.password)
    assert form(result) == ("reauth_confirm", {"base": "wrong_bridge"})
    assert entry.data["password"] == "the old one"


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


async def test_announced_meanwhile(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """An announcement neither disturbs the question nor sends a request."""
    result = await asked(hass)
    since = len(simulator.requests)
    heard = await announce(hass, announcement(simulator))
    assert aborted(heard) == "already_configured"
    assert len(simulator.requests) == since
    result = await submit(hass, result, password=simulator.password)
    assert aborted(result) == "reauth_successful"
