"""Derived energy is never wrong: gas in kWh, by numbers that may change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import issue_registry as ir
from hypothesis import given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.octopus_home_pro.zigbee import Counts
from custom_components.meter_bridge.bridges.snapshot import (
    Derivation,
    Medium,
    Meter,
    Reading,
    Scale,
)
from custom_components.meter_bridge.bridges.wire import shift
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.support.accounts import Accounts
from tests.support.compiler import compiled, recorder
from tests.support.counted import Counted
from tests.support.energy import Factors, Step

ENERGY, VOLUME = "1.8.0", "3.0.0"
GAS = Meter(key="gas", medium=Medium.GAS)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SENSOR = "sensor.gas_meter_gas_energy"
FACTORS = [10_000.0, 11_220.633333333333, 11_644.3, 12_500.0]
SCALES = {
    None: Scale(unit=1, multiplier=1, divisor=1000),
    Factors.UNREAD: Scale(),
    # The same counts are said to be Wh.
    Factors.OTHER: Scale(unit=0, multiplier=1, divisor=1000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Litres used in some minutes, and what is new before the reading at their end.

    A meter with another number may begin at a level (litres). That is not zero: zeros
    alone may come of a bridge that does not read the meter yet, and count nothing.
    """

    litres: int
    minutes: int
    factor: float | None = None
    factors: Factors | None = None
    level: int | None = None


_litres, _minutes = st.integers(0, 500), st.sampled_from([1, 10, 60, 3000])
_good = st.builds(Part, litres=_litres, minutes=_minutes)
_burned = st.builds(
    Part,
    litres=_litres,
    minutes=_minutes,
    factor=st.none() | st.sampled_from(FACTORS),
    factors=st.sampled_from([None, Factors.UNREAD]),
)
# What is held back counts by the factor of the next good reading.
_held = st.tuples(
    st.lists(
        st.builds(
            Part, litres=_litres, minutes=_minutes, factors=st.just(Factors.OTHER)
        ),
        min_size=1,
        max_size=5,
    ),
    _good,
).map(lambda both: [*both[0], both[1]])
_episodes = st.lists(_burned.map(lambda part: [part]) | _held, min_size=1, max_size=30)


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """Draw what is burned of a meter, and perhaps of another one after it."""
    episodes = draw(_episodes)
    if draw(st.booleans()):
        level = draw(st.integers(1, 10**7))
        other = Part(litres=0, minutes=10, level=level)
        episodes.insert(draw(st.integers(0, len(episodes))), [other])
    return [part for episode in episodes for part in episode]


def state(energy: float, at: datetime) -> State:
    """Return the state of the sensor."""
    attributes = {
        "state_class": "total_increasing",
        "device_class": "energy",
        "unit_of_measurement": "kWh",
    }
    shown = str(shift(energy, -3))
    return State(SENSOR, shown, attributes, last_changed=at, last_updated=at)


# Hypothesis 6.170 warns about reference counting in Python 3.14.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(start=st.integers(1, 10**7), burned=parts())
def test_each_litre_counts_once(start: int, burned: list[Part]) -> None:
    """The recorded sum is the gas used, each litre by the factor of its time.

    A change of the factor reloads the entry, and may round by half a Wh. Units that are
    unread or wrong cost nothing, and the level of another meter adds nothing.
    """
    accounts = Accounts(stale_after=7200)
    factor, litres, clock, meter = FACTORS[0], start, 0, replace(GAS, serial="A")
    exact, changes = Fraction(0), 0
    states: list[State] = []
    for part in [Part(litres=0, minutes=0), *burned]:
        litres, clock = litres + part.litres, clock + 60 * part.minutes
        exact += Fraction(factor) * part.litres / 1000
        if part.level is not None:
            litres, meter = part.level, replace(GAS, serial="B")
        if part.factor:
            stored = accounts.as_stored()
            accounts = Accounts(stale_after=7200)
            accounts.restore(stored)
            factor, changes = part.factor, changes + 1
        reading = Reading(
            values={},
            scale=SCALES[part.factors],
            scaled=Counts(medium=Medium.GAS, total=litres, demand=None),
            token=clock,
            meter=meter,
            derived=(Derivation(code=ENERGY, source=VOLUME, factor=factor, places=0),),
        )
        at = BEGIN + timedelta(seconds=clock)
        shown = accounts.take(reading, now=at.timestamp(), clock=float(clock)).values
        if ENERGY in shown:
            states.append(state(shown[ENERGY], at))
    hass = recorder()
    assert abs(compiled(hass, states) - exact) <= 1 + Fraction(changes, 2)
    assert not hass.data


@pytest.fixture
def recorder_config() -> dict[str, object]:
    """Record the gas, and little else."""
    return {"include": {"entity_globs": ["sensor.gas*"]}, "commit_interval": 5}


@pytest.fixture
def count(
    recorder_mock: Recorder,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> Callable[[], Awaitable[Counted]]:
    """Set up an entry whose gas is recorded; two cubic metres are used per hour."""

    async def begin() -> Counted:
        simulator = await simulators("octopus_home_pro")
        simulator.house.burn(2000)
        freezer.move_to(simulator.house.now)
        entry = await set_up(simulator)
        return Counted(recorder_mock, simulator, entry, freezer, SENSOR)

    return begin


async def choose(hass: HomeAssistant, entry: MockConfigEntry, calorific: float) -> None:
    """Set the calorific value as the owner does."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        flow["flow_id"],
        {
            "updates": "every_reading",
            "calorific_value": calorific,
            "correction_factor": 1.0,
        },
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize("calorific", [36.0, 39.6, 43.2])
async def test_other_options_book_nothing(
    count: Callable[[], Awaitable[Counted]], hass: HomeAssistant, calorific: float
) -> None:
    """New numbers apply to new gas only; the total continues, without an issue."""
    counted = await count()
    hour = [Step(seconds=60)] * 60
    await choose(hass, counted.entry, 36.0)
    for step in hour:
        await counted.pass_time(step)
    before = counted.shown
    assert before - counted.begin == 20_000
    await choose(hass, counted.entry, calorific)
    assert counted.shown == before
    for step in hour:
        await counted.pass_time(step)
    assert counted.shown - before == pytest.approx(2000 * calorific / 3.6)
    assert await counted.recorded() == pytest.approx(20_000 + 2000 * calorific / 3.6)
    assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]
