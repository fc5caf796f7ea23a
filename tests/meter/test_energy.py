"""Energy is never wrong: Home Assistant's statistics add up what the meter counted.

Random streams of readings go through account and guard, become states as the sensor
writes them, and are compiled by Home Assistant's own statistics compiler.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from os import environ

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
from tests.support.energy import Factors, Restart, Step, Stream, settling, streams

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


_GOOD = Scale(unit=0, multiplier=1, divisor=10_000)
_SCALES = {
    None: (_GOOD,),
    Factors.UNREAD: (
        *(Scale(unit=0), Scale(), Scale(unit=0, multiplier=1)),
        Scale(unit=0, divisor=0),
    ),
    Factors.OTHER: (
        *(replace(_GOOD, divisor=1000), replace(_GOOD, divisor=1)),
        replace(_GOOD, unit=12),
    ),
}


class Home:
    """A meter, the account that judges its readings, and the recorded states."""

    def __init__(
        self, start: int, *, timed: bool = True, coarse: int = 1, raw: bool = False
    ) -> None:
        """Install a meter at this level (Wh), which counts in steps of some Wh.

        It sends values with units, or `raw` counts.
        """
        self.coarse, self.raw = coarse, raw
        self.serial = 1
        self.begin = start // coarse * coarse
        # What was booked when the meter was exchanged, beside what it has counted.
        self.booked = 0
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
        """Return what the meter shows, in whole steps of some Wh."""
        return self.milliwatt_hours // 3_600_000 // self.coarse * self.coarse

    @property
    def shown(self) -> int:
        """Return the total that was recorded last, in Wh."""
        states = [each.state for each in self.states]
        last = next(each for each in reversed(states) if each != STATE_UNAVAILABLE)
        return round(float(last) * 1000)

    @property
    def owed(self) -> int:
        """Return the sum that has to be recorded, as the page of reliability says."""
        return self.true - self.begin + self.booked

    @staticmethod
    def _new_accounts() -> Accounts:
        """Return new accounts, as after a start of Home Assistant."""
        return Accounts(stale_after=600)

    def replace_meter(self, start: int) -> None:
        """Replace the meter by another one at this level (Wh)."""
        self.milliwatt_hours = start * 3_600_000

    def exchange_meter(self, part: int) -> None:
        """Install a meter with another number, at so many ‰ of the level before.

        Home Assistant takes a fall by more than a tenth for a counter that began at
        zero, and books the difference to what it has recorded otherwise.
        """
        assert self.shown >= self.true
        self.serial += 1
        # A bridge that replays readings of the meter before says that it is back.
        self.sent.clear()
        last = self.shown
        self.replace_meter(self.true * part // 1000)
        is_lower = 10 * self.true < 9 * last
        self.booked += last - self.begin + (self.true if is_lower else self.true - last)
        self.begin = self.true

    def pass_time(self, step: Step) -> None:
        """Let the time of a step pass, then process its reading."""
        self.clock += step.seconds
        self.milliwatt_hours += step.watts * step.seconds * 1000
        self.host_offset += step.host_clock
        self.meter_offset += step.meter_clock
        if step.restart:
            self._restart(step.restart)
        if step.exchange is not None:
            self.exchange_meter(step.exchange)
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
        time = BEGIN + timedelta(seconds=self.clock + self.meter_offset)
        reading = Reading(
            values={EXPORT: 5000, "16.7.0": step.watts},
            time=time if self.timed else None,
            token=self.clock,
            meter=Meter(serial=str(self.serial)),
        )
        value = step.sent(self.true)
        if self.raw:
            scaled = Counts(
                medium=Medium.ELECTRICITY,
                total=None if value is None else value * 10,
                demand=step.watts * 10,
            )
            scales = _SCALES[step.factors]
            scale = scales[self.clock % len(scales)]
            reading = replace(
                reading, values={EXPORT: 5000}, scale=scale, scaled=scaled
            )
        elif value is not None:
            reading = replace(reading, values={**reading.values, IMPORT: value})
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
    home = Home(stream.start, timed=stream.timed, coarse=stream.coarse, raw=stream.raw)
    home.pass_time(Step(seconds=1))
    for step in (*stream.steps, *settling()):
        home.pass_time(step)
    hass = recorder()
    assert home.restarts == 0 or stream.has_gaps or stream.exchanges
    assert float(home.states[-1].state) * 1000 == pytest.approx(home.true, abs=0.01)
    assert compiled(hass, home.states) == home.owed
    # Home Assistant did not warn that the state fell.
    assert stream.crashes or stream.exchanges or not hass.data


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
        (10_742_027, 0, 0),
        (10_742_027, 17, 17),
        (10_742_027, 5_000_000, 5_000_000),
        (10_742_027, 10_000_000, 10_000_000 - 10_742_860),
        (10_742_027, 20_000_000, 20_000_000 - 10_742_860),
    ],
)
def test_what_a_new_meter_costs(old: int, new: int, wrong: int) -> None:
    """If the new meter does not begin at zero, the sum is wrong by this many Wh.

    Its first level is added if the register fell by more than a tenth, else the
    difference between both meters. Developer tools let the owner correct it.
    """
    recorded, counted = exchanged(old, new)
    assert recorded == counted + wrong


@pytest.mark.parametrize("seconds", [10, 60, 300])
@pytest.mark.parametrize("watts", [3000, 30_000, 90_000])
@pytest.mark.parametrize("step", [100, 1000, 10_000, 30_000])
def test_coarse_counters(step: int, watts: int, seconds: int) -> None:
    """What a counter takes in large steps is booked with each step, to the Wh."""
    home = Home(4_020_000, coarse=step)
    home.pass_time(Step(seconds=1, watts=watts))
    for _ in range(20):
        for _ in range(3600 // seconds):
            home.pass_time(Step(seconds=seconds, watts=watts))
        assert home.shown == home.true
    assert home.restarts == 0
    assert compiled(recorder(), home.states) == home.owed


@settings(energy, max_examples=100)
@given(
    old=st.integers(300_000, 10**9),
    part=st.integers(0, 2000),
    counts=st.integers(1, 50),
)
def test_another_number(old: int, part: int, counts: int) -> None:
    """A meter with another number is booked as the table of the page says, at once."""
    home = Home(old)
    home.pass_time(Step(seconds=1))
    for _ in range(counts):
        home.pass_time(Step(seconds=60))
    home.pass_time(Step(seconds=60, watts=0, exchange=part))
    for _ in range(counts):
        home.pass_time(Step(seconds=60))
    # Import and export.
    assert home.restarts == 2
    assert home.shown == home.true
    assert compiled(recorder(), home.states) == home.owed
