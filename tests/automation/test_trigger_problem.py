"""The trigger "problem raised": once for each new problem."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp, Start
from tests.support.automating import (
    automate_trigger,
    by,
)
from tests.support.started import start
from tests.support.watching import advance, fades, poll, shows


async def test_every_status_bit_raises_a_problem(
    hass: HomeAssistant,
    octopus: OctopusHomeProSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A bit of either meter triggers when it is set, but not when it is cleared."""
    entry = await set_up(octopus)
    told = await automate_trigger(hass, entry, "problem_raised")
    for bits in (0b101, 0, 0):
        octopus.electricity.mstatus = bits
        octopus.gas.mstatus = bits << 1
        await advance(hass, freezer, 61)
        await poll(hass, entry)
    assert sorted(by(told)) == [
        "binary_sensor.electricity_meter_meter_check_needed",
        "binary_sensor.electricity_meter_tampering",
        "binary_sensor.gas_meter_meter_battery",
    ]


async def test_missing_pin_is_a_problem(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A missing PIN triggers; a PIN that is being entered does not."""
    entry = await set_up(iometer)
    told = await automate_trigger(hass, entry, "problem_raised")
    for pin in ("pending", "missing"):
        iometer.pin = pin
        iometer.tick()
        await shows(hass, "sensor.bridge_pin", pin)
    await hass.async_block_till_done()
    assert by(told) == ["sensor.bridge_pin"]


async def test_problem_that_lasts_is_told_once(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither a drop-out nor a reload repeats the trigger for an old problem."""
    entry = await set_up(iometer)
    told = await automate_trigger(hass, entry, "problem_raised")
    iometer.pin = "missing"
    iometer.tick()
    await shows(hass, "sensor.bridge_pin", "missing")
    await iometer.unplug()
    await fades(hass, freezer, "sensor.bridge_pin")
    await iometer.plug_in()
    await poll(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await shows(hass, "sensor.bridge_pin", "missing")
    assert len(told) == 1


async def test_problem_behind_a_drop_out_is_told(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A problem that began while the bridge was away triggers when it is back."""
    entry = await set_up(iometer)
    told = await automate_trigger(hass, entry, "problem_raised")
    await iometer.unplug()
    await fades(hass, freezer, "sensor.bridge_pin")
    iometer.pin = "missing"
    await iometer.plug_in()
    await poll(hass, entry)
    assert by(told) == ["sensor.bridge_pin"]


async def test_problem_at_the_start_is_no_news(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A problem that is older than the automation does not trigger it."""
    iometer.pin = "missing"
    iometer.tick()
    entry = await set_up(iometer)
    told = await automate_trigger(hass, entry, "problem_raised")
    await poll(hass, entry)
    assert not told


async def test_alerts_are_a_problem(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A count of alerts that rises from zero triggers; one more alert does not."""
    egauge = await start(simulators, EgaugeSimulator)
    egauge.alerts = 0
    entry = await set_up(egauge)
    told = await automate_trigger(hass, entry, "problem_raised")
    for _ in range(2):
        egauge.alerts += 1
        await advance(hass, freezer, 601)
        await poll(hass, entry)
    assert by(told) == ["sensor.bridge_alerts"]
