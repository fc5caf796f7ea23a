"""Derived energy is never wrong: gas in kWh, by numbers that may change."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import issue_registry as ir
from hypothesis import given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.snapshot import (
    Derivation,
    Medium,
    Meter,
    Reading,
)
from custom_components.meter_bridge.bridges.wire import shift
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.support.accounts import Accounts
from tests.support.compiler import compiled, recorder
from tests.support.counted import Counted
from tests.support.energy import Step

ENERGY, VOLUME = "1.8.0", "3.0.0"
GAS = Meter(key="gas", medium=Medium.GAS)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SENSOR = "sensor.gas_meter_gas_energy"
FACTORS = [10_000.0, 11_220.633333333333, 11_644.3, 12_500.0]
# Litres used in some minutes, and the factor by which they count.
burned = st.tuples(
    st.integers(0, 500),
    st.sampled_from([1, 10, 60, 3000]),
    st.none() | st.sampled_from(FACTORS),
)


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
@given(start=st.integers(1, 10**7), parts=st.lists(burned, min_size=1, max_size=40))
def test_each_litre_counts_once(
    start: int, parts: list[tuple[int, int, float | None]]
) -> None:
    """The recorded sum is the gas used, each litre by the factor of its time.

    A change of the factor reloads the entry, and may round by half a Wh.
    """
    accounts = Accounts(stale_after=7200)
    factor, litres, clock = FACTORS[0], start, 0
    exact, changes = Fraction(0), 0
    states: list[State] = []
    for burnt, minutes, other in [(0, 0, None), *parts]:
        litres, clock = litres + burnt, clock + 60 * minutes
        exact += Fraction(factor) * burnt / 1000
        if other:
            stored = accounts.as_stored()
            accounts = Accounts(stale_after=7200)
            accounts.restore(stored)
            factor, changes = other, changes + 1
        reading = Reading(
            values={VOLUME: shift(litres, -3)},
            token=clock,
            meter=GAS,
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
    return {"include": {"entity_globs": ["sensor.gas*"]}, "commit_interval": 0}


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
