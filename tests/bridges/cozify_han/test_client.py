"""The client against the simulator: who it is, and what a poll reads."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory

from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.obis import REGISTERS
from tests.bridges.cozify_han.conftest import (
    CONFIGURATION,
    HEALTH,
    MAC,
    METER,
    METER_ID,
    OLD_METER,
    SERIAL,
    STATE,
    UUID,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.clients import asked, power, values

RARE = [CONFIGURATION, HEALTH, METER_ID]


async def test_it_tells_who_it_is(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """One request proves the reader; the MAC names it, its other ids stand beside."""
    assert await client.identify() == Identity(
        serial=MAC,
        also=frozenset({SERIAL, UUID}),
        name="Cozify-HAN-415-926",
        model="HAN",
        firmware="1.0.1.7",
        mac=MAC,
    )
    assert asked(simulator) == [STATE]


async def test_without_a_mac_it_is_its_serial(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """A reader that keeps its MAC to itself is known by another id."""
    simulator.profile.mac = None
    assert (await client.identify()).serial == SERIAL


async def test_fetch_reads_everything(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """A first poll asks for everything, one after the other, in OBIS codes and W."""
    simulator.house.export(1500, phase=2)
    simulator.tick()
    await client.identify()
    snapshot = await client.fetch()
    sent = {code: it for code, it in values(snapshot).items() if code in REGISTERS}
    assert sent == {
        "1.8.0": 11743027,
        "2.8.0": 3184502,
        "3.8.0": 298967,
        "4.8.0": 2878486,
        "16.7.0": 144 - 1500 + 65,
        "36.7.0": 144,
        "56.7.0": -1500,
        "76.7.0": 65,
        "1.7.0": 0,
        "21.7.0": 144,
        "41.7.0": 0,
        "61.7.0": 65,
        "2.7.0": 1291,
        "22.7.0": 0,
        "42.7.0": 1500,
        "62.7.0": 0,
        "3.7.0": 0,
        "23.7.0": 21,
        "43.7.0": 0,
        "63.7.0": 9,
        "4.7.0": 28,
        "24.7.0": 0,
        "44.7.0": 58,
        "64.7.0": 0,
        "32.7.0": 231.4,
        "52.7.0": 229.8,
        "72.7.0": 233.1,
        "31.7.0": 0.6,
        "51.7.0": 6.5,
        "71.7.0": 0.3,
    }
    (reading,) = snapshot.readings
    assert reading.time == datetime(2026, 6, 1, 10, 0, 1, tzinfo=UTC)
    assert reading.meter.serial == "T000000000007001"
    assert (snapshot.serial, snapshot.firmware) == (MAC, "1.0.1.7")
    assert snapshot.details.settings.fuse == 25
    assert reading.conclude
    assert reading.conclude(reading.values)["fuse_margin"] == 18.5
    assert snapshot.details.health.free_heap == 182144
    assert snapshot.details.meter_manufacturer == "TST"
    assert asked(simulator) == [STATE, METER, *RARE]
    assert simulator.most_at_once == 1


async def test_currents_stay_as_they_are_sent(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """A current of 3.3 A that the firmware cut to 3.29 A is not made up for."""
    simulator.house.react(0)
    simulator.house.draw(round(231.4 * 3.3), phase=1)
    simulator.tick()
    assert values(await client.fetch())["31.7.0"] == 3.29
    simulator.profile.truncates_current = False
    simulator.tick()
    assert values(await client.fetch())["31.7.0"] == 3.3


async def test_what_changes_seldom_is_asked_seldom(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A poll is one request; the rest follows every five or ten minutes."""
    await client.fetch()
    since = len(simulator.requests)
    for _ in range(59):
        freezer.tick(10)
        simulator.tick()
        await client.fetch()
    assert asked(simulator, since) == [METER] * 30 + [METER_ID] + [METER] * 29
    simulator.profile.fuse = 35
    freezer.tick(15)
    since = len(simulator.requests)
    assert (await client.fetch()).details.settings.fuse == 35
    assert asked(simulator, since) == [METER, STATE, *RARE]


async def test_old_firmware(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The oldest path of the meter is found and remembered; no identity is fine."""
    simulator.profile.absent = frozenset({METER, METER_ID, HEALTH})
    snapshot = await client.fetch()
    assert power(snapshot) == 321
    assert snapshot.readings[0].meter.serial is None
    assert snapshot.details.health.last_restart is None
    assert snapshot.details.settings.fuse == 25
    since = len(simulator.requests)
    await client.fetch()
    assert asked(simulator, since) == [OLD_METER]
    freezer.tick(601)
    since = len(simulator.requests)
    await client.fetch()
    assert METER_ID not in asked(simulator, since)


async def test_new_firmware_is_asked_for_what_it_has(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After an update, paths that were missing are tried again."""
    simulator.profile.absent = frozenset({METER, METER_ID})
    simulator.profile.version = "0.0.1.34"
    await client.fetch()
    simulator.restart(version="1.0.1.7", absent=frozenset({OLD_METER}))
    freezer.tick(601)
    snapshot = await client.fetch()
    assert snapshot.firmware == "1.0.1.7"
    assert power(snapshot) == 321
    assert snapshot.readings[0].meter.serial


async def test_an_update_is_noticed_within_ten_minutes(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The firmware that the state tells is the one that is shown."""
    await client.fetch()
    simulator.profile.version = "1.0.2.0"
    freezer.tick(601)
    since = len(simulator.requests)
    assert (await client.fetch()).firmware == "1.0.2.0"
    assert asked(simulator, since) == [METER, STATE, *RARE]


async def test_another_meter_is_noticed(
    simulator: CozifyHanSimulator,
    client: CozifyHanClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The number of the meter is known five minutes after it was exchanged."""
    await client.fetch()
    simulator.exchange_meter()
    freezer.tick(299)
    before = await client.fetch()
    freezer.tick(1)
    after = await client.fetch()
    assert [each.readings[0].meter.serial for each in (before, after)] == [
        "T000000000007001",
        "T000000000007002",
    ]


async def test_no_meter_yet(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """Before the first telegram there is no reading."""
    simulator.profile.has_meter = False
    simulator.tick()
    await client.identify()
    snapshot = await client.fetch()
    assert snapshot.readings == ()
    assert snapshot.details.settings.fuse == 25


async def test_content_type_does_not_matter(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """JSON is JSON, whatever the reader calls it."""
    simulator.profile.content_type = "text/html"
    assert (await client.identify()).serial == MAC
    assert power(await client.fetch()) == 321
