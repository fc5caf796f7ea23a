"""The client against the simulator: identity, readings and errors."""

from dataclasses import replace

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.meter_bridge.bridges.client import Access, Identity
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    MeterNotReadyError,
)
from custom_components.meter_bridge.bridges.octopus_home_pro import client as module
from custom_components.meter_bridge.bridges.octopus_home_pro.client import (
    OctopusHomeProClient,
)
from custom_components.meter_bridge.bridges.octopus_home_pro.models import MeterDetails
from custom_components.meter_bridge.bridges.snapshot import Meter
from custom_components.meter_bridge.bridges.transport.address import parse_address
from tests.bridges.octopus_home_pro.conftest import (
    CONSUMPTION,
    ELEC,
    GAS,
    INFO,
    STATUS,
    Clock,
    readings,
)
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator

pytestmark = pytest.mark.usefixtures("impatience")

type Client = OctopusHomeProClient
type Home = OctopusHomeProSimulator


async def test_it_tells_who_it_is(simulator: Home, client: Client) -> None:
    """The electricity meter identifies a Home Pro; other ids are additional."""
    electricity, gas = simulator.electricity, simulator.gas
    assert await client.identify() == Identity(
        serial=electricity.eui,
        also=frozenset({electricity.eui, electricity.serial, gas.eui, gas.serial}),
        model="Home Pro",
        pinned={"electricity": electricity.eui, "gas": gas.eui},
    )
    assert simulator.asked == [(INFO, ELEC), (INFO, GAS)]


async def test_its_requests(simulator: Home, client: Client) -> None:
    """Each request is a POST on a connection of its own, one after another."""
    await client.identify()
    snapshot = await client.fetch()
    assert simulator.asked[2:] == [
        (CONSUMPTION, ELEC),
        (CONSUMPTION, GAS),
        (STATUS, ELEC),
        (STATUS, GAS),
        (INFO, ELEC),
    ]
    assert simulator.most_at_once == 1
    assert {request.method for request in simulator.requests} == {"POST"}
    assert {request.headers["Connection"] for request in simulator.requests} == {
        "close"
    }
    assert snapshot.serial == simulator.electricity.eui
    assert [reading.meter for reading in snapshot.readings] == [
        Meter(
            key="electricity",
            serial=simulator.electricity.serial,
            stale_after=300,
        ),
        Meter(
            key="gas",
            medium=snapshot.readings[1].meter.medium,
            serial=simulator.gas.serial,
            stale_after=7200,
        ),
    ]


async def test_personal_data_stays_where_it_is(
    simulator: Home, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """The owner's grid numbers appear neither in snapshots nor in a log."""
    caplog.set_level("DEBUG")
    known = f"{await client.identify()}{await client.fetch()}{caplog.text}"
    assert simulator.electricity.siteid not in known
    assert simulator.gas.siteid not in known


@pytest.mark.parametrize("status", ["SUCCESS", "Success", None])
@pytest.mark.parametrize("decoded", [False, True])
async def test_dialects(
    simulator: Home, client: Client, status: str | None, decoded: object
) -> None:
    """Every spelling of success is accepted, and a payload that is an object."""
    simulator.status, simulator.decoded = status, bool(decoded)
    assert (await client.identify()).serial == simulator.electricity.eui
    assert await readings(client) == {
        "electricity": {"1.8.0": 11743027, "16.7.0": 321},
        "gas": {"3.0.0": 4711.018, "1.8.0": 52860606},
    }


async def test_known_by_serial(simulator: Home, client: Client) -> None:
    """A meter without an address is identified by its serial."""
    simulator.electricity.eui = ""
    identity = await client.identify()
    assert identity.serial == simulator.electricity.serial
    assert (await client.fetch()).serial == identity.serial


async def test_an_address_that_appears_later(
    simulator: Home,
    client: Client,
    access: Access,
    session: ClientSession,
    clock: Clock,
) -> None:
    """A meter identified by its serial keeps that identity."""
    eui, simulator.electricity.eui = simulator.electricity.eui, ""
    identity = await client.identify()
    simulator.electricity.eui = eui
    again = await OctopusHomeProClient(access, session).identify()
    assert identity.serial in again.also
    clock.now += 3600
    assert (await client.fetch()).serial == identity.serial


async def test_gas_alone(simulator: Home, client: Client) -> None:
    """Without an electricity meter, the gas meter identifies a Home Pro."""
    simulator.has_electricity = False
    assert (await client.identify()).serial == simulator.gas.eui
    snapshot = await client.fetch()
    assert [reading.meter.key for reading in snapshot.readings] == ["gas"]
    assert snapshot.serial == simulator.gas.eui
    assert snapshot.details.electricity == MeterDetails()


async def test_electricity_alone(simulator: Home, client: Client) -> None:
    """Without a gas meter there are no values of gas."""
    simulator.has_gas = False
    identity = await client.identify()
    assert identity.pinned == {"electricity": simulator.electricity.eui}
    assert await readings(client) == {"electricity": {"1.8.0": 11743027, "16.7.0": 321}}
    assert (STATUS, GAS) not in simulator.asked


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_no_meter_at_all(simulator: Home, client: Client, status: int) -> None:
    """A Home Pro without any meter cannot be identified."""
    simulator.refuse(status)
    with pytest.raises(MeterNotReadyError):
        await client.identify()
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.serial is None


async def test_meters_without_ids(simulator: Home, client: Client) -> None:
    """Meters without ids have neither identity nor values."""
    for meter in (simulator.electricity, simulator.gas):
        meter.eui = meter.serial = ""
    with pytest.raises(MeterNotReadyError):
        await client.identify()
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.serial is None


async def pinned(client: Client, access: Access, session: ClientSession) -> Client:
    """Return a client with the stored data of a set-up by another client."""
    identity = await client.identify()
    return OctopusHomeProClient(replace(access, pinned=identity.pinned), session)


async def test_electricity_out_of_reach_at_start(
    simulator: Home, client: Client, access: Access, session: ClientSession
) -> None:
    """While electricity is out of reach, the gas meter identifies the Home Pro."""
    again = await pinned(client, access, session)
    simulator.refuse(meter=ELEC)
    identity = await again.identify()
    assert simulator.electricity.eui in identity.also
    assert identity.pinned == {
        "electricity": simulator.electricity.eui,
        "gas": simulator.gas.eui,
    }
    assert [reading.meter.key for reading in (await again.fetch()).readings] == ["gas"]
    simulator.heal()
    snapshot = await again.fetch()
    assert len(snapshot.readings) == 2
    assert snapshot.serial in {identity.serial, *identity.also}


async def test_only_an_unknown_meter_in_reach(
    simulator: Home, client: Client, access: Access, session: ClientSession
) -> None:
    """While the known meter is out of reach, it is not taken for another Home Pro."""
    simulator.has_gas = False
    again = await pinned(client, access, session)
    simulator.has_gas = True
    simulator.refuse(meter=ELEC)
    with pytest.raises(MeterNotReadyError):
        await again.identify()


async def test_replaced_electricity_meter(
    simulator: Home, client: Client, access: Access, session: ClientSession
) -> None:
    """With a replaced electricity meter and the same gas meter, it is the same."""
    before = simulator.electricity.eui
    again = await pinned(client, access, session)
    simulator.electricity.eui = "02A1B2FFFEC30099"
    identity = await again.identify()
    assert before in identity.also
    assert identity.pinned["electricity"] == "02A1B2FFFEC30099"


async def test_another_home_pro(
    simulator: Home, client: Client, access: Access, session: ClientSession
) -> None:
    """A Home Pro with other meters is another one."""
    before = simulator.electricity.eui
    again = await pinned(client, access, session)
    simulator.electricity.eui = "02A1B2FFFEC30099"
    simulator.gas.eui = "02A1B2FFFEC30098"
    assert before not in (await again.identify()).also


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("192.0.2.7", "http://192.0.2.7:3000"),
        ("192.0.2.7:8080", "http://192.0.2.7:8080"),
        ("https://home-pro.lan", "https://home-pro.lan:3000"),
    ],
)
async def test_port(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch, typed: str, url: str
) -> None:
    """The default port is 3000; an entered port is used instead."""
    urls: list[URL] = []
    monkeypatch.setattr(module, "BridgeHttp", lambda url, **_more: urls.append(url))
    OctopusHomeProClient(Access(address=parse_address(typed)), session)
    assert urls == [URL(url)]


async def test_slow_reply(simulator: Home, client: Client) -> None:
    """A slow reply ends in a timeout."""
    simulator.delay = 1
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    simulator.heal()
    assert len(await readings(client)) == 2


async def test_gas_that_fails_while_it_is_identified(
    simulator: Home, client: Client
) -> None:
    """Only the meter that identifies it is needed for its identity."""
    simulator.omit("payload", GAS)
    identity = await client.identify()
    assert identity.serial == simulator.electricity.eui
