"""Discovery by mDNS: what is particular to it."""

from ipaddress import ip_address

from homeassistant.config_entries import (
    SOURCE_IGNORE,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import pytest

from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.whatwatt_go.device import Firmware
from tests.conftest import SetUp, Start
from tests.support.flows import (
    aborted,
    add,
    announce,
    announcement,
    created,
    form,
    lockable,
    passwords,
    pushing,
    settled,
    submit,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_found_behind_a_password(
    hass: HomeAssistant, simulators: Start, firmware: Firmware
) -> None:
    """A protected bridge is asked for its password once the owner wants it."""
    simulator = await lockable(simulators, protection=True)
    simulator.firmware = firmware
    result = await announce(hass, announcement(simulator))
    assert form(result) == ("confirm", {})
    assert not passwords(simulator)
    result = await submit(hass, result)
    assert form(result) == ("login", {})
    typed = {"password": simulator.password}
    if firmware == "old":
        result = await submit(hass, result, **typed)
        assert form(result) == ("login", {"base": "clear_password"})
        assert not passwords(simulator)
        result = await submit(hass, result, host="user@bridge", **typed)
        assert form(result) == ("login", {"host": "invalid_host"})
        typed["host"] = simulator.address
    entry = created(await submit(hass, result, **typed))
    assert entry.unique_id == f"whatwatt_go_{simulator.device_id}"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "_hue._tcp.local."},
        {"properties": {}},
        {"properties": {"type": None, "id": "02A4C61B9D5E"}},
        {"properties": {"type": "101", "id": "02A4C61B9D5E"}},
        {"ip_address": ip_address("169.254.169.254")},
        {"ip_address": ip_address("224.0.0.251")},
        {"ip_address": ip_address("0.0.0.0")},  # noqa: S104
        {"ip_address": ip_address("::")},
    ],
)
async def test_no_announcement_of_ours(
    hass: HomeAssistant, simulators: Start, changes: dict[str, object]
) -> None:
    """Other services, and addresses where no bridge can be, are ignored."""
    simulator = await lockable(simulators)
    info = changed(announcement(simulator), **changes)
    assert aborted(await announce(hass, info)) == "not_recognised"
    assert not simulator.requests


def changed(info: ZeroconfServiceInfo, **changes: object) -> ZeroconfServiceInfo:
    """Return an announcement with other attributes."""
    for name, value in changes.items():
        setattr(info, name, value)
    return info


@pytest.mark.parametrize("port", [None, 80])
async def test_usual_port(
    hass: HomeAssistant, simulators: Start, port: int | None
) -> None:
    """The usual port, or none, is left out of the stored address."""
    simulator = await lockable(simulators)
    info = changed(announcement(simulator), port=port)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": "127.0.0.1"}
    )
    since = len(simulator.requests)
    assert aborted(await announce(hass, info)) == "already_configured"
    assert len(simulator.requests) == since


@pytest.mark.parametrize("host", ["fe80::1", "fe80::1%2"])
async def test_link_local(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, host: str
) -> None:
    """A link-local announcement of a known bridge changes nothing while it answers."""
    simulator = await lockable(simulators)
    entry = await set_up(simulator, simulator.device_id)
    info = announcement(simulator, host=host)
    assert aborted(await announce(hass, info)) == "already_configured"
    assert entry.data["host"] == simulator.address


async def test_other_kind_there(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that announces itself as one of another kind is not offered."""
    simulator, other = await pushing(simulators), await lockable(simulators)
    info = announcement(simulator, port=other.port)
    assert aborted(await announce(hass, info)) == "not_recognised"


async def test_protected_without_a_serial(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge without any serial is not offered: it might be a known one."""
    simulator = await lockable(simulators, protection=True)
    info = announcement(simulator, serial="")
    assert aborted(await announce(hass, info)) == "not_recognised"
    simulator.protection = False
    assert form(await announce(hass, info)) == ("confirm", {})


async def test_announced_under_a_false_serial(
    hass: HomeAssistant, simulators: Start
) -> None:
    """The entry is of the bridge that answered, not of the one that was announced."""
    simulator = await lockable(simulators)
    result = await announce(hass, announcement(simulator, serial="00000000BEEF"))
    entry = created(await submit(hass, result))
    assert entry.unique_id == f"whatwatt_go_{simulator.device_id}"


async def test_ignored_bridge_behind_another_announcement(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A login that reveals an ignored bridge adds it: the owner has typed it."""
    simulator = await lockable(simulators, protection=True)
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": f"whatwatt_go_{simulator.device_id}", "title": "Not mine"},
    )
    result = await announce(hass, announcement(simulator, serial="00000000BEEF"))
    result = await submit(hass, result)
    entry = created(await submit(hass, result, password=simulator.password))
    assert hass.config_entries.async_entries(DOMAIN) == [entry]
