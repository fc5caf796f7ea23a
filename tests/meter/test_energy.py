"""Energy is never wrong: Home Assistant's statistics add up what the meter counted.

Random streams of readings go through account and guard, become states as the sensor
writes them, and are compiled by Home Assistant's own statistics compiler.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from os import environ
from typing import override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import State
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.meter_bridge.bridges.octopus_home_pro.zigbee import Counts
from custom_components.meter_bridge.bridges.snapshot import (
    Medium,
    Meter,
    Reading,
    Scale,
)
from custom_components.meter_bridge.bridges.wire import shift
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from tests.support.accounts import Accounts
from tests.support.compiler import compiled, recorder
from tests.support.energy import Restart, Step, Stream, settling, streams

IMPORT, EXPORT = "1.8.0", "2.8.0"
ENTITY = "sensor.bridge_energy_import"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
STORE_SECONDS = 900
SENSOR = meter_sensor(IMPORT, Medium.ELECTRICITY)

# Hypothesis 6.170 warns about reference counting in Python 3.14.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
energy = settings(
    max_examples=int(environ.get("ENERGY_EXAMPLES", "300")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Home:
    """A meter, the account that judges its readings, and the recorded states."""

    def __init__(self, start: int, *, timed: bool = True) -> None:
        """Install a meter at this level (Wh)."""
        self.milliwatt_hours = start * 3_600_000
        self.timed = timed
        self.clock = 0
        self.host_offset = self.meter_offset = 0
        self.sent: list[Reading] = []
        self.states: list[State] = []
        self.restarts = 0
        self._accounts = self._new_accounts()
        self._stored = ""
        self._stored_at = 0

    @property
    def true(self) -> int:
        """Return what the meter has counted, in whole Wh."""
        return self.milliwatt_hours // 3_600_000

    @staticmethod
    def _new_accounts() -> Accounts:
        """Return new accounts, as after a start of Home Assistant."""
        return Accounts(stale_after=600)

    def replace_meter(self, start: int) -> None:
        """Replace the meter by another one at this level (Wh)."""
        self.milliwatt_hours = start * 3_600_000

    def pass_time(self, step: Step) -> None:
        """Let the time of a step pass, then process its reading."""
        self.clock += step.seconds
        self.milliwatt_hours += step.watts * step.seconds * 1000
        self.host_offset += step.host_clock
        self.meter_offset += step.meter_clock
        if step.restart:
            self._restart(step.restart)
        reading = self._reading(step)
        now = BEGIN.timestamp() + self.clock + self.host_offset
        taken = self._accounts.take(reading, now=now, clock=float(self.clock))
        self.restarts += len(taken.restarted)
        self._record(taken.values)
        if not self._stored or self.clock - self._stored_at >= STORE_SECONDS:
            self._store()

    def _reading(self, step: Step) -> Reading:
        """Return the reading that the bridge sends."""
        if step.replay and self.sent:
            return self.sent[-min(step.replay, len(self.sent))]
        values: dict[str, float] = {EXPORT: 5000, "16.7.0": step.watts}
        if (value := step.sent(self.true)) is not None:
            values[IMPORT] = value
        time = BEGIN + timedelta(seconds=self.clock + self.meter_offset)
        reading = Reading(
            values=values, time=time if self.timed else None, token=self.clock
        )
        self.sent.append(reading)
        return reading

    def _store(self) -> None:
        """Store the accounts."""
        self._stored = json.dumps(self._accounts.as_stored())
        self._stored_at = self.clock

    def _restart(self, how: Restart) -> None:
        """Restart Home Assistant; its sensors are unavailable meanwhile."""
        if how is Restart.ORDERLY:
            self._store()
        self._record({})
        self._accounts = self._new_accounts()
        self._accounts.restore(json.loads(self._stored))
        self._stored_at = self.clock

    def _record(self, values: Mapping[str, float]) -> None:
        """Record the state of the sensor."""
        shown = values.get(IMPORT)
        at = BEGIN + timedelta(seconds=self.clock)
        self.states.append(
            State(
                ENTITY,
                STATE_UNAVAILABLE
                if shown is None
                else str(shift(shown, SENSOR.places)),
                {
                    "state_class": SENSOR.state_class,
                    "device_class": SENSOR.device_class,
                    "unit_of_measurement": SENSOR.native_unit_of_measurement,
                },
                last_changed=at,
                last_updated=at,
            )
        )


@energy
@given(stream=streams())
def test_what_is_recorded_is_what_was_counted(stream: Stream) -> None:
    """Whatever was sent, the sum ends at what the meter has counted, to the Wh."""
    home = Home(stream.start, timed=stream.timed)
    home.pass_time(Step(seconds=1))
    begin = home.true
    for step in (*stream.steps, *settling()):
        home.pass_time(step)
    hass = recorder()
    assert home.restarts == 0 or stream.has_gaps
    assert float(home.states[-1].state) * 1000 == pytest.approx(home.true, abs=0.01)
    assert compiled(hass, home.states) == home.true - begin
    # Home Assistant did not warn that the state fell.
    assert stream.crashes or not hass.data


def exchanged(old: int, new: int) -> tuple[int, int]:
    """Replace a meter; return the recorded sum, and what both meters have counted."""
    home = Home(old)
    home.pass_time(Step(seconds=1))
    begin = home.true
    for _ in range(100):
        home.pass_time(Step(seconds=60))
    counted = home.true - begin
    home.replace_meter(new)
    for _ in range(100):
        home.pass_time(Step(seconds=60))
    assert home.restarts == 1
    assert float(home.states[-1].state) * 1000 == pytest.approx(home.true, abs=0.01)
    return compiled(recorder(), home.states), counted + home.true - new


@settings(energy, max_examples=50)
@given(
    old=st.integers(300_000, 10**9), part=st.integers(0, 850), above=st.integers(0, 999)
)
def test_a_new_meter_counts_on(old: int, part: int, above: int) -> None:
    """The sum has what both meters counted, plus the first level of the new one.

    Home Assistant assumes that a counter that fell has begun at zero.
    """
    new = old * part // 1000 + above
    recorded, counted = exchanged(old, new)
    assert recorded == counted + new


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (10_526_027, 0, 0),
        (10_526_027, 17, 17),
        (10_526_027, 5_000_000, 5_000_000),
        (10_526_027, 10_000_000, 10_000_000 - 10_526_860),
        (10_526_027, 20_000_000, 20_000_000 - 10_526_860),
    ],
)
def test_what_a_new_meter_costs(old: int, new: int, wrong: int) -> None:
    """If the new meter does not begin at zero, the sum is wrong by this many Wh.

    Its first level is added if the register fell by more than a tenth, else the
    difference between both meters. Developer tools let the owner correct it.
    """
    recorded, counted = exchanged(old, new)
    assert recorded == counted + wrong


type Steps = list[tuple[int, int]]


class Counting(Home):
    """A meter whose counts come raw, in steps, or with a number of its own."""

    def __init__(self, start: int, *, step: int = 1, serial: str | None = None) -> None:
        """Install a meter that shows so many Wh, in steps of some Wh."""
        super().__init__(start)
        self.step, self.serial = step, serial
        self.scale: Scale | None = None

    @property
    @override
    def true(self) -> int:
        """Return what the meter shows, in whole steps."""
        return super().true // self.step * self.step

    @override
    def _reading(self, step: Step) -> Reading:
        """Return what the bridge answers: with a scale, raw counts of 0.1 Wh."""
        reading = super()._reading(step)
        meter = Meter(serial=self.serial)
        if self.scale is None:
            return replace(reading, meter=meter)
        counts = Counts(
            medium=Medium.ELECTRICITY, total=self.true * 10, demand=step.watts * 10
        )
        return replace(reading, values={}, meter=meter, scale=self.scale, scaled=counts)


_GOOD = Scale(unit=0, multiplier=1, divisor=10_000)
_LOST = st.sampled_from(
    [Scale(unit=0), Scale(), Scale(unit=0, multiplier=1), Scale(unit=0, divisor=0)]
)
_OTHER = st.sampled_from(
    [replace(_GOOD, divisor=1000), replace(_GOOD, divisor=1), replace(_GOOD, unit=12)]
)
_hours = st.lists(
    st.tuples(st.sampled_from([10, 60, 300]), st.sampled_from([0, 500, 20_000])),
    min_size=1,
    max_size=20,
)


@energy
@given(episodes=st.lists(st.tuples(_LOST | _OTHER, _hours), min_size=1, max_size=8))
def test_lost_and_wrong_scales(episodes: list[tuple[Scale, Steps]]) -> None:
    """Scales that are unread or that change alone cost nothing, over restarts too."""
    home = Counting(10_526_027)
    home.scale = _GOOD
    home.pass_time(Step(seconds=1))
    begin = home.true
    for scale, steps in episodes:
        home.scale = scale
        for seconds, watts in steps:
            home.pass_time(Step(seconds=seconds, watts=watts))
        home.scale = _GOOD
        home.pass_time(Step(seconds=10, restart=Restart.ORDERLY))
    for step in settling():
        home.pass_time(step)
    assert home.restarts == 0
    assert compiled(recorder(), home.states) == home.true - begin


@energy
@given(
    step=st.sampled_from([100, 1000, 10_000, 30_000]),
    watts=st.sampled_from([3000, 30_000, 90_000]),
    seconds=st.sampled_from([10, 60, 300]),
    hours=st.integers(1, 20),
)
def test_coarse_counters(step: int, watts: int, seconds: int, hours: int) -> None:
    """What a counter takes in large steps is booked with each step, to the Wh."""
    home = Counting(4_020_000, step=step)
    home.pass_time(Step(seconds=1, watts=watts))
    begin = home.true
    for _ in range(hours * 3600 // seconds):
        home.pass_time(Step(seconds=seconds, watts=watts))
    shown = float(home.states[-1].state) * 1000
    assert shown == pytest.approx(home.true, abs=0.01)
    assert home.restarts == 0
    assert compiled(recorder(), home.states) == home.true - begin


@settings(energy, max_examples=100)
@given(
    old=st.integers(300_000, 10**9),
    part=st.integers(0, 2000),
    counts=st.integers(1, 50),
)
def test_another_number(old: int, part: int, counts: int) -> None:
    """A meter with another number is booked as the table of the page says, at once."""
    home = Counting(old, serial="A")
    home.pass_time(Step(seconds=1))
    begin, last = home.true, 0
    for _ in range(counts):
        home.pass_time(Step(seconds=60))
        last = home.true
    new = old * part // 1000
    home.replace_meter(new)
    home.serial = "B"
    for _ in range(counts):
        home.pass_time(Step(seconds=60))
    is_lower = 10 * (new + 500 // 60) < 9 * last
    booked = home.true if is_lower else home.true - last
    # Import and export.
    assert home.restarts == 2
    assert compiled(recorder(), home.states) == last - begin + booked
