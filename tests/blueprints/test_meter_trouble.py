"""The owner is notified of trouble with a meter."""

from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_get_persistent_notifications,
)

from tests.blueprints.passing import (
    Advance,
    Use,
    poll,
    settle,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp, Start
from tests.support.automating import bridge_of, devices
from tests.support.started import start
from tests.support.watching import shows


async def trouble(
    hass: HomeAssistant, use: Use, meters: list[str], **inputs: object
) -> list[Event[Any]]:
    """Run the blueprint; return the list of its notifications."""
    told: list[Event[Any]] = async_capture_events(hass, "told")
    data = {"meter": "{{ meter }}", "what": "{{ what }}", "text": "{{ text }}"}
    tell = [{"event": "told", "event_data": data}]
    target = {"device_id": meters}
    await use("meter_trouble", {"meters": target, "tell": tell, **inputs})
    return told


async def test_trouble_is_told(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A lasting missing PIN is notified; so are a stale meter and its return."""
    entry = await set_up(iometer)
    told = await trouble(hass, use, devices(hass, entry))
    iometer.pin = "missing"
    iometer.tick()
    await shows(hass, "sensor.bridge_pin", "missing")
    assert not told
    await advance(61)
    await iometer.unplug()
    await poll(entry)
    await advance(601)
    await iometer.plug_in()
    iometer.tick()
    await poll(entry)
    await shows(hass, "binary_sensor.bridge_meter_connection", "on")
    await settle()
    assert [event.data["text"] for event in told] == [
        "Bridge PIN reports a problem.",
        "Bridge has stopped sending readings.",
        "Bridge is sending readings again.",
    ]
    assert {event.data["meter"] for event in told} == {"Bridge"}


async def test_short_silence_is_not_told(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """A meter that is stale for a short time is not notified, nor is its return."""
    entry = await set_up(iometer)
    told = await trouble(hass, use, devices(hass, entry))
    await iometer.unplug()
    await poll(entry)
    await advance(500)
    await iometer.plug_in()
    iometer.tick()
    await poll(entry)
    await shows(hass, "binary_sensor.bridge_meter_connection", "on")
    await advance(601)
    assert not told


async def test_every_status_bit_is_notified(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    use: Use,
    advance: Advance,
) -> None:
    """By default there is a notification for each problem of either of its meters."""
    octopus = await start(simulators, OctopusHomeProSimulator)
    entry = await set_up(octopus)
    await async_setup_component(hass, "persistent_notification", {})
    target = bridge_of(hass, entry, "trigger", "problem_raised")["target"]
    await use("meter_trouble", {"meters": target, "problem_for": 0})
    octopus.electricity.mstatus = 0b101
    octopus.gas.mstatus = 0b10
    await advance(61)
    await poll(entry)
    notes = async_get_persistent_notifications(hass).values()
    assert sorted((note["title"], note["message"]) for note in notes) == [
        (
            "Electricity meter",
            "Electricity meter Meter check needed reports a problem.",
        ),
        ("Electricity meter", "Electricity meter Tampering reports a problem."),
        ("Gas meter", "Gas meter Meter battery reports a problem."),
    ]
