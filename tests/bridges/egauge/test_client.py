"""The client of an eGauge: what it reads, and how it renews its login."""

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
    """Return the main meter's values, without those of single registers."""
    return {code: value for code, value in believed.items() if code in REGISTERS}


async def test_identity(client: EgaugeClient) -> None:
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
    """Each poll requests the registers; system and alerts are read once a minute."""
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
    """The first request has no Authorization header."""
    await client.fetch()
    first = simulator.requests[0]
    assert (first.method, first.path) == ("GET", QUESTION)
    assert "Authorization" not in first.headers


async def test_a_token_is_renewed_before_it_ends(
    simulator: EgaugeSimulator, client: EgaugeClient, freezer: FrozenDateTimeFactory
) -> None:
    """Its life counts from its request; it is replaced a minute before it ends."""
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
    """The client logs in no more often if the device's clock is hours off."""
    simulator.gate.clock_skew = hours * 3600
    for _ in range(30):
        assert await read(client)
        freezer.tick(60)
    assert asked(simulator).count(LOGIN) == 4


async def test_a_revoked_token_costs_no_poll(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The 401 contains a new nonce, so the same poll logs in again and succeeds."""
    await client.fetch()
    simulator.gate.revoke()
    since = len(simulator.requests)
    assert await read(client)
    assert asked(simulator, since) == [REGISTER, LOGIN, REGISTER]


async def test_an_expired_nonce_is_replaced(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The login is tried once more with a new nonce; a second failure is an error."""
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
async def test_a_wrong_login(connect: Connect, wrong: dict[str, str]) -> None:
    """The device refuses with status 200; it is still recognised as an eGauge."""
    with pytest.raises(BridgeAuthError):
        await connect(**wrong).identify()


async def test_without_a_login_it_is_recognised(
    simulator: EgaugeSimulator, connect: Connect
) -> None:
    """The challenge alone shows that it is an eGauge; no login is sent."""
    with pytest.raises(BridgeAuthError):
        await connect(username="", password="").identify()
    assert asked(simulator) == [QUESTION]


async def test_a_missing_right_is_not_a_wrong_login(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Both give 401; if /auth/rights accepts the token, a right is missing."""
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
async def test_alerts_need_the_right_to_save(
    simulator: EgaugeSimulator, connect: Connect, *, tells_rights: bool
) -> None:
    """Without it, alerts are not requested. Older firmware tells rights separately."""
    simulator.gate.tells_rights = tells_rights
    assert (await connect().fetch()).details.system.alerts == 2
    simulator.gate.rights = ["ctrl"]
    since = len(simulator.requests)
    assert (await connect().fetch()).details.system.alerts is None
    assert ALERTS not in asked(simulator, since)


async def test_alerts_and_host_name_may_be_missing(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """A 404 for either leaves the value empty; everything else is read."""
    simulator.fail_with(404, path=ALERTS)
    simulator.fail_with(404, path="/api/config/net/hostname")
    assert (await client.identify()).name is None
    assert (await client.fetch()).details.system.alerts is None


async def test_an_outage_ends_the_login(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """Another device may have the address by then, so no token is sent at first."""
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
    """An answer without a serial number is refused: entries are known by it."""
    simulator.garble(body, path=SYSTEM)
    with pytest.raises(BridgeResponseError):
        await client.identify()


async def test_an_error_with_status_200(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The error has the device's own words."""
    simulator.garble(b'{"error": "Out of memory."}', path=REGISTER)
    with pytest.raises(BridgeRefusedError, match="Out of memory"):
        await client.fetch()


async def test_rates_that_are_not_sent(
    simulator: EgaugeSimulator, client: EgaugeClient
) -> None:
    """The mean rate is worked out from two counts and the time between them."""
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
    """Last restart and clock offset are whole seconds, and do not vary with delays."""
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
    """Without a filter, each part is requested alone; missing parts are left out."""
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
    """A device without the filter and without a serial number is refused."""
    simulator.refuses_filter, simulator.unknown_parts = "404", {"sn"}
    with pytest.raises(BridgeResponseError):
        await client.identify()
