"""A parser that fails on a pushed message costs one message, not the stream."""

import asyncio
from collections.abc import Callable

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge import stream as stream_module
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.decoder import Decoder
from custom_components.meter_bridge.flow.probe import connect
from tests.bridges.test_contract import power
from tests.conftest import SetUp, Start
from tests.kinds import KINDS, PUSHING
from tests.support.flows import settled
from tests.support.logs import complaints
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

# The errors that a parser may raise; the last two are also errors of a connection.
ERRORS = [ZeroDivisionError(), UnicodeError(), OSError()]

every_pushing_bridge = pytest.mark.parametrize("key", PUSHING)
every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda it: type(it).__name__)

type Fail = Callable[[], list[str]]


@pytest.fixture
def fail(key: str, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Fail:
    """Make the parser fail on the next pushed reading; return what it failed on."""
    kind = KINDS[key].decoding
    decoder = type(kind.make())
    take = decoder.take

    def fail_once() -> list[str]:
        failed: list[str] = []

        def take_or_fail(self: Decoder[object], source: str, body: bytes | str) -> bool:
            # Events are text, while answers are bytes.
            is_pushed = isinstance(body, str) is kind.events
            if source == kind.reading and is_pushed and not failed:
                failed.append(source)
                raise error
            return take(self, source, body)

        monkeypatch.setattr(decoder, "take", take_or_fail)
        return failed

    return fail_once


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator of the kind under test."""
    return await simulators(key)


@every_pushing_bridge
@every_error
async def test_a_failing_parser_leaves_nothing_open(
    hass: HomeAssistant, simulator: Simulator, key: str, fail: Fail, error: Exception
) -> None:
    """The stream ends with an error that is no BridgeError, and leaves no task open."""
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    client = connect(hass, BRIDGES[key], data)
    await client.fetch()
    failed = fail()
    stream = asyncio.create_task(client.stream(lambda _: None))
    await eventually(lambda: simulator.open_streams == KINDS[key].streams or failed)
    simulator.tick()
    with pytest.raises((type(error), RuntimeError)) as raised:
        await asyncio.wait_for(stream, 5)
    assert error in (raised.value, raised.value.__cause__)
    assert failed
    await eventually(lambda: simulator.open_streams == 0)
    assert not [it for it in asyncio.all_tasks() if "custom_components" in repr(it)]


@pytest.fixture
async def entry(
    simulator: Simulator, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Return an entry that follows its streams, with short pauses after a failure."""
    monkeypatch.setattr(stream_module, "_RETRY_MINIMUM", 0.05)
    entry = await set_up(simulator)
    await settled(simulator)
    return entry


@every_pushing_bridge
@every_error
async def test_a_failing_parser_costs_one_message(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    fail: Fail,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failing parser logs one line, and the stream is followed again."""
    failed = fail()
    simulator.tick()
    await eventually(lambda: failed)
    await settled(simulator)
    simulator.house.draw(4321)

    def shows_push() -> bool:
        simulator.tick()
        return power(hass, entry) == "4321"

    await eventually(shows_push)
    (complaint,) = complaints(caplog)
    assert "stream could not be read" in complaint
    assert entry.runtime_data.stream.is_open
    await hass.config_entries.async_unload(entry.entry_id)
    await eventually(lambda: simulator.open_streams == 0)
