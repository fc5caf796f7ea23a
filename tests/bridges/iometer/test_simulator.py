"""Test the simulator with the vendor's own client and over plain HTTP."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
import json
import socket
from typing import override

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from iometer import (  # type: ignore[import-untyped]
    IOmeterClient,
    IOmeterConnectionError,
    IOmeterNoReadingsError,
    IOmeterNoStatusError,
    IOmeterSSEClient,
)
import pytest

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")


class OnePort(AbstractResolver):
    """Find the simulator under every name: the vendor's client takes no port."""

    def __init__(self, simulator: IometerSimulator) -> None:
        """Remember where to look."""
        self._simulator = simulator

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Lead every host to the simulator's address."""
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._simulator.port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Hold nothing open."""


@pytest.fixture
async def simulator() -> AsyncIterator[IometerSimulator]:
    """Run a bridge on loopback."""
    simulator = IometerSimulator(House())
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http(simulator: IometerSimulator) -> AsyncIterator[ClientSession]:
    """Open a session that finds the simulator as http://iometer."""
    connector = TCPConnector(resolver=OnePort(simulator), use_dns_cache=False)
    timeout = ClientTimeout(total=5)
    async with ClientSession(connector=connector, timeout=timeout) as session:
        yield session


@pytest.fixture
def client(http: ClientSession) -> IOmeterClient:
    """Make the vendor's polling client."""
    return IOmeterClient("iometer", 5, http)


@pytest.fixture
def listener(http: ClientSession) -> IOmeterSSEClient:
    """Make the vendor's streaming client."""
    return IOmeterSSEClient("iometer", 5, http)


async def registers(http: ClientSession) -> dict[str, float]:
    """Fetch the reading as a mapping of the device's own codes."""
    async with http.get("http://iometer/v1/reading") as response:
        reading = await response.json()
    return {
        register["obis"]: register["value"]
        for register in reading["meter"]["reading"]["registers"]
    }


async def test_the_vendors_client_reads_the_house(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Counters in Wh and signed power in W come out as the house has them."""
    reading = await client.get_current_reading()
    assert reading.meter.number == simulator.meter_number
    assert reading.installation_id == simulator.installation_id
    assert reading.meter.reading.time == simulator.house.now
    assert reading.get_total_consumption() == 11743027
    assert reading.get_total_production() == 3184502
    assert reading.get_consumption_tariff_T1() == 8957276
    assert reading.get_consumption_tariff_T2() == 2785751
    assert reading.get_current_power() == 321
    phases = (reading.get_power_phase_L1(), reading.get_power_phase_L2())
    assert (*phases, reading.get_power_phase_L3()) == (144, 112, 65)


async def test_export_is_negative_and_counters_have_one_decimal(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """An hour and a bit of sun shows on 2.8.0 to a tenth of a watt-hour."""
    simulator.house.export(1000)
    simulator.house.advance(3602)
    simulator.tick()
    reading = await client.get_current_reading()
    assert reading.get_current_power() == -1000
    assert reading.get_total_production() == 3185502.5


async def test_the_vendors_client_reads_the_status(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """Battery, radio and PIN come out; what the core does not say is None."""
    status = await client.get_current_status()
    assert status.device.id == simulator.device_id
    assert status.device.bridge.version == "build-69"
    assert status.device.core.pin_status == "entered"
    assert status.device.core.battery_level is None
    simulator.power_status = "battery"
    simulator.attachment = "detached"
    status = await client.get_current_status()
    assert status.device.core.battery_level == 87
    assert status.device.core.pin_status is None
    simulator.connection = "disconnected"
    status = await client.get_current_status()
    assert status.device.core.connection_status == "disconnected"
    assert status.device.core.version is None


@pytest.mark.parametrize("meter", ["null", "absent"])
async def test_without_a_meter_the_status_says_so(
    simulator: IometerSimulator, client: IOmeterClient, meter: str
) -> None:
    """A meter that is null or missing has no number."""
    setattr(simulator, "meter", meter)  # noqa: B010
    status = await client.get_current_status()
    assert not status.meter


async def test_nothing_read_yet_is_404(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """The vendor's client has an error of its own for each of the two."""
    simulator.forget()
    with pytest.raises(IOmeterNoReadingsError):
        await client.get_current_reading()
    simulator.has_status = False
    with pytest.raises(IOmeterNoStatusError):
        await client.get_current_status()


async def test_the_streams_begin_at_once_and_follow_the_ticks(
    simulator: IometerSimulator, listener: IOmeterSSEClient
) -> None:
    """Reading and status streams send the last state, then every new one."""
    readings, states = listener.watch_readings(), listener.watch_status()
    first = await anext(readings)
    assert (await anext(states)).device.id == simulator.device_id
    assert simulator.open_streams == 2
    simulator.house.draw(4000)
    simulator.pin = "pending"
    simulator.tick()
    assert (await anext(states)).device.core.pin_status == "pending"
    second = await anext(readings)
    assert second.meter.reading.time > first.meter.reading.time
    await readings.aclose()
    await states.aclose()
    for _ in range(100):
        if not simulator.open_streams:
            break
        await asyncio.sleep(0.01)
    assert simulator.open_streams == 0


async def test_a_replay_is_the_older_reading_again(
    simulator: IometerSimulator, listener: IOmeterSSEClient
) -> None:
    """The stream goes back in time, and the next tick moves on."""
    readings = listener.watch_readings()
    times = [(await anext(readings)).meter.reading.time]
    simulator.house.advance(60)
    for publish in (simulator.tick, simulator.replay, simulator.tick):
        publish()
        times.append((await anext(readings)).meter.reading.time)
    assert times[2] == times[0] < times[1] < times[3]
    await readings.aclose()


async def test_a_disconnected_core_reads_no_meter(
    simulator: IometerSimulator, client: IOmeterClient
) -> None:
    """The last reading stays what it was, and no stream repeats it."""
    before = await client.get_current_reading()
    simulator.connection = "disconnected"
    simulator.house.advance(60)
    simulator.tick()
    assert simulator.message("/v1/reading") is None
    after = await client.get_current_reading()
    assert after.meter.reading.time == before.meter.reading.time


async def test_without_the_pin_there_are_whole_kilowatt_hours_alone(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """A meter that waits for its PIN hides power and decimals."""
    simulator.pin = "missing"
    simulator.tick()
    assert await registers(http) == {"01-00:01.08.00*ff": 11743000}


async def test_a_meter_may_spell_and_miss_registers(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """Upper case, total under phase 1, a register left out and one at zero."""
    simulator.upper_case = True
    simulator.tick()
    assert "01-00:4C.07.00*FF" in {code.upper() for code in await registers(http)}
    assert "01-00:4C.07.00*ff" in await registers(http)
    simulator.upper_case = simulator.has_tariffs = False
    simulator.total_as_phase_1 = True
    simulator.force("2.8.0", None)
    simulator.zero_counter("1.8.0")
    simulator.tick()
    assert await registers(http) == {
        "01-00:01.08.00*ff": 0,
        "01-00:24.07.00*ff": 321,
    }


async def test_the_short_form_has_power_and_counters(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """The endpoint for everHome EcoTracker clients carries W and Wh."""
    simulator.force("1.8.0", Decimal("1234567.89"))
    simulator.tick()
    async with http.get("http://iometer/v1/json") as response:
        short = json.loads(await response.text())
    assert short["power"] == 321
    assert short["energyCounterIn"] == 1234567.8


async def test_unplugged_it_is_gone_and_comes_back_where_it_was(
    simulator: IometerSimulator, http: ClientSession, listener: IOmeterSSEClient
) -> None:
    """Streams break, connections are refused, then the same port answers."""
    readings = listener.watch_readings()
    await anext(readings)
    port = simulator.port
    await simulator.unplug()
    with pytest.raises(IOmeterConnectionError):
        await anext(readings)
    with pytest.raises(ClientError):
        await registers(http)
    await simulator.plug_in()
    assert simulator.port == port
    assert (await registers(http))["01-00:10.07.00*ff"] == 321


async def test_stopping_ends_a_stream_in_good_order(
    simulator: IometerSimulator, http: ClientSession
) -> None:
    """A client reads to the end of the stream; nothing hangs."""
    headers = {"Accept": "text/event-stream"}
    async with http.get("http://iometer/v1/reading", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        await response.content.readuntil(b"\n\n")
        await simulator.stop()
        assert await response.content.read() == b""
