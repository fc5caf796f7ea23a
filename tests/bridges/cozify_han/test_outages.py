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
from tests.support.clients import power
from tests.support.simulator import Simulator

HTML = b"<!doctype html><title>Router</title><h1>Welcome</h1>"
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


STRANGERS: Mapping[str, Mishap] = {
    "html": lambda it: it.garble(HTML),
    "empty": lambda it: it.garble(b""),
    "half": lambda it: it.garble(b'{"type": "HAN_STATE_MESSAGE", "ma'),
    "nan": lambda it: it.garble(b'{"type": "HAN_STATE_MESSAGE", "mac": NaN}'),
    "list": lambda it: it.garble(b"[]"),
    "null": lambda it: it.garble(b"null"),
    "other": lambda it: it.garble(b'{"type": "OTHER", "mac": "02:5A:C3:10:7E:44"}'),
    "odd type": lambda it: it.garble(b'{"type": ["HAN_STATE_MESSAGE"]}'),
    "not found": lambda it: it.fail_with(404),
    "huge": lambda it: it.flood(size=1 << 22),
    "elsewhere": lambda it: it.redirect("http://127.0.0.1:9/han"),
    "login": lambda it: it.fail_with(401),
    "forbidden": lambda it: it.fail_with(403),
}
OUTAGES: Mapping[str, Mishap] = {
    "broken": lambda it: it.fail_with(500),
    "unable": lambda it: it.fail_with(503),
    "busy": lambda it: it.fail_with(429),
    "reset": lambda it: it.reset_mid_body(),
    "stalled": lambda it: it.stall(),
    "slow": lambda it: it.trickle(),
}


@pytest.mark.parametrize("mishap", STRANGERS.values(), ids=STRANGERS)
async def test_something_else_answers(
    simulator: CozifyHanSimulator, client: CozifyHanClient, mishap: Mishap
) -> None:
    """What does not speak as a HAN reader is told from one, and from silence."""
    mishap(simulator)
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


@pytest.mark.parametrize("mishap", OUTAGES.values(), ids=OUTAGES)
async def test_it_cannot_answer_now(
    simulator: CozifyHanSimulator, client: CozifyHanClient, mishap: Mishap
) -> None:
    """An outage is an outage, whichever way it comes, and passes."""
    mishap(simulator)
    for ask in (client.identify, client.fetch):
        with pytest.raises(BridgeConnectionError):
            await ask()
    simulator.heal()
    assert power(await client.fetch()) == 321
