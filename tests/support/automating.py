"""Automations that run in Home Assistant, and tell a test when."""

from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.components import automation
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

_TOLD = "told"


async def automate(
    hass: HomeAssistant,
    trigger: Mapping[str, Any],
    conditions: Sequence[Mapping[str, Any]] = (),
) -> list[Event[Any]]:
    """Run an automation that fires an event; return the events, those to come too."""
    told: list[Event[Any]] = async_capture_events(hass, _TOLD)
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            automation.DOMAIN: {
                "alias": "Tell",
                "triggers": dict(trigger),
                "conditions": [dict(each) for each in conditions],
                "actions": {
                    "event": _TOLD,
                    "event_data": {"by": "{{ trigger.entity_id | default('') }}"},
                },
                "mode": "queued",
            }
        },
    )
    await hass.async_block_till_done()
    return told


def runs(hass: HomeAssistant) -> bool:
    """Tell whether the automation was accepted and is on."""
    state = hass.states.get("automation.tell")
    return state is not None and state.state == "on"


def by(told: Sequence[Event[Any]]) -> list[str]:
    """Return which entities led to the events."""
    return [event.data["by"] for event in told]


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return the devices of a bridge."""
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return [device.id for device in found]
