"""No password goes unencrypted to an address that its owner has not typed."""

from pathlib import Path

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp, Start
from tests.support.certificates import self_signed_tls
from tests.support.flows import (
    aborted,
    added,
    announce,
    announcement,
    created,
    form,
    lockable,
    passwords,
    reconfigure,
    submit,
    suggestions,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def heard_of(hass: HomeAssistant, simulator: WhatwattGoSimulator) -> ConfigEntry:
    """Add a bridge without a password that was announced, as its owner confirms."""
    result = await announce(hass, announcement(simulator))
    entry = created(await submit(hass, result))
    await hass.async_block_till_done()
    return entry


async def asked(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Load an entry anew, and return the form that asks for its login."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    (flow,) = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    return await hass.config_entries.flow.async_configure(flow["flow_id"])


async def test_a_password_that_is_asked_for_later(
    hass: HomeAssistant, simulators: Start
) -> None:
    """An announced address is not trusted later either: reauth asks for it."""
    simulator = await lockable(simulators)
    entry = await heard_of(hass, simulator)
    simulator.protection, simulator.firmware = True, "old"
    result = await asked(hass, entry)
    assert "host" not in suggestions(result["data_schema"])
    simulator.requests.clear()
    result = await submit(hass, result, password=simulator.password)
    assert form(result) == ("reauth_confirm", {"base": "clear_password"})
    assert simulator.requests
    assert not passwords(simulator)
    typed = {"host": simulator.address, "password": simulator.password}
    assert aborted(await submit(hass, result, **typed)) == "reauth_successful"
    assert passwords(simulator)
    assert "hearsay" not in entry.data
    await hass.async_block_till_done()


async def test_an_address_that_was_announced_is_not_filled_in(
    hass: HomeAssistant, simulators: Start
) -> None:
    """Who reconfigures has to type the address, which counts from then on."""
    simulator = await lockable(simulators)
    entry = await heard_of(hass, simulator)
    result = await reconfigure(hass, entry)
    assert "host" not in suggestions(result["data_schema"])
    result = await submit(hass, result, host=simulator.address)
    assert aborted(result) == "reconfigure_successful"
    assert "hearsay" not in entry.data
    await hass.async_block_till_done()


async def test_a_password_that_nothing_asked_for(
    hass: HomeAssistant, simulators: Start
) -> None:
    """It is not stored, so that whoever asks for it later does not get it."""
    simulator = await lockable(simulators)
    entry = await added(hass, simulator)
    result = await reconfigure(hass, entry)
    typed = {"host": simulator.address, "password": "open sesame"}
    assert aborted(await submit(hass, result, **typed)) == "reconfigure_successful"
    assert "password" not in entry.data
    await hass.async_block_till_done()


async def test_a_password_that_was_stored_before_anything_asked(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """With no way in pinned, a stored password goes nowhere in the clear."""
    simulator = await lockable(simulators)
    entry = await set_up(simulator, simulator.device_id, password="open sesame")
    simulator.protection, simulator.firmware = True, "old"
    simulator.requests.clear()
    await asked(hass, entry)
    assert simulator.requests
    assert not passwords(simulator)


async def test_encryption_is_given_up_only_where_it_was_typed(
    hass: HomeAssistant, simulators: Start, tmp_path: Path
) -> None:
    """A password typed again does not lower https; `http://` does."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    simulator.tls = self_signed_tls(tmp_path / "device.pem")
    await simulator.move()
    entry = await added(hass, simulator)
    assert entry.data["pinned"]["scheme"] == "https"
    await simulator.unplug()
    simulator.tls = None
    await simulator.plug_in()
    simulator.requests.clear()
    typed = {**simulator.credentials, "host": simulator.address}
    result = await submit(hass, await reconfigure(hass, entry), **typed)
    assert form(result) == ("reconfigure", {"base": "cannot_connect"})
    assert not simulator.requests
    typed["host"] = f"http://{simulator.address}"
    assert aborted(await submit(hass, result, **typed)) == "reconfigure_successful"
    assert entry.data["pinned"]["scheme"] == "http"
    await hass.async_block_till_done()


async def test_another_certificate(
    hass: HomeAssistant, simulators: Start, tmp_path: Path
) -> None:
    """A relay with a certificate of its own is told nothing; reauth explains why."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    simulator.tls = self_signed_tls(tmp_path / "device.pem")
    await simulator.move()
    entry = await added(hass, simulator)
    known = entry.data["pinned"]["certificate"]
    await simulator.unplug()
    simulator.tls = self_signed_tls(tmp_path / "relay.pem")
    await simulator.plug_in()
    simulator.requests.clear()
    result = await asked(hass, entry)
    assert form(result) == ("reauth_confirm", {"base": "changed_certificate"})
    assert not simulator.requests
    result = await submit(hass, result, **simulator.credentials)
    assert aborted(result) == "reauth_successful"
    assert entry.data["pinned"]["certificate"] != known
    await hass.async_block_till_done()
