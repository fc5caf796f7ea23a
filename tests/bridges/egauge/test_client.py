"""The client against the device: what it reads, and how it keeps its login."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.meter_bridge.bridges.egauge.client import EgaugeClient
from custom_components.meter_bridge.bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgePermissionError,
    BridgeRefusedError,
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.obis import NET_POWER, REGISTERS
from tests.bridges.conftest import Connect
from tests.bridges.egauge.conftest import (
    LOGIN,
    QUESTION,
    REGISTER,
    RIGHTS,
    SYSTEM,
    read,
)
from tests.bridges.egauge.device import SERIAL
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.clients import asked

ALERTS = "/api/log/alert"


def _main(believed: Mapping[str, float]) -> dict[str, float]:
    """Return what the main meter says, without the registers as such."""
    return {code: value for code, value in believed.items() if code in REGISTERS}


async def test_it_says_who_it_is(client: EgaugeClient) -> None:
    """Model, serial, firmware and hardware come from the device itself."""
    identity = await client.identify()
    assert identity.serial == SERIAL
    assert (identity.name, identity.model) == ("eGauge-cellar", "EG4030")
    assert (identity.firmware, identity.hardware) == ("4.8.2", "3EA")
    assert identity.pinned == {"scheme": "http", "realm": "eGauge Administration"}


async def test_grid_is_the_main_meter(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Net power is the register Grid, the energies are Grid+ and Grid-."""
    assert _main(await read(client)) == {
        NET_POWER: 321,
        "1.8.0": 11_743_027,
        "2.8.0": 3_184_502,
    }
    simulator.rename("Grid", "GRID")
    simulator.rename("Grid+", "Import")
    simulator.house.export(1500)
    simulator.tick()
    assert _main(await read(client)) == {NET_POWER: -1500}


async def test_one_request_a_poll(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """The system is asked for once a minute, the registers each time."""
    await client.fetch()
    assert asked(simulator) == [QUESTION, LOGIN, SYSTEM, ALERTS, REGISTER]
    since = len(simulator.requests)
    for _ in range(3):
        await client.fetch()
    assert asked(simulator, since) == [REGISTER] * 3
    freezer.tick(61)
    since = len(simulator.requests)
    await client.fetch()
    assert asked(simulator, since) == [SYSTEM, ALERTS, REGISTER]


async def test_the_password_is_never_sent(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """What the device sees first is a question without any login."""
    await client.fetch()
    first = simulator.requests[0]
    assert (first.method, first.path) == ("GET", QUESTION)
    assert "Authorization" not in first.headers


async def test_a_token_is_renewed_before_it_ends(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """Its life counts from when it was asked for; the new one comes in good time."""
    await client.fetch()
    freezer.tick(530)
    since = len(simulator.requests)
    await client.fetch()
    assert asked(simulator, since) == [SYSTEM, ALERTS, REGISTER]
    freezer.tick(15)
    since = len(simulator.requests)
    await client.fetch()
    assert asked(simulator, since) == [QUESTION, LOGIN, REGISTER]


@pytest.mark.parametrize("hours", [-5, 30])
async def test_the_clock_of_the_device_does_not_matter(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    hours: int,
) -> None:
    """With a clock hours off, no login is made in vain and none comes too late."""
    simulator.gate.clock_skew = hours * 3600
    for _ in range(30):
        assert await read(client)
        freezer.tick(60)
    assert asked(simulator).count(LOGIN) == 4


async def test_a_revoked_token_costs_no_poll(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """After a restart the nonce in the 401 is enough for the next login."""
    await client.fetch()
    simulator.gate.revoke()
    since = len(simulator.requests)
    assert await read(client)
    assert asked(simulator, since) == [REGISTER, LOGIN, REGISTER]


async def test_an_expired_nonce_is_replaced(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The login is tried once more with a new nonce, and not for ever."""
    simulator.gate.refusals = ["Nonce expired."]
    assert await read(client)
    assert asked(simulator)[:4] == [QUESTION, LOGIN, QUESTION, LOGIN]
    simulator.gate.revoke()
    simulator.gate.refusals = ["Nonce expired."] * 2
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    assert await read(client)


@pytest.mark.parametrize(
    "wrong", [{"password": "guessed"}, {"username": "guest"}, {"password": ""}]
)
async def test_a_wrong_login_is_told(connect: Connect, wrong: dict[str, str]) -> None:
    """A refusal comes with status 200, and is no answer of a stranger."""
    with pytest.raises(BridgeAuthError):
        await connect(**wrong).identify()


async def test_without_a_login_it_is_recognised(
    simulator: EgaugeSimulator, connect: Connect
) -> None:
    """Who asks like an eGauge is one; nothing is told to it yet."""
    with pytest.raises(BridgeAuthError):
        await connect(username="", password="").identify()
    assert asked(simulator) == [QUESTION]


async def test_a_missing_right_is_not_a_wrong_login(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Both are answered with 401; a token that /auth/rights accepts tells which."""
    simulator.gate.may_view = False
    with pytest.raises(BridgePermissionError):
        await client.identify()
    simulator.gate.may_view = True
    simulator.gate.rights = []
    await client.identify()
    since = len(simulator.requests)
    with pytest.raises(BridgePermissionError):
        await client.command("reboot")
    assert asked(simulator, since)[-1] == RIGHTS
    assert simulator.commands == []


@pytest.mark.parametrize("tells_rights", [True, False])
async def test_alerts_are_for_those_who_may_change_something(
    simulator: EgaugeSimulator, connect: Connect, *, tells_rights: bool
) -> None:
    """Others are not asked to ask; the rights come with the token, or by themselves."""
    simulator.gate.tells_rights = tells_rights
    assert (await connect().fetch()).details.system.alerts == 2
    simulator.gate.rights = ["ctrl"]
    since = len(simulator.requests)
    assert (await connect().fetch()).details.system.alerts is None
    assert ALERTS not in asked(simulator, since)


async def test_what_may_be_missing_does_no_harm(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Neither the log of alerts nor the host name is worth a failure."""
    simulator.fail_with(404, path=ALERTS)
    simulator.fail_with(404, path="/api/config/net/hostname")
    assert (await client.identify()).name is None
    assert (await client.fetch()).details.system.alerts is None


async def test_the_device_is_asked_anew_after_an_outage(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Another one may have the address by then: no token goes there in advance."""
    await client.fetch()
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    await simulator.plug_in()
    simulator.serial = "G4711"
    since = len(simulator.requests)
    assert (await client.fetch()).serial == "G4711"
    assert asked(simulator, since)[:3] == [QUESTION, LOGIN, SYSTEM]


@pytest.mark.parametrize(
    "body", [b"null", b"{}", b'{"result": {}}', b'{"result": {"sn": 7}}']
)
async def test_a_system_without_number_is_no_egauge(
    simulator: EgaugeSimulator, client: EgaugeClient, body: bytes
) -> None:
    """The serial number is what the entry is known by."""
    simulator.garble(body, path=SYSTEM)
    with pytest.raises(BridgeResponseError):
        await client.identify()


async def test_an_error_with_status_200_is_told(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The device's own words come through."""
    simulator.garble(b'{"error": "Out of memory."}', path=REGISTER)
    with pytest.raises(BridgeRefusedError, match="Out of memory"):
        await client.fetch()


async def test_rates_that_are_not_sent_are_worked_out(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Two counters and the time between them tell the mean rate."""
    simulator.without_rates = True
    first = await read(client)
    assert "register_7_power" not in first
    assert first["register_18_discrete"] == 5
    simulator.house.draw(600)
    simulator.house.advance(30)
    simulator.tick()
    second = await read(client)
    assert second["register_7_power"] == 600
    assert second["register_15_temperature"] == 14.375


async def test_the_times_of_the_device(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """Restart and clock are told to the second, and do not wobble."""
    now = datetime(2026, 6, 1, 10, tzinfo=UTC)
    freezer.move_to(now)
    simulator.gate.clock_skew = -7200.25
    system = (await client.fetch()).details.system
    assert system.time_offset == -7200
    assert system.last_restart == now - timedelta(hours=2)
    simulator.gate.clock_skew, simulator.booted_at = -7200.9, simulator.booted_at + 3
    freezer.tick(61)
    simulator.house.advance(61)
    assert (await client.fetch()).details.system == system
    simulator.garble(b'{"result": {"sn": "G47110", "uptime": 1e14}}', path=SYSTEM)
    freezer.tick(61)
    odd = (await client.fetch()).details.system
    assert (odd.time_offset, odd.last_restart) == (None, None)
    simulator.garble(b'{"result": {"sn": "G47110", "uptime": -1}}', path=SYSTEM)
    freezer.tick(61)
    assert (await client.fetch()).details.system.last_restart is None
    simulator.heal()
    simulator.house.advance(122)
    simulator.gate.clock_skew, simulator.booted_at = 5, now.timestamp()
    freezer.tick(61)
    simulator.house.advance(61)
    later = (await client.fetch()).details.system
    assert (later.time_offset, later.last_restart) == (5, now)


@pytest.mark.parametrize("refusal", ["404", "400", "500", "Unknown parameter."])
async def test_a_system_without_a_filter_is_read_piece_by_piece(
    simulator: EgaugeSimulator,
    client: EgaugeClient,
    freezer: FrozenDateTimeFactory,
    refusal: str,
) -> None:
    """What an older firmware does not filter it still tells; the rest is left out."""
    simulator.refuses_filter, simulator.unknown_parts = refusal, {"boot"}
    identity = await client.identify()
    assert (identity.serial, identity.model) == (SERIAL, "EG4030")
    assert (identity.firmware, identity.hardware) == ("4.8.2", "3EA")
    system = (await client.fetch()).details.system
    assert system.last_restart
    assert system.boot_reason is None
    since = len(simulator.requests)
    freezer.tick(61)
    await client.fetch()
    # It is not asked for a filter again.
    assert asked(simulator, since).count(SYSTEM) == 0


async def test_a_device_that_does_not_say_who_it_is_is_none(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Without filter and without serial number nobody knows which device it is."""
    simulator.refuses_filter, simulator.unknown_parts = "404", {"sn"}
    with pytest.raises(BridgeResponseError):
        await client.identify()
