"""What is shown when: real bridges, while the clock runs ahead."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    STATE_UNAVAILABLE,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.const import Updates
from tests.conftest import SetUp, Start
from tests.kinds import KINDS
from tests.soak.warp import warped
from tests.support.flows import settled
from tests.support.house import House
from tests.support.simulator import Simulator
from tests.support.waiting import eventually
from tests.support.watching import entries, state

NET, IMPORT, EXPORT = "16.7.0", "1.7.0", "2.7.0"
PHASES = ("36.7.0", "56.7.0", "76.7.0")
ENERGY = "1.8.0"
SEED = 18
# A household by the second: idle, a kettle, clouds; W.
STEPS = (-2, -1, 1, 2, 9, -14, 60, -90, 240, -1800, 2100)
every_bridge = pytest.mark.parametrize("key", KINDS)


def ids(hass: HomeAssistant, entry: MockConfigEntry) -> Mapping[str, str]:
    """Return the entities of the electricity meter's registers by code."""
    found: dict[str, str] = {}
    for each in entries(hass, entry):
        if not each.disabled_by:
            # Gas comes after electricity.
            found.setdefault(each.unique_id.rpartition("_")[2], each.entity_id)
    return found


def watts(hass: HomeAssistant, entity_id: str) -> Decimal | None:
    """Return a power that is shown."""
    shown = state(hass, entity_id)
    return None if shown == STATE_UNAVAILABLE else Decimal(shown)


def live(house: House, random: Random) -> None:
    """Let something happen in the house."""
    if random.random() < 0.4:
        phase = random.choice((1, 2, 3))
        power = house.phase_power[phase] + random.choice(STEPS)
        if power < 0:
            house.draw(0, phase=phase)
            house.export(min(-power, 4000), phase=phase)
        else:
            house.draw(min(power, 6000), phase=phase)


class Page:
    """What the page of a device shows, looked at whenever it changes."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Look from now on."""
        self._hass, self._ids = hass, ids(hass, entry)
        self.looks = self.wrong = 0
        self._is_due = False
        self.stop = hass.bus.async_listen(EVENT_STATE_CHANGED, self._change)

    @callback
    def _change(self, _event: Event[EventStateChangedData]) -> None:
        """Look once all that changes in this moment has changed."""
        if not self._is_due:
            self._is_due = True
            self._hass.loop.call_soon(self._look)

    def _look(self) -> None:
        """Add up what is shown."""
        self._is_due = False
        self.looks += 1
        net, imported, exported = map(self._watts, (NET, IMPORT, EXPORT))
        if None not in (imported, exported):
            self.wrong += net != imported - exported  # type: ignore[operator]
        phases = [self._watts(code) for code in PHASES]
        if None not in phases:
            self.wrong += net != sum(phases)  # type: ignore[arg-type]

    def _watts(self, code: str) -> Decimal | None:
        """Return a power, None where the meter has no such thing."""
        return watts(self._hass, self._ids[code]) if code in self._ids else None


async def pass_time(
    simulator: Simulator, house: House, seconds: int, *, is_alive: bool = True
) -> None:
    """Let the house live or rest, and its meter send a reading a second."""
    random = Random(SEED)  # noqa: S311 (a trace)
    for _ in range(seconds):
        if is_alive:
            live(house, random)
        house.advance(1)
        simulator.tick()
        await asyncio.sleep(1)


@every_bridge
async def test_a_page_never_contradicts_itself(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, house: House, key: str
) -> None:
    """At every moment net is import less export, and the sum of the phases."""
    simulator = await simulators(key)
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    page = Page(hass, entry)
    with warped(hass.loop):
        await pass_time(simulator, house, 600)
        # What was read last is exact within a minute.
        await pass_time(simulator, house, 75, is_alive=False)
        assert watts(hass, ids(hass, entry)[NET]) == house.power
        await hass.config_entries.async_unload(entry.entry_id)
    page.stop()
    assert page.looks > 20
    assert page.wrong == 0


async def test_live_power_is_ahead(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, house: House
) -> None:
    """With live power, net is ahead of the others: the look at a page can fail."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator, updates=Updates.LIVE_POWER)
    await settled(simulator)
    page = Page(hass, entry)
    with warped(hass.loop):
        await pass_time(simulator, house, 120)
        await hass.config_entries.async_unload(entry.entry_id)
    page.stop()
    assert page.wrong > 20


@every_bridge
async def test_counters_are_of_the_hour(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, house: House, key: str
) -> None:
    """Counters are written in the last two seconds of an hour, with its last reading.

    Home Assistant's compiler takes what was updated before the hour was over.
    """
    simulator = await simulators(key)
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    energy = ids(hass, entry)[ENERGY]
    house.draw(3600)
    with warped(hass.loop) as frozen:
        now = dt_util.utcnow()
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        frozen.move_to(hour - timedelta(seconds=100.3))
        read: list[tuple[float, Decimal]] = []
        written: list[tuple[float, Decimal]] = []

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            new = event.data["new_state"]
            if new and event.data["entity_id"] == energy:
                before = (hour - new.last_updated).total_seconds()
                written.append((before, Decimal(new.state)))

        remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
        for _ in range(102):
            house.advance(1)
            simulator.tick()
            before = (hour - dt_util.utcnow()).total_seconds()
            read.append((before, house.import_energy / 1000))
            await asyncio.sleep(1)
        remove()
        pause = entry.runtime_data.update_interval.total_seconds()
        await hass.config_entries.async_unload(entry.entry_id)
    last = min(before for before, _ in written if before > 0)
    assert 1 <= last <= 2
    value = dict(written)[last]
    # Polled bridges have been asked some seconds before.
    age = 2.0 if KINDS[key].streams else pause + 2
    assert value in {each for before, each in read if last <= before <= last + age}


async def test_the_compiler_takes_the_hour(
    recorder_mock: Recorder, simulators: Start, set_up: SetUp, house: House
) -> None:
    """What Home Assistant books for an hour is what the meter showed at its end."""
    hass = recorder_mock.hass
    simulator = await simulators("iometer")
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    energy = ids(hass, entry)[ENERGY]
    house.draw(7200)
    with warped(hass.loop) as frozen:
        now = dt_util.utcnow()
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        frozen.move_to(hour - timedelta(seconds=70.3))
        for _ in range(75):
            house.advance(1)
            simulator.tick()
            if hour - dt_util.utcnow() > timedelta(seconds=1.5):
                read = house.import_energy / 1000
            await asyncio.sleep(1)
        await hass.config_entries.async_unload(entry.entry_id)
    start = hour - timedelta(minutes=5)
    recorder_mock.queue_task(StatisticsTask(start, fire_events=False))
    await hass.async_add_executor_job(recorder_mock.block_till_done)
    rows = await recorder_mock.async_add_executor_job(
        statistics_during_period,
        *(hass, start, None, {energy}, "5minute", None, {"state"}),
    )
    assert Decimal(str(rows[energy][0]["state"])) == read


async def test_warnings_pass_at_once(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """An overloaded fuse does not wait, as the current that overloads it may."""
    simulator = await simulators("cozify_han")
    await set_up(simulator, updates=Updates.CALM)
    await eventually(lambda: simulator.open_streams == 1)
    current, overload = (
        "sensor.bridge_current_l1",
        "binary_sensor.bridge_fuse_overload_l1",
    )
    before = state(hass, current)
    assert state(hass, overload) == "off"
    simulator.house.draw(20_000, phase=1)
    simulator.tick()
    await eventually(lambda: state(hass, overload) == "on")
    assert state(hass, current) == before


@pytest.mark.parametrize("is_stop", [True, False])
async def test_the_last_value_is_written_before_a_stop(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    house: House,
    is_stop: bool,  # noqa: FBT001 (of two)
) -> None:
    """Whether Home Assistant stops or unloads the entry, the last value is there."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    net = ids(hass, entry)[NET]
    house.draw(house.power + 5)
    before = entry.runtime_data.data
    simulator.tick()
    await eventually(lambda: entry.runtime_data.data is not before)
    shown: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == net and event.data["new_state"]:
            shown.append(event.data["new_state"].state)

    assert state(hass, net) != str(house.power)
    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    if is_stop:
        await entry.runtime_data.async_shutdown()
        assert shown == [str(house.power)]
    else:
        await hass.config_entries.async_unload(entry.entry_id)
        assert shown == [str(house.power), STATE_UNAVAILABLE]
    remove()


@pytest.mark.parametrize("updates", [each for each in Updates if each != "calm"])
async def test_integral_helper_stays_right(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    house: House,
    updates: Updates,
) -> None:
    """Home Assistant's integral, as it comes, is what the meter counts, within 0.5 %.

    Long quiet times before large steps are what it would get wrong. With calm updates,
    what comes and goes within a minute is not seen.
    """
    simulator = await simulators("iometer")
    entry = await set_up(simulator, updates=updates)
    await settled(simulator)
    net = ids(hass, entry)[NET]
    helper = MockConfigEntry(
        domain="integration",
        title="integral",
        options={
            "name": "integral",
            "source": net,
            "method": "trapezoidal",
            "round": 4,
            "unit_time": "h",
        },
    )
    helper.add_to_hass(hass)
    assert await hass.config_entries.async_setup(helper.entry_id)
    await hass.async_block_till_done()
    random = Random(SEED)  # noqa: S311 (a trace)
    with warped(hass.loop):
        begin = house.import_energy
        for _ in range(40):
            house.draw(300)
            for watts_now, seconds in ((300, 57), (2300, random.randint(20, 60))):
                house.draw(watts_now)
                for _ in range(seconds):
                    house.advance(1)
                    simulator.tick()
                    await asyncio.sleep(1)
        # A step at the end: the helper adds up nothing until something is reported.
        house.draw(300)
        simulator.tick()
        await asyncio.sleep(1)
        used = house.import_energy - begin
        integral = Decimal(state(hass, entries(hass, helper)[0].entity_id))
        await hass.config_entries.async_unload(helper.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)
    assert abs(integral / used - 1) < Decimal("0.005")


async def test_a_report_is_no_row(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, house: House
) -> None:
    """The old value before a step is reported, not changed."""
    simulator = await simulators("iometer")
    entry = await set_up(simulator, updates=Updates.BALANCED)
    await settled(simulator)
    net = ids(hass, entry)[NET]
    seen: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        if event.data["entity_id"] == net:
            seen.append(str(event.event_type))

    everything = callback(lambda _: True)
    removes = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, note),
        hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=everything),
    ]
    with warped(hass.loop):
        for number in range(30):
            house.draw(321 if number < 29 else 2300)
            house.advance(1)
            simulator.tick()
            await asyncio.sleep(1)
        for remove in removes:
            remove()
        await hass.config_entries.async_unload(entry.entry_id)
    assert seen == [EVENT_STATE_REPORTED, EVENT_STATE_CHANGED]
