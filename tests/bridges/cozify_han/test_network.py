"""Wi-Fi and Ethernet: what is asked, what changes, and where the entry goes then."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest
from pytest_socket import socket_allow_hosts

from custom_components.meter_bridge.bridges.cozify_han import network
from custom_components.meter_bridge.flow import following
from tests.bridges.cozify_han.conftest import CONFIGURATION
from tests.bridges.cozify_han.profile import NO_ADDRESS
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp
from tests.support.acting import act
from tests.support.waiting import eventually
from tests.support.watching import shows

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
SURE = {"confirm": True}


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask without long pauses what became of a search, and of a move."""
    monkeypatch.setattr(network, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(following, "_PAUSE_SECONDS", 0.05)


@pytest.fixture
def _two_addresses(socket_enabled: None) -> None:
    """Allow the address of the other interface, too."""
    socket_allow_hosts([HERE, ELSEWHERE])


def scans(simulator: CozifyHanSimulator) -> list[tuple[str, bool]]:
    """Return the requests of searches, and whether each started one."""
    return [
        (each.path, "X-Scan-Start" in each.headers)
        for each in simulator.requests
        if each.path.startswith("/scan")
    ]


async def test_networks_nearby(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A search is started once and waited for; the strongest network comes first."""
    entry = await set_up(simulator)
    found = await act(hass, entry, "scan_wifi")
    assert found == {
        "networks": [
            {"ssid": "Kotiverkko", "channel": 11, "rssi": -51, "security": "WPA2_PSK"},
            {"ssid": "naapuri", "channel": 6, "rssi": -82, "security": None},
        ]
    }
    assert scans(simulator) == [("/scan", True), ("/scan", False), ("/scan", False)]


@pytest.mark.parametrize(
    "sent",
    [
        {"SSID": "x", "RSSI": "-60", "Channel": 1, "Auth": "OPEN"},
        {"s": "x", "r": -60, "ch": 1, "auth_mode": "OPEN"},
    ],
)
async def test_networks_in_any_spelling(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    sent: Mapping[str, str | int],
) -> None:
    """Keys that the vendor does not name are found; what is no network is left out."""
    entry = await set_up(simulator)
    simulator.profile.networks = (sent, {"ssid": ""}, {})
    found = await act(hass, entry, "scan_wifi")
    only = {"ssid": "x", "channel": 1, "rssi": -60, "security": "OPEN"}
    assert found == {"networks": [only]}


async def test_the_path_of_searches_is_found_once(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A path that the reader does not have is tried once."""
    entry = await set_up(simulator)
    simulator.profile.scan_path, simulator.profile.scan_rounds = "/scan/networks", 0
    for _ in range(2):
        await act(hass, entry, "scan_wifi")
    assert scans(simulator) == [
        ("/scan", True),
        ("/scan/networks", True),
        ("/scan/networks", True),
    ]
    simulator.profile.absent = frozenset({"/scan/networks"})
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, entry, "scan_wifi")
    assert error.value.translation_key == "not_offered"


async def test_a_reader_that_drops_off_meanwhile(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A search goes on while the reader is off the network, until it is back."""
    entry = await set_up(simulator)
    simulator.profile.scan_drops = True
    found = await act(hass, entry, "scan_wifi")
    assert found is not None
    assert len(found["networks"]) == 2


async def test_a_search_that_comes_to_nothing(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is told whether the reader says that it failed, or never comes to an end."""
    entry = await set_up(simulator)
    simulator.profile.scan_fails = True
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, entry, "scan_wifi")
    assert error.value.translation_key == "scan_failed"
    monkeypatch.setattr(network, "_SCAN_SECONDS", 0.1)
    simulator.profile.scan_rounds = 1000
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, entry, "scan_wifi")
    assert error.value.translation_key == "scan_failed"


async def test_the_first_network(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A reader on Ethernet gets its Wi-Fi; it may restart, and comes back."""
    simulator.profile.wifi_enabled, simulator.profile.password = False, None
    entry = await set_up(simulator)
    response = await act(
        hass, entry, "configure_network", ssid="Koti", password="12345678", **SURE
    )
    assert response == {}
    sent = {"s": True, "ss": "Koti", "sp": "12345678"}
    assert simulator.changes.written == [("POST", "/setup", sent)]
    assert simulator.profile.wifi_enabled
    assert entry.data[CONF_HOST] == simulator.address
    assert "GET" in {each.method for each in simulator.requests}


@pytest.mark.usefixtures("all_enabled")
async def test_interfaces(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Only what is mentioned is sent; an interface that went down has no address."""
    simulator.profile.ethernet_mode = "static"
    entry = await set_up(simulator)
    for fields, sent in (
        ({"dhcp": ["ethernet"]}, {"e": {"n": {"m": "dhcp"}}}),
        ({"wifi": False}, {"w": {"e": False}}),
        (
            {"wifi": True, "dhcp": ["wifi"]},
            {"w": {"e": True, "n": {"m": "dhcp"}}},
        ),
        ({"wifi": False}, {"w": {"e": False}}),
    ):
        await act(hass, entry, "configure_network", **fields, **SURE)
        assert simulator.changes.written[-1] == ("PUT", CONFIGURATION, sent)
    assert simulator.profile.ethernet_mode == "dhcp"
    assert simulator.profile.state()["wifiIp"] == NO_ADDRESS
    await entry.runtime_data.async_refresh()
    await shows(hass, "binary_sensor.bridge_wi_fi", "off")
    await shows(hass, "sensor.bridge_ethernet_mode", "dhcp")


@pytest.mark.usefixtures("_two_addresses")
async def test_the_interface_in_use_is_turned_off(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """The entry follows its reader to the address of the other interface."""
    simulator.profile.wifi_ip, simulator.profile.ethernet_ip = HERE, ELSEWHERE
    entry = await set_up(simulator)
    response = await act(hass, entry, "configure_network", wifi=False, **SURE)
    assert response == {"address": ELSEWHERE}
    assert entry.data[CONF_HOST] == f"{ELSEWHERE}:{simulator.port}"
    await hass.async_block_till_done()
    await eventually(lambda: entry.state is ConfigEntryState.LOADED, seconds=5)


@pytest.mark.parametrize(("kept", "off"), [("wifi", "ethernet"), ("ethernet", "wifi")])
async def test_the_last_way_stays(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    kept: str,
    off: str,
) -> None:
    """Nothing is sent if the reader could not be reached any more."""
    entry = await set_up(simulator)
    setattr(simulator.profile, f"{kept}_ip", NO_ADDRESS)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, entry, "configure_network", **{off: False}, **SURE)
    assert error.value.translation_key == "no_way_left"
    assert simulator.changes.written == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ssid": "Koti"},
        {"password": "12345678"},
        {"ethernet": False, "wifi": False},
        {"ssid": "Koti", "password": "12345678", "ethernet": False},
        {"wifi": False, "dhcp": ["ethernet"]},
    ],
)
async def test_fields_that_do_not_fit(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    fields: Mapping[str, object],
) -> None:
    """Nothing is sent where the fields do not belong together."""
    entry = await set_up(simulator)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, entry, "configure_network", **fields, **SURE)
    assert error.value.translation_key == "unfit_fields"
    assert simulator.changes.written == []


@pytest.mark.parametrize(
    "fields",
    [
        {"wifi": True},
        {"wifi": True, "confirm": 1},
        {"wifi": 1, **SURE},
        {"dhcp": [], **SURE},
        {"dhcp": ["bridge"], **SURE},
        {"dhcp": "wifi", **SURE},
        {"ssid": "x" * 33, "password": "12345678", **SURE},
        {"ssid": "Koti", "password": "1234567", **SURE},
        {"ssid": "Koti\n", "password": "12345678", **SURE},
        {"ethernet": True, "ip": "192.0.2.7", **SURE},
    ],
)
async def test_fields_are_checked(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    fields: Mapping[str, object],
) -> None:
    """Without its confirmation, or with an odd value, nothing is sent."""
    entry = await set_up(simulator)
    with pytest.raises(probatio.Invalid):
        await act(hass, entry, "configure_network", **fields)
    assert simulator.changes.written == []


async def test_a_set_up_that_is_refused(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A reader that says "no success" has not joined, and its owner learns it."""
    entry = await set_up(simulator)
    simulator.changes.is_locked = True
    with pytest.raises(HomeAssistantError) as error:
        await act(
            hass, entry, "configure_network", ssid="x", password="12345678", **SURE
        )
    assert error.value.translation_key == "not_accepted"
