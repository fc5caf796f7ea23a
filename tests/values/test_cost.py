"""The cost of a reading, counted: states written, callbacks, JSON decoded."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
import gc
import sys
from types import FrameType
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.event import async_call_at
from homeassistant.helpers.update_coordinator import CoordinatorEntity
import orjson
import pytest

from custom_components.meter_bridge.const import Updates
from custom_components.meter_bridge.coordinator import MeterCoordinator
from tests.conftest import SetUp, Start
from tests.kinds import KINDS, POLLED, PUSHING
from tests.soak.warp import warped
from tests.support.flows import settled
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

_READINGS, _MANY = 5, 20
# Of functions, ours and built-in ones: for a reading, and for each of its values.
_MOST_CALLS, _MOST_CALLS_EACH = 130, 2.5
_CALL_AT = "custom_components.meter_bridge.values.throttle.async_call_at"


@dataclass(slots=True)
class Count:
    """The counts of a block."""

    written: int = 0
    called: int = 0
    decoded: int = 0


@contextmanager
def counting() -> Iterator[Count]:
    """Count written states, called entities and decoded JSON in a block."""
    count = Count()
    write = Entity._async_write_ha_state  # noqa: SLF001 (whatever asks for it)
    call = CoordinatorEntity._handle_coordinator_update  # noqa: SLF001 (same)
    loads = orjson.loads

    def written(entity: Entity) -> None:
        count.written += 1
        write(entity)

    def called(entity: CoordinatorEntity) -> None:
        count.called += 1
        call(entity)

    def decoded(data: bytes | str) -> object:
        count.decoded += 1
        return loads(data)

    with (
        patch.object(Entity, "_async_write_ha_state", written),
        patch.object(CoordinatorEntity, "_handle_coordinator_update", called),
        patch.object(orjson, "loads", decoded),
    ):
        yield count


@contextmanager
def calls_counted() -> Iterator[Count]:
    """Count all functions that are called in a block, ours and others."""
    count, before = Count(), sys.getprofile()

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        count.called += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(before)


async def followed(simulators: Start, set_up: SetUp, key: str) -> Simulator:
    """Set up an entry, and wait until it follows its streams."""
    simulator = await simulators(key)
    entry = await set_up(simulator)
    await settled(simulator)
    # The first pushed messages may contain more than the poll did.
    for _ in range(2):
        await tick(entry.runtime_data, simulator)
    return simulator


async def tick(coordinator: MeterCoordinator, simulator: Simulator) -> None:
    """Push one reading, and wait until it has been processed."""
    before = coordinator.data
    simulator.tick()
    await eventually(lambda: coordinator.data is not before)


def one_register(simulator: Simulator) -> str:
    """Return a register that changes only one state."""
    (code,) = KINDS[simulator.key].benchmark.changes[1]
    return code


async def push(
    hass: HomeAssistant, simulator: Simulator, values: list[Decimal]
) -> Count:
    """Push readings, each with the next of these values in one register."""
    entry = hass.config_entries.async_entries("meter_bridge")[0]
    coordinator = entry.runtime_data
    with counting() as count:
        for value in values:
            simulator.force(one_register(simulator), value)
            await tick(coordinator, simulator)
    return count


@pytest.mark.parametrize("key", PUSHING)
async def test_a_reading_wakes_who_changed(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """If one value changes, one entity is called and one state written per reading."""
    simulator = await followed(simulators, set_up, key)
    await push(hass, simulator, [Decimal(200)])
    count = await push(
        hass, simulator, [Decimal(201 + number) for number in range(_READINGS)]
    )
    assert (count.called, count.written) == (_READINGS, _READINGS)


@pytest.mark.parametrize("key", PUSHING)
async def test_a_reading_without_news_wakes_nobody(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """If no value changes, no entity is called and no state written."""
    simulator = await followed(simulators, set_up, key)
    await push(hass, simulator, [Decimal(200)])
    count = await push(hass, simulator, [Decimal(200)] * _READINGS)
    assert (count.called, count.written) == (0, 0)


@pytest.mark.parametrize("key", PUSHING)
async def test_a_reading_without_news_is_little_work(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """To judge and show a reading without news calls few functions for each value."""
    await followed(simulators, set_up, key)
    coordinator = hass.config_entries.async_entries("meter_bridge")[0].runtime_data
    snapshot, board = coordinator.data, coordinator.board
    for _ in range(2):
        # The same values, read again.
        readings = tuple(replace(it, token=object()) for it in snapshot.readings)
        again, before = replace(snapshot, readings=readings), board.values
        with calls_counted() as count:
            change = board.take(again)
    assert not change.changed
    assert board.values is before
    assert count.called < _MOST_CALLS + _MOST_CALLS_EACH * len(board.values)


@pytest.mark.parametrize("key", PUSHING)
async def test_a_reading_is_decoded_once(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """JSON is decoded once per reading; a repeated status is not decoded again."""
    simulator = await followed(simulators, set_up, key)
    await push(hass, simulator, [Decimal(200)])
    count = await push(hass, simulator, [Decimal(200)] * _READINGS)
    assert count.decoded == _READINGS


@pytest.mark.parametrize("key", PUSHING)
async def test_readings_set_no_timers(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Timers of a stream's idle limit, throttle and next poll are seldom moved."""
    simulator = await followed(simulators, set_up, key)
    coordinator = hass.config_entries.async_entries("meter_bridge")[0].runtime_data
    with patch.object(hass.loop, "call_at", wraps=hass.loop.call_at) as call_at:
        for number in range(_MANY):
            before = coordinator.data
            simulator.force(one_register(simulator), Decimal(200 + number))
            simulator.tick()
            for _ in range(1000):
                await asyncio.sleep(0.001)
                if coordinator.data is not before:
                    break
    assert coordinator.data is not before
    # Shorter timers are the test's own.
    late = hass.loop.time() + 1
    timers = [call for call in call_at.call_args_list if call.args[0] > late]
    assert len(timers) < _MANY / 4


@pytest.mark.parametrize("key", PUSHING)
async def test_readings_leave_no_circles(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Readings leave no reference cycles, whose collection would block everything."""
    simulator = await followed(simulators, set_up, key)
    gc.collect()
    gc.disable()
    try:
        await push(hass, simulator, [Decimal(200)] * _MANY)
        unreachable = gc.collect()
    finally:
        gc.enable()
    assert unreachable < _MANY


@pytest.mark.parametrize("key", POLLED)
async def test_a_poll_without_news_wakes_nobody(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Two polls without a new reading in between write no state."""
    entry = await set_up(await simulators(key))
    await entry.runtime_data.async_refresh()
    with counting() as count:
        for _ in range(_READINGS):
            await entry.runtime_data.async_refresh()
    assert (count.called, count.written) == (0, 0)


@pytest.mark.parametrize("key", KINDS)
async def test_noise_is_written_once_a_minute(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Some watts up and down each second: as many states as there are minutes."""
    simulator = await simulators(key)
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    house, minutes = simulator.house, 5
    with warped(hass.loop):
        # The first values of everything have come by then.
        await asyncio.sleep(30)
        simulator.tick()
        await asyncio.sleep(31)
        written: Counter[str] = Counter()

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            written[event.data["entity_id"]] += 1

        remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
        for second in range(60 * minutes):
            # Far from where a current of one decimal would be rounded up.
            house.draw(1040 + 3 * (second % 3))
            house.advance(1)
            simulator.tick()
            await asyncio.sleep(1)
        remove()
        await hass.config_entries.async_unload(entry.entry_id)
    assert written
    assert max(written.values()) <= minutes + 2


@pytest.mark.parametrize("key", PUSHING)
async def test_a_reading_that_can_wait_costs_no_state(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Readings within the thresholds call nobody, and move no timer but the first."""
    simulator = await simulators(key)
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    for _ in range(2):
        await tick(entry.runtime_data, simulator)
    power = simulator.house.power
    with (
        counting() as count,
        patch(_CALL_AT, wraps=async_call_at) as timers,
    ):
        for number in range(_MANY):
            simulator.house.draw(power + number % 3)
            simulator.tick()
            await tick(entry.runtime_data, simulator)
    assert (count.called, count.written) == (0, 0)
    assert timers.call_count <= 2
