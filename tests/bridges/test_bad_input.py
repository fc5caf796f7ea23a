"""Whatever a bridge sends, there is an error or nothing, never a wrong number."""

from collections.abc import Iterator
import copy
import json

from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_HOST, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeError
from custom_components.meter_bridge.bridges.transport import inlet
from custom_components.meter_bridge.const import AUTO, CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.flow.probe import connect
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.support.logs import complaints
from tests.support.readings import sent_values
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

HTML = b"<!doctype html><title>Router</title><h1>Welcome</h1>"
BODIES = {
    "empty": b"",
    "html": HTML,
    "half": b'{"__typename": "iometer.rea',
    "null": b"null",
    "list": b"[]",
    "number": b"17",
    "text": b'"OK"',
    "object": b"{}",
    "nan": b'{"meter": NaN}',
    "infinity": b'{"meter": 1e999}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "bytes": bytes(range(256)) * 4,
    "wide": b'{"a": 1' + b" " * (1 << 20) + b"}",
}
ODD_VALUES: tuple[object, ...] = (
    None,
    "",
    "nonsense",
    True,
    -1,
    1e308,
    10**400,
    [],
    {},
    [[1]],
    {"total": {"total": 1}},
)

every_bridge = pytest.mark.parametrize("key", BRIDGES)


def shown(hass: HomeAssistant) -> dict[str, str]:
    """Return all sensors with a value."""
    return {
        state.entity_id: state.state
        for state in hass.states.async_all("sensor")
        if state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
    }


@every_bridge
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_flow_recognises_no_garbage(
    hass: HomeAssistant,
    simulator: Simulator,
    enable_custom_integrations: None,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that answers garbage is not recognised, and nothing is logged."""
    simulator.garble(body)
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_USER},
        data={CONF_HOST: simulator.address, CONF_BRIDGE: AUTO},
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "none_recognised"}
    assert not complaints(caplog)


@every_bridge
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_garbage_while_running(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Garbage adds no number, and recovery needs no reload."""
    entry = await set_up(simulator)
    before = shown(hass)
    simulator.garble(body)
    simulator.end_streams()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert shown(hass).items() <= before.items()
    assert not [line for line in complaints(caplog) if "Error fetching" not in line]
    simulator.heal()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert shown(hass) == before


@every_bridge
@pytest.mark.parametrize(
    "data",
    [
        b"data: {\n\n",
        b"event: live\ndata: 17\n\n",
        b"event: readingEvent\ndata: []\n\n",
        b"event: statusEvent\ndata: null\n\n",
        b'event: live\ndata: {"P_In": "x", "E_In": null, "Vol": [1]}\n\n',
        b"data: {}\n\n",
        b"\xff\xfe\x00\n\n",
        b": nothing\n\n\n\n",
        b"event: readingEvent\ndata: " + HTML + b"\n\n",
        b"data: " + b"x" * (1 << 20) + b"\n\n",
    ],
)
async def test_garbage_on_the_stream(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    data: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Garbage on a stream adds no number."""
    await set_up(simulator)
    if not BRIDGES[simulator.key].pushes:
        return
    await eventually(lambda: simulator.open_streams)
    before = shown(hass)
    simulator.push_raw(data)
    await eventually(lambda: True)
    await hass.async_block_till_done()
    assert shown(hass).items() <= before.items()
    assert not complaints(caplog)


def mutations(body: object) -> Iterator[object]:
    """Yield copies of an answer, with every odd value in every leaf."""
    paths: list[list[str | int]] = []

    def collect(value: object, path: list[str | int]) -> None:
        paths.append(path)
        if isinstance(value, dict):
            for key, inner in value.items():
                collect(inner, [*path, key])
        elif isinstance(value, list):
            for index, inner in enumerate(value[:2]):
                collect(inner, [*path, index])

    collect(body, [])
    for path in paths[1:]:
        for odd in ODD_VALUES:
            changed = copy.deepcopy(body)
            spot = changed
            for step in path[:-1]:
                spot = spot[step]  # type: ignore[index]
            spot[path[-1]] = odd  # type: ignore[index]
            yield changed


@every_bridge
async def test_every_leaf_may_be_odd(
    hass: HomeAssistant,
    simulator: Simulator,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With any odd value in an answer, only BridgeErrors are raised."""
    # As many answers as here, over one connection, are more than it lets in at once.
    monkeypatch.setattr(inlet, "_BURST", 1 << 30)
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    client = connect(hass, BRIDGES[key], data)
    await client.identify()
    await client.fetch()
    session = async_get_clientsession(hass)
    tried = 0
    for path in sorted({request.path for request in simulator.requests}):
        async with session.get(f"http://{simulator.address}{path}") as response:
            answer = await response.json()
        for changed in mutations(answer):
            simulator.garble(json.dumps(changed).encode(), path=path)
            try:
                snapshot = await connect(hass, BRIDGES[key], data).fetch()
            except BridgeError:
                continue
            finally:
                tried += 1
            for reading in snapshot.readings:
                assert all(abs(value) < 1e15 for value in sent_values(reading).values())
        simulator.heal()
    assert tried > 100


@every_bridge
async def test_another_kind_of_bridge_answers(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """A bridge of one kind is not taken for another kind."""
    simulator = await simulators(key)
    for other in KINDS.keys() - {key}:
        client = connect(hass, BRIDGES[other], {CONF_HOST: simulator.address})
        with pytest.raises(BridgeError):
            await client.identify()
