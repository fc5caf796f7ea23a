"""Change the address or the login of an entry."""

from pathlib import Path

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import Start
from tests.support.certificates import self_signed_tls
from tests.support.flows import (
    LOCKABLE,
    aborted,
    added,
    form,
    passwords,
    reconfigure,
    settled,
    state,
    submit,
    suggestions,
)
from tests.support.simulator import Simulator
from tests.support.swaps import another, lock_with, locked
from tests.support.waiting import quiet

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

every_bridge = pytest.mark.parametrize("key", BRIDGES)
every_lockable = pytest.mark.parametrize("key", LOCKABLE)
only_whatwatt = pytest.mark.parametrize("key", ["whatwatt_go"])


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a bridge, behind its login where it has one."""
    return await (locked(simulators, key) if key in LOCKABLE else simulators(key))


@pytest.fixture
async def entry(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Return the loaded entry of the bridge."""
    entry = await added(hass, simulator)
    await settled(simulator)
    return entry


async def changed(hass: HomeAssistant, result: ConfigFlowResult) -> None:
    """Let the entry be loaded with what was changed."""
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()


@every_bridge
async def test_new_address(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """A bridge that moved is found at the address that was typed, as it was known."""
    before = dict(entry.data)
    await simulator.move()
    result = await reconfigure(hass, entry)
    hidden = {"bridge", "password", "pinned"}
    shown = {name: before[name] for name in before.keys() - hidden}
    assert suggestions(result["data_schema"]) == shown
    host = f"HTTP://{simulator.address}/"
    await changed(hass, await submit(hass, result, host=host))
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data == {**before, "host": f"http://{simulator.address}"}
    await settled(simulator)


@every_bridge
async def test_another_bridge(
    hass: HomeAssistant, simulators: Start, entry: ConfigEntry, key: str
) -> None:
    """Another bridge of the kind is not taken, and the form can be corrected."""
    before = dict(entry.data)
    other = await another(simulators, key)
    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=other.address)
    assert form(result) == ("reconfigure", {"base": "wrong_bridge"})
    assert suggestions(result["data_schema"])["host"] == other.address
    assert other.requests
    assert entry.data == before
    await changed(hass, await submit(hass, result, host=before["host"]))
    assert entry.data == before


@every_bridge
async def test_bridge_away(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """No answer at the new address changes nothing; later the same form works."""
    before = dict(entry.data)
    await simulator.move()
    await simulator.unplug()
    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=simulator.address)
    assert form(result) == ("reconfigure", {"base": "cannot_connect"})
    assert entry.data == before
    await simulator.plug_in()
    await changed(hass, await submit(hass, result, host=simulator.address))
    assert entry.data == {**before, "host": simulator.address}
    assert state(entry) is ConfigEntryState.LOADED


@every_bridge
async def test_stranger_at_the_address(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """A web server that is no bridge is refused and gets no password."""
    before = dict(entry.data)
    await quiet(simulator.requests)
    simulator.fail_with(404)
    simulator.requests.clear()
    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=simulator.address)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    assert simulator.requests
    assert not passwords(simulator)
    assert entry.data == before


@every_lockable
@pytest.mark.parametrize("password", [{}, {"password": ""}])
async def test_password_left_empty(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: ConfigEntry,
    password: dict[str, str],
) -> None:
    """The stored password is kept and used at the new address."""
    before = dict(entry.data)
    await simulator.move()
    result = await reconfigure(hass, entry)
    typed = {"host": simulator.address, **password}
    await changed(hass, await submit(hass, result, **typed))
    assert entry.data == {**before, "host": simulator.address}
    assert entry.data["password"]
    assert state(entry) is ConfigEntryState.LOADED


@every_lockable
async def test_new_password(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """A wrong password is refused; the right one is stored."""
    before = dict(entry.data)
    lock_with(simulator, "changed")
    result = await reconfigure(hass, entry)
    host = simulator.address
    for typed in ({}, {"password": "wrong"}):
        result = await submit(hass, result, host=host, **typed)
        assert form(result) == ("reconfigure", {"base": "invalid_auth"})
        assert "password" not in suggestions(result["data_schema"])
    assert entry.data == before
    await changed(hass, await submit(hass, result, host=host, password="changed"))
    assert entry.data == {**before, "password": "changed"}
    assert state(entry) is ConfigEntryState.LOADED


async def test_new_user(hass: HomeAssistant, simulators: Start) -> None:
    """Another user name is accepted with the password that belongs to it."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    entry = await added(hass, simulator)
    before = dict(entry.data)
    simulator.gate.username = "tenant"
    lock_with(simulator, "horse correct")
    result = await reconfigure(hass, entry)
    typed = {"host": simulator.address, "username": "tenant"}
    result = await submit(hass, result, **typed)
    assert form(result) == ("reconfigure", {"base": "invalid_auth"})
    assert suggestions(result["data_schema"])["username"] == "tenant"
    result = await submit(hass, result, **typed, password="horse correct")
    await changed(hass, result)
    assert entry.data == {**before, **simulator.credentials}


async def test_certificate_that_is_refused(
    hass: HomeAssistant, simulators: Start, tmp_path: Path
) -> None:
    """A self-signed certificate that should be verified is named as the cause."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    simulator.tls = self_signed_tls(tmp_path / "device.pem")
    await simulator.move()
    entry = await added(hass, simulator)
    result = await reconfigure(hass, entry)
    host = f"https://{simulator.address}"
    result = await submit(hass, result, host=host, verify_ssl=True)
    assert form(result) == ("reconfigure", {"base": "bad_certificate"})
    result = await submit(hass, result, host=host, verify_ssl=False)
    await changed(hass, result)


async def test_certificate_that_is_to_be_verified(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A certificate that should be verified but is missing is refused."""
    simulator = await simulators("egauge")
    entry = await added(hass, simulator)
    before = dict(entry.data)
    assert before["pinned"]["scheme"] == "http"
    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=simulator.address, verify_ssl=True)
    assert form(result) == ("reconfigure", {"base": "cannot_connect"})
    assert suggestions(result["data_schema"])["verify_ssl"] is True
    assert entry.data == before
    result = await submit(hass, result, host=simulator.address, verify_ssl=False)
    await changed(hass, result)
    assert entry.data == before


@only_whatwatt
async def test_typed_password_may_go_another_way(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A weaker login gets the password that was typed for it, never the stored one."""
    await simulator.move()
    simulator.firmware = "old"
    simulator.requests.clear()
    host = simulator.address
    result = await submit(hass, await reconfigure(hass, entry), host=host)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    assert simulator.requests
    assert not passwords(simulator)
    result = await submit(hass, result, host=host, password=simulator.password)
    await changed(hass, result)
    assert entry.data["host"] == host
    assert entry.data["pinned"]["scheme"] == "basic"
    assert state(entry) is ConfigEntryState.LOADED


@only_whatwatt
async def test_renamed_bridge(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A bridge that was renamed is accepted again once its password is typed."""
    simulator.rename("whatwatt-cellar")
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    host = simulator.address
    result = await submit(hass, await reconfigure(hass, entry), host=host)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    result = await submit(hass, result, host=host, password=simulator.password)
    await changed(hass, result)
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data["pinned"]["realm"] == "whatwatt-cellar"


@only_whatwatt
async def test_another_bridge_that_asks_for_a_password(
    hass: HomeAssistant, simulators: Start, entry: ConfigEntry, key: str
) -> None:
    """Another bridge gets no stored password."""
    other = await another(simulators, key)
    assert isinstance(other, WhatwattGoSimulator)
    other.rename(f"whatwatt-{other.suffix}")
    other.protection = True
    result = await reconfigure(hass, entry)
    result = await submit(hass, result, host=other.address)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    assert other.requests
    assert not passwords(other)


@pytest.mark.parametrize("key", ["iometer"])
async def test_invalid_host(
    hass: HomeAssistant, simulator: Simulator, entry: ConfigEntry
) -> None:
    """An invalid host is refused at its field and stays in the form."""
    result = await submit(hass, await reconfigure(hass, entry), host="user@bridge")
    assert form(result) == ("reconfigure", {"host": "invalid_host"})
    assert suggestions(result["data_schema"]) == {"host": "user@bridge"}
    await changed(hass, await submit(hass, result, host=simulator.address))
