"""How often the Home Pro is polled for what, and the effect of a failure."""

from collections import Counter

import pytest

from custom_components.meter_bridge.bridges.errors import BridgeConnectionError
from custom_components.meter_bridge.bridges.octopus_home_pro.client import (
    OctopusHomeProClient,
)
from custom_components.meter_bridge.bridges.octopus_home_pro.models import (
    MeterDetails,
    Status,
)
from tests.bridges.octopus_home_pro.conftest import (
    CONSUMPTION,
    ELEC,
    GAS,
    INFO,
    STATUS,
    Clock,
    readings,
)
from tests.bridges.octopus_home_pro.han import HanMeter
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator

pytestmark = pytest.mark.usefixtures("impatience")

type Client = OctopusHomeProClient
type Home = OctopusHomeProSimulator

STATUS_PATH = f"/{STATUS}"
CONSUMPTION_PATH = f"/{CONSUMPTION}"
INFO_PATH = f"/{INFO}"


def meters(simulator: Home) -> tuple[HanMeter, HanMeter]:
    """Return both meters."""
    return simulator.electricity, simulator.gas


async def polled(
    simulator: Home, client: Client, clock: Clock, seconds: float, every: float = 10
) -> Counter[tuple[str, str]]:
    """Poll for some time; return the number of requests of each kind."""
    since = len(simulator.asked)
    end = clock.now + seconds
    while clock.now < end:
        clock.now += every
        await client.fetch()
    return Counter(simulator.asked[since:])


async def test_an_hour(simulator: Home, client: Client, clock: Clock) -> None:
    """Electricity and identity are polled every 10 s, gas and status every minute."""
    await client.identify()
    await client.fetch()
    assert await polled(simulator, client, clock, 3600) == {
        (CONSUMPTION, ELEC): 360,
        (CONSUMPTION, GAS): 60,
        (STATUS, ELEC): 60,
        (STATUS, GAS): 60,
        (INFO, ELEC): 360,
        (INFO, GAS): 1,
    }
    assert simulator.most_at_once == 1


@pytest.mark.parametrize("every", [9.98, 10.1])
async def test_polls_out_of_step(
    simulator: Home, client: Client, clock: Clock, every: float
) -> None:
    """A poll that is a little early or late skips no minute."""
    await client.fetch()
    asked = await polled(simulator, client, clock, 600, every)
    assert asked[CONSUMPTION, GAS] == asked[STATUS, ELEC] == pytest.approx(10, abs=1)


async def test_no_gas_costs_a_probe_now_and_then(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """If there was never a gas meter, it is requested every 15 minutes only."""
    simulator.has_gas = False
    await client.identify()
    await client.fetch()
    asked = await polled(simulator, client, clock, 1800)
    assert {call: count for (call, meter), count in asked.items() if meter == GAS} == {
        CONSUMPTION: 2
    }


@pytest.mark.parametrize("no_meter", [(200, "failed"), (404, "none"), (500, "error")])
async def test_gas_that_appears_later(
    simulator: Home, client: Client, clock: Clock, no_meter: tuple[int, str]
) -> None:
    """A new gas meter is found within 15 minutes, with its status and serial."""
    simulator.has_gas, simulator.no_meter = False, no_meter
    await client.identify()
    assert list(await readings(client)) == ["electricity"]
    simulator.has_gas = True
    await polled(simulator, client, clock, 890)
    assert list(await readings(client)) == ["electricity"]
    clock.now += 10
    snapshot = await client.fetch()
    assert snapshot.readings[1].meter.serial == simulator.gas.serial
    assert snapshot.details.gas.status.supply == "on"
    assert snapshot.details.gas.rssi == -75
    assert snapshot.serial == simulator.electricity.eui
    asked = await polled(simulator, client, clock, 600)
    assert asked[CONSUMPTION, GAS] == asked[STATUS, GAS] == 10


async def test_a_miss_of_gas_changes_nothing(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """A single failed request for gas removes no value, and is repeated soon."""
    before = await client.fetch()
    clock.now += 60
    simulator.garble(b"oops", STATUS_PATH)
    assert await client.fetch() == before
    simulator.heal()
    simulator.electricity.mstatus = 1
    clock.now += 60
    assert (await client.fetch()).details.electricity.status.bits == 1


async def test_no_answer_for_long(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """Values that were not sent again for ten minutes are removed."""
    await client.fetch()
    simulator.garble(b"oops", STATUS_PATH)
    await polled(simulator, client, clock, 600)
    assert (await client.fetch()).details.gas.status.supply == "on"
    await polled(simulator, client, clock, 60)
    details = (await client.fetch()).details
    assert details.gas.status == details.electricity.status == Status()
    assert details.gas.rssi == -75


async def test_silence_is_waited_for_once(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """After a timeout, requests that are not urgent wait for the next poll."""
    await client.identify()
    await client.fetch()
    simulator.stall(STATUS_PATH)
    clock.now += 60
    since = len(simulator.requests)
    await client.fetch()
    paths = [request.path for request in simulator.requests[since:]]
    assert paths == [CONSUMPTION_PATH, CONSUMPTION_PATH, STATUS_PATH, INFO_PATH]
    clock.now += 10
    since = len(simulator.requests)
    simulator.heal()
    await client.fetch()
    paths = [request.path for request in simulator.requests[since:]]
    assert paths == [CONSUMPTION_PATH, STATUS_PATH, INFO_PATH]


async def test_gas_out_of_reach(simulator: Home, client: Client, clock: Clock) -> None:
    """A lost gas meter has no reading, and is back within a minute."""
    await client.identify()
    await client.fetch()
    simulator.refuse(meter=GAS)
    clock.now += 60
    snapshot = await client.fetch()
    assert [reading.meter.key for reading in snapshot.readings] == ["electricity"]
    assert snapshot.details.gas == MeterDetails(rssi=-75)
    simulator.heal()
    clock.now += 60
    assert list(await readings(client)) == ["electricity", "gas"]


async def test_electricity_out_of_reach(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """A lost electricity meter does not affect gas."""
    await client.fetch()
    simulator.refuse(404, meter=ELEC)
    clock.now += 10
    assert list(await readings(client)) == ["gas"]
    simulator.heal()
    clock.now += 10
    assert list(await readings(client)) == ["electricity", "gas"]


async def test_another_takes_its_place(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """Another Home Pro is detected by its first answer, none of which is kept."""
    identity = await client.identify()
    mine = await client.fetch()
    ours = [(each, each.eui, each.serial) for each in meters(simulator)]
    for number, meter in enumerate(meters(simulator)):
        meter.eui, meter.serial = f"02A1B2FFFEC3009{number}", f"99T000009{number}"
        meter.consumption = 98765432
    clock.now += 60
    snapshot = await client.fetch()
    assert snapshot.serial == "02A1B2FFFEC30090"
    assert snapshot.serial not in identity.also
    assert snapshot.readings == ()
    for meter, meter.eui, meter.serial in ours:
        meter.consumption = None
    clock.now += 10
    assert await client.fetch() == mine


async def test_nothing_is_believed_without_a_proof(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """Values are used only once the meter has identified itself."""
    await client.identify()
    await client.fetch()
    clock.now += 60
    simulator.fail_with(503, path=INFO_PATH)
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    simulator.heal()
    simulator.garble(b'{"Status": "failed"}', INFO_PATH)
    clock.now += 10
    snapshot = await client.fetch()
    assert (snapshot.readings, snapshot.serial) == ((), None)
    simulator.heal()
    clock.now += 10
    assert list(await readings(client)) == ["electricity", "gas"]


async def test_gas_proves_who_it_is(
    simulator: Home, client: Client, clock: Clock
) -> None:
    """With a replaced electricity meter, the gas meter identifies the Home Pro."""
    identity = await client.identify()
    simulator.electricity.eui = "02A1B2FFFEC30099"
    simulator.electricity.serial = "99T0000099"
    clock.now += 10
    snapshot = await client.fetch()
    assert snapshot.serial in identity.also
    assert len(snapshot.readings) == 2
