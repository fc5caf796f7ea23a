"""The client against the simulator: identity, and what a poll reads."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.errors import (
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.iometer.client import IOmeterClient
from custom_components.meter_bridge.bridges.iometer.models import Status
from tests.bridges.conftest import Connect
from tests.bridges.iometer.conftest import JSON, READING, STATUS, asked
from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.accounts import shown
from tests.support.clients import power
from tests.support.simulator import Simulator


async def test_it_tells_who_it_is(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """The device id identifies a bridge; the number of its meter is another id."""
    assert await client.identify() == Identity(
        serial=simulator.device_id,
        also=frozenset({simulator.meter_number, str(simulator.installation_id)}),
        model="IOmeter Bridge",
        firmware="build-69",
        pinned={
            "installation": str(simulator.installation_id),
            "serial": simulator.device_id,
            "meter": simulator.meter_number,
        },
    )
    assert asked(simulator) == [(STATUS, JSON)]


@pytest.mark.parametrize("meter", ["null", "absent"])
async def test_no_meter_yet(
    simulator: IometerSimulator, client: IOmeterClient, meter: str
) -> None:
    """Without a meter, bridge and core are known and there is no reading."""
    setattr(simulator, "meter", meter)  # noqa: B010
    simulator.forget()
    identity = await client.identify()
    assert identity.serial == simulator.device_id
    assert identity.also == {simulator.installation_id}
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.serial == simulator.device_id
    assert snapshot.details.pin == "entered"
    assert snapshot.details.meter_number is None


@pytest.mark.parametrize("has_installation", [True, False])
async def test_without_status_it_is_known_by_its_installation(
    simulator: IometerSimulator, client: IOmeterClient, *, has_installation: bool
) -> None:
    """A bridge without the status endpoint is identified by its meter."""
    simulator.has_status = False
    if not has_installation:
        simulator.installation_id = None
        simulator.tick()
    identity = await client.identify()
    known = simulator.installation_id or simulator.meter_number
    assert identity.serial == known
    assert identity.also == {simulator.meter_number} - {known}
    assert identity.firmware is None
    snapshot = await client.fetch()
    assert snapshot.serial == known
    assert snapshot.details == Status(meter_number=simulator.meter_number)
    assert power(snapshot) == 321


async def test_a_status_that_appears_later_is_no_other_bridge(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """A bridge that had no status stays known as it is until it is asked anew."""
    simulator.has_status = False
    identity = await client.identify()
    await client.fetch()
    simulator.has_status = True
    snapshot = await client.fetch()
    assert snapshot.serial == identity.serial
    assert snapshot.details.pin == "entered"
    simulator.forget()
    assert (await client.fetch()).serial == identity.serial
    assert identity.serial in (await client.identify()).also


async def test_a_status_that_disappears_is_forgotten(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """If the status endpoint disappears, its earlier values are not used any more."""
    await client.identify()
    await client.fetch()
    simulator.has_status = False
    snapshot = await client.fetch()
    assert snapshot.details == Status(meter_number=simulator.meter_number)
    assert snapshot.serial is None
    assert power(snapshot) == 321


async def test_fetch_reads_everything(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """A poll is two requests, one after the other, in OBIS codes, Wh and W."""
    simulator.house.export(785, phase=2)
    simulator.tick()
    snapshot = await client.fetch()
    (reading,) = snapshot.readings
    assert reading.values == {
        "1.8.0": 11743027,
        "1.8.1": 8957276,
        "1.8.2": 2785751,
        "2.8.0": 3184502,
        "16.7.0": 144 - 785 + 65,
        "36.7.0": 144,
        "56.7.0": -785,
        "76.7.0": 65,
    }
    assert reading.time == datetime(2026, 6, 1, 10, 0, 1, tzinfo=UTC)
    assert reading.meter.serial == simulator.meter_number
    assert snapshot.details == Status(
        core_connected=True,
        core_attached=True,
        pin="entered",
        power_supply="wired",
        bridge_rssi=-48,
        core_rssi=-61,
        bridge_version="build-69",
        core_version="build-62",
        meter_number=simulator.meter_number,
    )
    assert (snapshot.serial, snapshot.firmware) == (simulator.device_id, "build-69")
    assert asked(simulator) == [(READING, JSON), (STATUS, JSON)]
    assert simulator.most_at_once == 1


async def test_variants_of_meter(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Upper case, the total under phase 1, and a meter without its PIN."""
    simulator.upper_case = True
    simulator.tick()
    (reading,) = (await client.fetch()).readings
    assert reading.values["76.7.0"] == 65
    simulator.total_as_phase_1 = True
    simulator.has_tariffs = False
    simulator.tick()
    (reading,) = (await client.fetch()).readings
    assert shown(reading) == {"1.8.0": 11743027, "2.8.0": 3184502, "16.7.0": 321}
    simulator.pin = "missing"
    simulator.tick()
    (reading,) = (await client.fetch()).readings
    assert reading.values == {"1.8.0": 11743000}


async def test_variants_of_core(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """On battery, detached, disconnected: values that are not sent are None."""
    simulator.power_status = "battery"
    details = (await client.fetch()).details
    assert (details.power_supply, details.battery) == ("battery", 87)
    simulator.battery_level = None
    assert (await client.fetch()).details.battery is None
    simulator.attachment = "detached"
    details = (await client.fetch()).details
    assert (details.core_attached, details.pin) == (False, None)
    simulator.connection = "disconnected"
    simulator.bridge_rssi = simulator.bridge_version = None
    details = (await client.fetch()).details
    assert details == Status(core_connected=False, meter_number=simulator.meter_number)


async def test_nothing_at_all_is_no_iometer(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """A server that has neither path is not taken for a bridge without readings."""
    simulator.forget()
    assert (await client.fetch()).readings == ()
    simulator.has_status = False
    for ask in (client.identify, client.fetch):
        with pytest.raises(BridgeResponseError):
            await ask()


STRANGERS: Mapping[str, bytes] = {
    "other": b'{"__typename": "other.v1", "device": {"id": "1"}}',
    "odd type": b'{"__typename": ["iometer."]}',
}


@pytest.mark.parametrize("body", STRANGERS.values(), ids=STRANGERS)
async def test_something_else_answers(
    simulator: Simulator, client: IOmeterClient, body: bytes
) -> None:
    """JSON of another device is refused."""
    simulator.garble(body)
    for ask in (client.identify, client.fetch):
        with pytest.raises(BridgeResponseError):
            await ask()


async def test_set_up_asks_each_question_once(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """A bridge that takes its time is not asked again for what it has just said."""
    await client.identify()
    assert (await client.fetch()).readings
    assert sorted(asked(simulator)) == sorted([(STATUS, JSON), (READING, JSON)])
    await client.fetch()
    assert len(simulator.requests) == 4


async def test_without_status_set_up_asks_each_question_once(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Nor is a bridge that has no status."""
    simulator.has_status = False
    await client.identify()
    assert (await client.fetch()).readings
    assert asked(simulator) == [(STATUS, JSON), (READING, JSON)]


async def test_another_meter_leaves_it_the_same_bridge(
    simulator: IometerSimulator, connect: Connect
) -> None:
    """What was pinned at first contact outlives the meter, and a status that comes."""
    simulator.has_status = False
    first = await connect().identify()
    old = simulator.meter_number
    pinned = first.pinned
    simulator.meter_number = "1NEW0000000009"
    simulator.tick()
    assert old in (await connect(pinned=pinned).identify()).also
    assert old not in (await connect().identify()).also
    simulator.has_status = True
    later = await connect(pinned=pinned).identify()
    assert later.serial == simulator.device_id
    assert {old, first.serial} <= later.also
    assert later.pinned == pinned
