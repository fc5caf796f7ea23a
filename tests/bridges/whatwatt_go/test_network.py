"""Wi-Fi and Ethernet: what is asked, what changes, and where the entry goes then."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest
from pytest_socket import socket_allow_hosts

from custom_components.meter_bridge.flow import following
from tests.bridges.whatwatt_go.network import HOME
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.acting import act
from tests.support.waiting import eventually

ELSEWHERE = "127.0.0.2"
FIXED = {
    "ip": ELSEWHERE,
    "netmask": "255.255.255.0",
    "gateway": "127.0.0.1",
    "dns": "127.0.0.1",
}
SURE = {"confirm": True}


@pytest.fixture
def _two_addresses(socket_enabled: None) -> None:
    """Allow the address that the device is given, too."""
    socket_allow_hosts(["127.0.0.1", ELSEWHERE])


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a device that has moved without long pauses."""
    monkeypatch.setattr(following, "_PAUSE_SECONDS", 0.05)


async def test_networks_nearby(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The strongest network comes first; a device without any sees none."""
    entry = await set_up(simulator)
    response = await act(hass, entry, "scan_wifi")
    assert response
    assert [each["ssid"] for each in response["networks"]] == [
        HOME,
        "guests",
        "far away",
    ]
    assert response["networks"][1] == {
        "ssid": "guests",
        "channel": 1,
        "rssi": -71,
        "security": "open",
    }
    simulator.garble(b"[]", path="/api/v1/wifi/scan")
    assert await act(hass, entry, "scan_wifi") == {"networks": []}


async def test_another_network(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """What is left out stays as it is; an open network needs an empty password."""
    entry = await set_up(simulator)
    before = dict(simulator.wifi_chosen.now)
    await act(hass, entry, "configure_wifi", ssid="guests", password="", **SURE)
    assert simulator.wifi_chosen.now == before | {"name": "guests", "password": ""}
    assert simulator.wifi_up
    await act(hass, entry, "configure_wifi", ssid="guests", dhcp=True, **SURE)
    assert entry.data[CONF_HOST] == simulator.address
    assert {each.method for each in simulator.requests} == {"GET", "PUT"}


@pytest.mark.usefixtures("_hasty", "_two_addresses")
@pytest.mark.parametrize(
    ("action", "more"),
    [("configure_wifi", {"ssid": HOME}), ("configure_ethernet", {"enabled": True})],
)
async def test_the_entry_follows_to_a_new_address(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    action: str,
    more: dict[str, Any],
) -> None:
    """The address is kept once the same device answers there, and used from then on."""
    simulator.ethernet_up = action == "configure_ethernet"
    entry = await set_up(simulator)
    response = await act(hass, entry, action, **more, **FIXED, **SURE)
    assert response == {"address": ELSEWHERE}
    assert entry.data[CONF_HOST] == f"{ELSEWHERE}:{simulator.port}"
    await hass.async_block_till_done()
    await eventually(lambda: entry.state is ConfigEntryState.LOADED)
    assert simulator.address == entry.data[CONF_HOST]


@pytest.mark.usefixtures("_hasty", "_two_addresses")
async def test_the_address_that_the_entry_has_already(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Whoever fixes the present address changes nothing, and nothing is reloaded."""
    entry = await set_up(simulator)
    coordinator, host = entry.runtime_data, entry.data[CONF_HOST]
    here = {**FIXED, "ip": "127.0.0.1", "gateway": ELSEWHERE}
    await act(hass, entry, "configure_ethernet", **here, **SURE)
    await hass.async_block_till_done()
    assert entry.data[CONF_HOST] == host
    assert entry.runtime_data is coordinator


@pytest.mark.usefixtures("_hasty", "_two_addresses")
async def test_a_device_that_is_not_at_its_new_address(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The owner is told, and the entry keeps the address that it had."""
    entry = await set_up(simulator)
    simulator.garble(b"{}", path="/api/v1/eth/settings")
    host = entry.data[CONF_HOST]
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, entry, "configure_ethernet", **FIXED, **SURE)
    assert caught.value.translation_key == "not_moved"
    assert entry.data[CONF_HOST] == host


@pytest.mark.usefixtures("_hasty", "_two_addresses")
async def test_somebody_else_at_the_new_address(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Who asks for no password there, unlike the device before, is not followed."""
    simulator.protection = True
    entry = await set_up(simulator)
    host = entry.data[CONF_HOST]
    simulator.protection = False
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, entry, "configure_wifi", ssid=HOME, **FIXED, **SURE)
    assert caught.value.translation_key == "not_moved"
    assert entry.data[CONF_HOST] == host


async def test_an_interface_that_is_not_in_use(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The entry stays where it is if it is the other interface that answers there."""
    simulator.ethernet_up = True
    addresses = {"ip": "127.0.0.1", "netmask": "255.0.0.0"}
    more = {"static_ip": True, "gateway": "127.0.0.2", "dns": "127.0.0.2"}
    simulator.ethernet_chosen.merge(addresses | more)
    entry = await set_up(simulator)
    response = await act(hass, entry, "configure_wifi", ssid=HOME, **FIXED, **SURE)
    assert response == {}


async def test_an_interface_that_goes_down(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """With the last network the device is gone, with one of two it is not."""
    simulator.ethernet_up = True
    entry = await set_up(simulator)
    await act(hass, entry, "configure_ethernet", enabled=False, **SURE)
    await entry.runtime_data.async_refresh()
    assert entry.runtime_data.data.details.ethernet is False
    await act(hass, entry, "configure_wifi", ssid="nowhere", **SURE)
    await eventually(lambda: not simulator.is_plugged_in)


async def test_factory_settings(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """All settings are gone, and with the wireless network the device, too."""
    entry = await set_up(simulator)
    with pytest.raises(probatio.Invalid):
        await act(hass, entry, "factory_reset")
    assert simulator.resets == 0
    assert await act(hass, entry, "factory_reset", **SURE) == {}
    assert simulator.resets == 1
    await eventually(lambda: not simulator.is_plugged_in)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("configure_wifi", {"ssid": "x"}),
        ("configure_wifi", {"ssid": "x", "confirm": 1}),
        ("configure_wifi", {"ssid": "", **SURE}),
        ("configure_wifi", {"ssid": "x", "password": "1234567", **SURE}),
        ("configure_wifi", {"ssid": "x", "password": "ä" * 8, **SURE}),
        ("configure_wifi", {"ssid": "x", "password": "x" * 64, **SURE}),
        ("configure_wifi", {"ssid": "x", "password": "1" * 65, **SURE}),
        ("configure_ethernet", {}),
        ("configure_ethernet", {**FIXED, **SURE, "ip": "somewhere"}),
        ("configure_ethernet", {**FIXED, **SURE, "ip": "0.0.0.0"}),  # noqa: S104
        ("configure_ethernet", {**FIXED, **SURE, "ip": "224.0.0.1"}),
        ("configure_ethernet", {**FIXED, **SURE, "ip": 1}),
        ("configure_ethernet", {**FIXED, **SURE, "netmask": "255.0.255.0"}),
        ("configure_ethernet", {**FIXED, **SURE, "netmask": "0.0.0.255"}),
        ("configure_ethernet", {**FIXED, **SURE, "netmask": "255.255.255.255"}),
        ("configure_ethernet", {"enabled": 1, **SURE}),
    ],
)
async def test_odd_words_reach_no_device(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    action: str,
    data: dict[str, object],
) -> None:
    """Fields are validated, and each change has to be confirmed."""
    entry = await set_up(simulator)
    with pytest.raises(probatio.Invalid):
        await act(hass, entry, action, **data)
    assert {each.method for each in simulator.requests} == {"GET"}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"ip": ELSEWHERE},
        {**FIXED, "dhcp": True},
        {**FIXED, "gateway": "192.0.2.1"},
        {**FIXED, "gateway": ELSEWHERE},
        {**FIXED, "ip": "127.0.0.0"},
        {**FIXED, "ip": "127.0.0.255"},
        {**FIXED, "gateway": "127.0.0.255"},
    ],
)
async def test_addresses_that_do_not_fit_each_other(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    data: dict[str, object],
) -> None:
    """A device without a way out is not made."""
    entry = await set_up(simulator)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, entry, "configure_ethernet", **data, **SURE)
    assert caught.value.translation_key == "unfit_fields"
    assert {each.method for each in simulator.requests} == {"GET"}
