"""Changing where a bridge is and how it lets us in."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.const import DOMAIN

from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import Start
from .flows import (
    aborted,
    add,
    created,
    form,
    lockable,
    passwords,
    pushing,
    settled,
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
async def entry(hass: HomeAssistant, simulator: WhatwattGoSimulator) -> ConfigEntry:
    """Return the loaded entry of the bridge."""
    result = await add(hass, simulator.address)
    entry = created(await submit(hass, result, password=simulator.password))
    await settled(simulator)
    return entry


async def opened(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the form of an entry, which shows its host alone."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
    )
    assert form(result) == ("reconfigure", {})
    assert suggestions(result["data_schema"]) == {"host": entry.data["host"]}
    return result


async def test_new_address(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that moved is found at the address that was typed."""
    simulator = await pushing(simulators)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    await simulator.move()
    result = await opened(hass, entry)
    result = await submit(hass, result, host=f"HTTP://{simulator.address}/")
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data == {
        "bridge": "iometer",
        "host": f"http://{simulator.address}",
        "pinned": {},
    }


@pytest.mark.parametrize("password", [{}, {"password": ""}])
async def test_password_left_empty(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    entry: ConfigEntry,
    password: dict[str, str],
) -> None:
    """The stored password is kept and used at the new address."""
    before = dict(entry.data)
    await simulator.move()
    typed: dict[str, Any] = {"host": simulator.address, **password}
    result = await submit(hass, await opened(hass, entry), **typed)
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data == {**before, "host": simulator.address}
    assert state(entry) is ConfigEntryState.LOADED


async def test_new_password(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A wrong password is refused; the right one is stored."""
    simulator.password = "changed"
    result = await opened(hass, entry)
    host = simulator.address
    result = await submit(hass, result, host=host, password="wrong")
    assert form(result) == ("reconfigure", {"base": "invalid_auth"})
    assert suggestions(result["data_schema"]) == {"host": host}
    result = await submit(hass, result, host=host, password="changed")
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data["password"] == "changed"


async def test_typed_password_may_go_another_way(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A weaker login gets the password that was typed for it, never the stored one."""
    await simulator.move()
    simulator.firmware = "old"
    simulator.requests.clear()
    host = simulator.address
    result = await submit(hass, await opened(hass, entry), host=host)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    assert simulator.requests
    assert not passwords(simulator)
    result = await submit(hass, result, host=host, password=simulator.password)
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data["host"] == host
    assert entry.data["pinned"]["scheme"] == "basic"
    assert state(entry) is ConfigEntryState.LOADED


async def test_renamed_bridge(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """A bridge that the owner renamed is known again once its password is typed."""
    simulator.rename("whatwatt-cellar")
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    host = simulator.address
    result = await submit(hass, await opened(hass, entry), host=host)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    result = await submit(hass, result, host=host, password=simulator.password)
    assert aborted(result) == "reconfigure_successful"
    await hass.async_block_till_done()
    assert state(entry) is ConfigEntryState.LOADED
    assert entry.data["pinned"] == {"scheme": "digest", "realm": "whatwatt-cellar"}


async def test_another_bridge(
    hass: HomeAssistant,
    simulators: Start,
    simulator: WhatwattGoSimulator,
    entry: ConfigEntry,
) -> None:
    """Another bridge of the kind is not taken, and gets no stored password."""
    before = dict(entry.data)
    other = await lockable(simulators, serial="02A4C61BFFFF")
    result = await submit(hass, await opened(hass, entry), host=other.address)
    assert form(result) == ("reconfigure", {"base": "wrong_bridge"})
    assert suggestions(result["data_schema"]) == {"host": other.address}
    other.protection = True
    result = await submit(hass, result, host=other.address)
    assert form(result) == ("reconfigure", {"base": "not_recognised"})
    assert not passwords(other)
    assert entry.data == before
    result = await submit(hass, result, host=simulator.address)
    assert aborted(result) == "reconfigure_successful"


async def test_invalid_host(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """What is no host is refused at its field and stays typed."""
    result = await submit(hass, await opened(hass, entry), host="user@bridge")
    assert form(result) == ("reconfigure", {"host": "invalid_host"})
    assert suggestions(result["data_schema"]) == {"host": "user@bridge"}
    result = await submit(hass, result, host=simulator.address)
    assert aborted(result) == "reconfigure_successful"


async def test_bridge_away(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, entry: ConfigEntry
) -> None:
    """Silence at the new address changes nothing."""
    await simulator.unplug()
    result = await submit(hass, await opened(hass, entry), host=simulator.address)
    assert form(result) == ("reconfigure", {"base": "cannot_connect"})
