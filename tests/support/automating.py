"""Run automations with our triggers and conditions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from homeassistant.components import automation
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.meter_bridge.const import DOMAIN

from .simulator import Simulator
from .waiting import eventually
from .watching import state

_EVENT = "automation_ran"


async def automate(
    hass: HomeAssistant,
    triggers: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    conditions: Sequence[Mapping[str, Any]] = (),
) -> list[Event[Any]]:
    """Add an automation that fires events; return a list that they are added to."""
    events: list[Event[Any]] = async_capture_events(hass, _EVENT)
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "alias": "Tell",
                "triggers": triggers,
                "conditions": [dict(each) for each in conditions],
                "actions": {
                    "event": _EVENT,
                    "event_data": {
                        "by": "{{ trigger.entity_id | default('') }}",
                        "of": "{{ trigger.id }}",
                    },
                },
                "mode": "queued",
            }
        },
    )
    await hass.async_block_till_done()
    return events


async def automate_trigger(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, **options: object
) -> list[Event[Any]]:
    """Add an automation with a trigger for all devices of a bridge."""
    events = await automate(hass, config_of(hass, entry, "trigger", key, **options))
    assert runs(hass)
    return events


def config_of(
    hass: HomeAssistant, entry: MockConfigEntry, what: str, key: str, **options: object
) -> dict[str, Any]:
    """Return a trigger or condition whose target is all devices of a bridge."""
    return {
        what: f"{DOMAIN}.{key}",
        "target": {"device_id": devices(hass, entry)},
        "options": options,
    }


def bridge_of(
    hass: HomeAssistant, entry: MockConfigEntry, what: str, key: str, **options: object
) -> dict[str, Any]:
    """Return a trigger or condition whose target is only the device of the bridge."""
    devices = dr.async_get(hass)
    found = dr.async_entries_for_config_entry(devices, entry.entry_id)
    bridges = [device.id for device in found if device.via_device_id is None]
    return {
        **config_of(hass, entry, what, key, **options),
        "target": {"device_id": bridges},
    }


def runs(hass: HomeAssistant) -> bool:
    """Tell whether the automation exists and is on."""
    state = hass.states.get("automation.tell")
    return state is not None and state.state == "on"


def by(events: Sequence[Event[Any]], of: str | None = None) -> list[str]:
    """Return the entities that caused the events, or those of one trigger."""
    return [event.data["by"] for event in events if of in (None, event.data["of"])]


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return the devices of a bridge."""
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return [device.id for device in found]


async def draw(
    hass: HomeAssistant, simulator: Simulator, phase: int, amperes: int, shown: int = 0
) -> None:
    """Set the current of a phase, and wait until its sensor shows it."""
    await eventually(lambda: simulator.open_streams)
    simulator.force(f"{11 + 20 * phase}.7.0", Decimal(amperes))
    simulator.tick()
    sensor = f"sensor.bridge_current_l{phase}"
    await eventually(lambda: shown_number(hass, sensor) == (shown or amperes))


def shown_number(hass: HomeAssistant, entity_id: str) -> float | None:
    """Return the number that a sensor shows, None if it shows none."""
    shown = state(hass, entity_id)
    return None if shown in (STATE_UNAVAILABLE, STATE_UNKNOWN) else float(shown)
