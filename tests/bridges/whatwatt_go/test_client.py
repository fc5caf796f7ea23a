"""The client against the simulator: who it is, what a poll reads, the buttons."""

import asyncio

import pytest

from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.errors import (
    BridgeError,
)
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.whatwatt_go import client as module
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from custom_components.meter_bridge.bridges.whatwatt_go.variables import VARIABLES
from tests.bridges.whatwatt_go.conftest import LIVE, REPORT, SETTINGS, SYSTEM
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.clients import asked, values
from tests.support.waiting import eventually


async def test_it_tells_who_it_is(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """The id of the device identifies it, not its name or address."""
    simulator.name = "Keller"
    assert await client.identify() == Identity(
        serial="02A4C61B9D5E",
        name="Keller",
        model="WW Go 1.3",
        firmware="2.8.2",
        mac="02A4C61B9D5E",
        is_open=True,
    )
    assert asked(simulator) == [SYSTEM]


async def test_a_licensed_device_is_asked_for_its_report(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """A poll is one request, with the system beside it once a minute."""
    snapshot = await client.fetch()
    assert (snapshot.serial, snapshot.firmware) == ("02A4C61B9D5E", "2.8.2")
    assert values(snapshot)[NET_POWER] == 321
    assert values(snapshot)["1.8.0"] == 11743027
    assert snapshot.details.conv_factor == 1
    await client.fetch()
    assert asked(simulator) == [SYSTEM, REPORT, *SETTINGS, VARIABLES, REPORT]
    assert simulator.most_at_once == 1


async def test_a_free_device_is_read_from_its_stream(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Without a licence a poll takes one event; the report is left for an hour."""
    simulator.license = "FREE"
    for watts in (700, 800):
        simulator.house.draw(watts)
        task = asyncio.create_task(client.fetch())
        await eventually(lambda: simulator.open_streams == 1)
        simulator.push_raw(b"event: other\ndata: {}\n\n")
        simulator.tick()
        assert values(await task)[NET_POWER] == watts
        await eventually(lambda: simulator.open_streams == 0)
    assert asked(simulator) == [SYSTEM, REPORT, LIVE, *SETTINGS, LIVE]


async def test_a_licence_that_was_bought_is_noticed(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report is asked for again as soon as the device names another licence."""
    monkeypatch.setattr(module, "_SYSTEM_SECONDS", 0.0)
    monkeypatch.setattr(module, "_ONE_EVENT_SECONDS", 0.05)
    simulator.license = "FREE"
    assert values(await client.fetch()) == {}
    simulator.license = "PLUS"
    assert values(await client.fetch())[NET_POWER] == 321
    first = [SYSTEM, REPORT, LIVE, *SETTINGS]
    assert asked(simulator) == [*first, SYSTEM, REPORT, VARIABLES]


async def test_a_quiet_meter_is_no_error(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a licence and without an event there is a snapshot without a reading."""
    monkeypatch.setattr(module, "_ONE_EVENT_SECONDS", 0.05)
    simulator.license = "FREE"
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.details.license == "free"
    await eventually(lambda: simulator.open_streams == 0)


async def test_a_meter_that_cannot_be_read(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Without a good status there is no reading, and the status says why."""
    assert values(await client.fetch())
    simulator.status = "KEY REQUIRED"
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.details.meter_status == "key_required"
    simulator.license = "FREE"
    assert (await client.fetch()).readings == ()
    assert LIVE not in asked(simulator)


async def test_buttons_reach_the_device(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """Reboot and WPS are plain requests; a refusal is an error of ours."""
    await client.start_wps()
    assert simulator.pairings == 1
    await client.reboot()
    assert simulator.reboots == 1
    simulator.fail_with(429)
    await eventually(lambda: simulator.rebooting and simulator.rebooting.done())
    with pytest.raises(BridgeError):
        await client.reboot()
