"""Announcements of a known bridge at another address, true or false."""

import asyncio

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.flow import following
from custom_components.meter_bridge.flow.following import FOLLOWED
from custom_components.meter_bridge.issues import TWO_BRIDGES, issue_id
from tests.bridges.whatwatt_go.device import Firmware
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import Start
from tests.support.flows import (
    aborted,
    add,
    announce,
    announcement,
    created,
    found,
    hear,
    lockable,
    passwords,
    searched,
    settled,
    state,
    submit,
)
from tests.support.waiting import eventually

OTHER = "02A4C61BFFFF"

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def protected(
    hass: HomeAssistant, simulators: Start, firmware: Firmware = "new"
) -> tuple[WhatwattGoSimulator, ConfigEntry]:
    """Return a bridge behind a password, and the entry that follows it."""
    simulator = await lockable(simulators, protection=True)
    simulator.firmware = firmware
    result = await add(hass, simulator.address)
    entry = created(await submit(hass, result, password=simulator.password))
    await settled(simulator)
    return simulator, entry


async def fake(simulators: Start, original: WhatwattGoSimulator) -> WhatwattGoSimulator:
    """Start another device that pretends to be a bridge we know."""
    simulator = await lockable(simulators)
    simulator.device_id = original.device_id
    return simulator


async def test_moved_behind_its_password(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A protected bridge proves itself by Digest at its new address."""
    simulator, entry = await protected(hass, simulators)
    await simulator.move()
    await hear(hass, simulator)
    assert entry.data["host"] == simulator.address
    assert state(entry) is ConfigEntryState.LOADED


async def test_password_in_the_clear_follows_nobody(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A password that would go in the clear is not sent to an announced address."""
    simulator, entry = await protected(hass, simulators, "old")
    before = entry.data["host"]
    await simulator.move()
    simulator.requests.clear()
    await hear(hass, simulator)
    assert simulator.requests
    assert not passwords(simulator)
    assert entry.data["host"] == before


async def test_announced_elsewhere_while_it_still_answers(
    hass: HomeAssistant, simulators: Start
) -> None:
    """While its bridge answers, an entry stays; the announced address is not asked."""
    simulator, entry = await protected(hass, simulators)
    liar = await fake(simulators, simulator)
    await hear(hass, liar)
    assert entry.data["host"] == simulator.address
    assert not liar.requests


async def test_announced_elsewhere_while_the_password_is_refused(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge with a new password has not moved."""
    simulator, entry = await protected(hass, simulators)
    simulator.password = "changed"
    liar = await fake(simulators, simulator)
    await hear(hass, liar)
    assert entry.data["host"] == simulator.address
    assert not liar.requests


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_another_bridge_at_the_announced_address(
    hass: HomeAssistant, simulators: Start, firmware: Firmware
) -> None:
    """Without its bridge an entry follows no other, and sends it no password."""
    simulator, entry = await protected(hass, simulators)
    before = entry.data["host"]
    other = await lockable(simulators, protection=True, serial=OTHER)
    other.firmware = firmware
    await simulator.unplug()
    await hear(hass, other, serial=simulator.device_id)
    assert other.requests
    assert not passwords(other)
    assert entry.data["host"] == before
    other.protection = False
    await hear(hass, other, serial=simulator.device_id)
    assert entry.data["host"] == before


async def test_weaker_login_at_the_announced_address(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A copy of id and realm gets no password in the clear."""
    simulator, entry = await protected(hass, simulators)
    before = entry.data["host"]
    liar = await fake(simulators, simulator)
    liar.protection, liar.firmware = True, "old"
    await simulator.unplug()
    await hear(hass, liar)
    assert liar.requests
    assert not passwords(liar)
    assert entry.data["host"] == before


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_no_login_at_the_announced_address(
    hass: HomeAssistant, simulators: Start, firmware: Firmware
) -> None:
    """A copy of the id that asks for no password is not the protected bridge."""
    simulator, entry = await protected(hass, simulators, firmware)
    before = entry.data["host"]
    liar = await fake(simulators, simulator)
    await simulator.unplug()
    await hear(hass, liar)
    assert liar.requests
    assert entry.data["host"] == before


@pytest.mark.parametrize("proof", ["", "a guess"])
async def test_no_proof_at_the_announced_address(
    hass: HomeAssistant, simulators: Start, proof: str
) -> None:
    """Who answers any login is not followed where the bridge used to prove itself."""
    simulator = await lockable(simulators, protection=True)
    simulator.proves_by = simulator.password
    result = await add(hass, simulator.address)
    entry = created(await submit(hass, result, password=simulator.password))
    await settled(simulator)
    assert entry.data["pinned"]["proves"] == "rspauth"
    liar = await fake(simulators, simulator)
    liar.protection, liar.password, liar.proves_by = True, simulator.password, proof
    await simulator.unplug()
    before = entry.data["host"]
    await hear(hass, liar)
    assert passwords(liar)
    assert entry.data["host"] == before
    await simulator.move()
    await hear(hass, simulator)
    assert entry.data["host"] == simulator.address


async def test_wrong_password_at_the_announced_address(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A login that is refused at the announced address proves nothing."""
    simulator, entry = await protected(hass, simulators)
    before = entry.data["host"]
    await simulator.move()
    simulator.password = "changed"
    await hear(hass, simulator)
    assert entry.data["host"] == before


async def test_exchanged_addresses(hass: HomeAssistant, simulators: Start) -> None:
    """Two bridges that have swapped addresses are both followed."""
    one, other = await lockable(simulators), await lockable(simulators, serial=OTHER)
    first = created(await add(hass, one.address))
    second = created(await add(hass, other.address))
    await settled(one)
    await settled(other)
    one.device_id, other.device_id = other.device_id, one.device_id
    await hear(hass, other)
    await hear(hass, one)
    assert (first.data["host"], second.data["host"]) == (other.address, one.address)


async def test_moved_while_its_setup_is_being_retried(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge that moved while its entry waited is followed and set up at once."""
    simulator, entry = await protected(hass, simulators)
    await simulator.unplug()
    await hass.config_entries.async_reload(entry.entry_id)
    assert state(entry) is ConfigEntryState.SETUP_RETRY
    await simulator.move()
    await hear(hass, simulator)
    assert entry.data["host"] == simulator.address
    assert state(entry) is ConfigEntryState.LOADED


async def test_moved_while_its_setup_is_under_way(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge that moves during a setup is followed when that has ended."""
    simulator, entry = await protected(hass, simulators)
    old = await lockable(simulators, serial=OTHER)
    await simulator.move()
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": old.address}
    )
    old.stall()
    setup = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await eventually(lambda: old.requests)
    heard = hass.async_create_task(hear(hass, simulator))
    await asyncio.sleep(0.05)
    old.heal()
    await setup
    await heard
    assert entry.data["host"] == simulator.address
    assert state(entry) is ConfigEntryState.LOADED


async def test_name_stays(hass: HomeAssistant, simulators: Start) -> None:
    """A host name that the owner typed is kept, and its bridge gets no request."""
    simulator = await lockable(simulators)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    name = f"bridge.local:{simulator.port}"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": name})
    since = len(simulator.requests)
    await announce(hass, announcement(simulator))
    assert entry.data["host"] == name
    assert len(simulator.requests) == since


async def test_nobody_at_either_address(hass: HomeAssistant, simulators: Start) -> None:
    """An entry keeps its address when its bridge answers nowhere."""
    simulator, entry = await protected(hass, simulators)
    before = entry.data["host"]
    await simulator.unplug()
    info = announcement(simulator, port=1)
    assert aborted(await announce(hass, info)) == "already_configured"
    assert entry.data["host"] == before


async def test_one_lost_answer_moves_nobody(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A stranger that repeats the id of a bridge is not asked while all is well."""
    simulator = await lockable(simulators)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    liar = await fake(simulators, simulator)
    simulator.fail_with(503)
    simulator.cut_streams()
    await entry.runtime_data.async_refresh()
    await announce(hass, announcement(liar))
    simulator.heal()
    await searched(hass)
    assert entry.data["host"] == simulator.address
    assert not liar.requests


async def test_two_that_show_one_id(hass: HomeAssistant, simulators: Start) -> None:
    """Where both addresses answer nothing is moved, and the owner is told."""
    simulator = await lockable(simulators)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    liar = await fake(simulators, simulator)
    simulator.fail_with(503)
    simulator.cut_streams()
    for _ in range(3):
        await entry.runtime_data.async_refresh()
    assert entry.runtime_data.is_searching
    simulator.heal()
    await announce(hass, announcement(liar))
    await found(hass)
    assert liar.requests
    assert entry.data["host"] == simulator.address
    issues = {key for _, key in ir.async_get(hass).issues}
    assert issues == {issue_id(entry.entry_id, TWO_BRIDGES)}


@pytest.mark.parametrize("is_late", [False, True])
async def test_heard_before_it_was_missed(
    hass: HomeAssistant, simulators: Start, *, is_late: bool
) -> None:
    """An announcement counts for an hour: a bridge that moves says so only once."""
    simulator = await lockable(simulators)
    entry = created(await add(hass, simulator.address))
    await settled(simulator)
    before = simulator.address
    await simulator.move()
    await announce(hass, announcement(simulator))
    assert entry.data["host"] == before
    if is_late:
        latest = hass.data[FOLLOWED].latest
        for each, (time, announced) in latest.items():
            latest[each] = (time - 3601, announced)
    await searched(hass)
    assert (entry.data["host"] == simulator.address) is not is_late


async def test_removed_while_it_is_followed(
    hass: HomeAssistant, simulators: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry may go while its bridge is looked for."""
    monkeypatch.setattr(following, "_PAUSE_SECONDS", 0.01)
    simulator, entry = await protected(hass, simulators)
    await simulator.move()
    await announce(hass, announcement(simulator))
    simulator.stall()
    for _ in range(3):
        await entry.runtime_data.async_refresh()
    await eventually(lambda: hass.data[FOLLOWED].searching)
    await hass.config_entries.async_remove(entry.entry_id)
    simulator.heal()
    await found(hass)
    await hass.async_block_till_done()
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_many_names_at_one_address(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A host that announces bridge after bridge gets one card."""
    simulator = await lockable(simulators, protection=True)
    for number in range(20):
        await announce(hass, announcement(simulator, serial=f"02A4C61B{number:04X}"))
    assert len(hass.config_entries.flow.async_progress()) == 1
