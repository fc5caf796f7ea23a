"""Put secrets into all that a bridge sends, and collect all that others can read."""

from collections.abc import Mapping
import json
import logging
import traceback

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from tests.faults.bodies import in_events

from .mishaps import Answer
from .plants import Plants
from .simulator import Simulator


def plant(simulator: Simulator, plants: Plants) -> None:
    """Let a simulator send secrets instead of its texts."""

    async def say(_request: web.Request, answer: Answer) -> web.StreamResponse:
        whole = await answer()
        if isinstance(whole, web.Response) and isinstance(whole.body, bytes):
            whole.body = plants.change(whole.body)
        return whole

    simulator._mishaps[None] = say  # noqa: SLF001 (changes bodies, leaves heads)
    simulator.twist = in_events(plants.change)


async def emitted(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> Mapping[str, str]:
    """Return all texts that the integration passes on, by place."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    diagnostics = [await async_get_config_entry_diagnostics(hass, entry)] + [
        await async_get_device_diagnostics(hass, entry, device) for device in devices
    ]
    states = [state for each in entities if (state := hass.states.get(each.entity_id))]
    return {
        "log": "\n".join(
            _logged(record)
            for record in caplog.records
            if record.name.startswith(("homeassistant", "custom_components"))
        ),
        "diagnostics": json.dumps(diagnostics),
        "issues": "\n".join(
            f"{issue_id} {issue.data} {issue.translation_placeholders}"
            for (domain, issue_id), issue in ir.async_get(hass).issues.items()
            if domain == DOMAIN
        ),
        "states": "\n".join(state.state for state in states),
        "attributes": "\n".join(str(state.attributes) for state in states),
        "names": "\n".join(f"{it.entity_id} {it.original_name}" for it in entities),
        "title": entry.title,
        "reason": str(entry.reason),
        "devices": "\n".join(
            f"{it.name} {it.model} {it.manufacturer} {it.sw_version} {it.hw_version}"
            for it in devices
        ),
        "serials": "\n".join(str(each.serial_number) for each in devices),
        "connections": "\n".join(str(each.connections) for each in devices),
    }


def _logged(record: logging.LogRecord) -> str:
    """Return the text of a log record, with its format and arguments."""
    logged = f"{record.getMessage()} {record.msg} {record.args}"
    if record.exc_info and record.exc_info[1]:
        logged += error_text(record.exc_info[1])
    return logged


def error_text(error: BaseException) -> str:
    """Return the text of an error, with its traceback and attributes."""
    return f"{''.join(traceback.format_exception(error))} {vars(error)}"
