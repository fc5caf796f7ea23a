"""The client when something fails: one path, the meter, the reader, or its address."""

from collections.abc import Callable, Mapping

import pytest

from custom_components.meter_bridge.bridges.cozify_han.client import CozifyHanClient
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeResponseError,
)
from tests.bridges.cozify_han.conftest import (
    CONFIGURATION,
    HEALTH,
    MAC,
    METER,
    METER_ID,
    OLD_METER,
    STATE,
)
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.clients import asked, power
from tests.support.simulator import Simulator

RARE = [CONFIGURATION, HEALTH, METER_ID]

type Mishap = Callable[[Simulator], None]


pytestmark = pytest.mark.usefixtures("impatience")


@pytest.mark.parametrize("path", [STATE, *RARE])
async def test_one_path_fails_alone(
    simulator: CozifyHanSimulator, client: CozifyHanClient, path: str
) -> None:
    """What one path does not say takes nothing else away."""
    mishaps: list[Callable[[], None]] = [
        lambda: simulator.fail_with(500, path=path),
        lambda: simulator.garble(b"[]", path=path),
        lambda: simulator.garble(b'{"type": "HAN_OTHER_MESSAGE"}', path=path),
        lambda: simulator.stall(path),
    ]
    for mishap in mishaps:
        mishap()
        snapshot = await client.fetch()
        assert power(snapshot) == 321
        client._start_over()  # noqa: SLF001
    assert (snapshot.serial is None) == (path == STATE)
    simulator.heal()
    snapshot = await client.fetch()
    assert snapshot.serial == MAC
    assert snapshot.details.settings.fuse == 25
    assert snapshot.details.health.free_heap
    assert snapshot.details.meter_manufacturer


@pytest.mark.parametrize(
    "mishap",
    [
        lambda it: it.fail_with(503, path=METER),
        lambda it: it.fail_with(404, path=METER),
        lambda it: it.garble(b"{}", path=METER),
        lambda it: it.stall(METER),
    ],
)
async def test_a_reader_without_a_telegram_is_still_a_reader(
    simulator: CozifyHanSimulator, client: CozifyHanClient, mishap: Mishap
) -> None:
    """While the reader itself answers, its details stay and the last telegram ages."""
    before = await client.fetch()
    simulator.profile.absent = frozenset({OLD_METER})
    simulator.house.draw(555)
    simulator.tick()
    mishap(simulator)
    simulator.profile.online = False
    snapshot = await client.fetch()
    assert snapshot.readings == before.readings
    assert snapshot.details.state.online is False
    simulator.heal()
    assert power(await client.fetch()) == 555


@pytest.mark.parametrize(
    "mishap",
    [
        lambda it: it.fail_with(503, path=METER),
        lambda it: it.fail_with(403, path=METER),
        lambda it: it.garble(b"{}", path=METER),
        lambda it: it.garble(b"no JSON", path=METER),
        lambda it: it.stall(METER),
    ],
)
async def test_the_old_path_is_for_firmware_without_the_new_one(
    simulator: CozifyHanSimulator, client: CozifyHanClient, mishap: Mishap
) -> None:
    """Only a 404 says that the path is absent; no other failure leads to another."""
    await client.fetch()
    since = len(simulator.requests)
    mishap(simulator)
    await client.fetch()
    simulator.heal()
    await client.fetch()
    assert asked(simulator, since) == [METER, STATE, METER]


async def test_another_reader_at_the_address_is_told(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """After an outage the reader has to say again who it is."""
    await client.identify()
    await client.fetch()
    await simulator.unplug()
    with pytest.raises(BridgeConnectionError):
        await client.fetch()
    simulator.profile.mac = "02:00:00:00:00:01"
    await simulator.plug_in()
    assert (await client.fetch()).serial == "02:00:00:00:00:01"


STRANGERS: Mapping[str, bytes] = {
    "other": b'{"type": "OTHER", "mac": "02:5A:C3:10:7E:44"}',
    "odd type": b'{"type": ["HAN_STATE_MESSAGE"]}',
}


@pytest.mark.parametrize("body", STRANGERS.values(), ids=STRANGERS)
async def test_something_else_answers(
    simulator: CozifyHanSimulator, client: CozifyHanClient, body: bytes
) -> None:
    """JSON that does not speak as a HAN reader is told from one."""
    simulator.garble(body)
    for ask in (client.identify, client.fetch):
        with pytest.raises(BridgeResponseError):
            await ask()


async def test_a_reader_without_any_id_is_none(
    simulator: CozifyHanSimulator, client: CozifyHanClient
) -> None:
    """Who does not say which reader it is cannot be known again."""
    simulator.garble(b'{"type": "HAN_STATE_MESSAGE", "version": "1"}', path=STATE)
    with pytest.raises(BridgeResponseError):
        await client.identify()
