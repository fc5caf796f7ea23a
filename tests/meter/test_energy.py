"""Energy never lies: what Home Assistant adds up is what the meter counted.

Drawn streams of readings go through account and guard, become states as the
sensor writes them, and are compiled by Home Assistant's own statistics compiler.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from os import environ

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import State
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.meter_bridge.bridges.snapshot import Medium, Reading
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

# Python 3.14 counts references in a way that Hypothesis 6.170 warns about.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
energy = settings(
    max_examples=int(environ.get("ENERGY_EXAMPLES", "300")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Home:
    """A meter, the account that judges its readings, and the states that follow."""

    def __init__(self, start: int, *, timed: bool = True) -> None:
        """Install a meter that shows so many Wh."""
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
        """Return the accounts of a Home Assistant that has just started."""
        return Accounts(stale_after=600)

    def replace_meter(self, start: int) -> None:
        """Let the utility install another meter, which shows so many Wh."""
        self.milliwatt_hours = start * 3_600_000

    def pass_time(self, step: Step) -> None:
        """Let time pass, then a reading arrive."""
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
        """Return what the bridge answers."""
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
        """Write what is believed."""
        self._stored = json.dumps(self._accounts.as_stored())
        self._stored_at = self.clock

    def _restart(self, how: Restart) -> None:
        """Start Home Assistant anew; its sensors are unavailable meanwhile."""
        if how is Restart.ORDERLY:
            self._store()
        self._record({})
        self._accounts = self._new_accounts()
        self._accounts.restore(json.loads(self._stored))
        self._stored_at = self.clock

    def _record(self, values: Mapping[str, float]) -> None:
        """Write the state that the sensor shows."""
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
    """Whatever was sent meanwhile, the sum ends as the meter's own count, to the Wh."""
    home = Home(stream.start, timed=stream.timed)
    home.pass_time(Step(seconds=1))
    begin = home.true
    for step in (*stream.steps, *settling()):
        home.pass_time(step)
    hass = recorder()
    assert home.restarts == 0 or stream.has_gaps
    assert float(home.states[-1].state) * 1000 == pytest.approx(home.true, abs=0.01)
    assert compiled(hass, home.states) == home.true - begin
    # Home Assistant had no reason to say that this state fell.
    assert stream.crashes or not hass.data


def exchanged(old: int, new: int) -> tuple[int, int]:
    """Replace a meter; return what was recorded, and what both have counted."""
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
    """Both meters' consumption is recorded; what the new one began with comes on top.

    Home Assistant takes a counter that fell for one that began at zero.
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
    """By so many Wh the sum is wrong after a meter that began elsewhere than at zero.

    It is added where the register fell by more than a tenth; where it did not, or rose,
    the difference between both meters is. Developer tools let the owner correct it.
    """
    recorded, counted = exchanged(old, new)
    assert recorded == counted + wrong
