"""Repair issues as the owner sees them, and their fix flows."""

from typing import Any, Self, cast

from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.obis import IMPORT_ENERGY
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER
from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.issues import issue_id
from custom_components.meter_bridge.meter.trouble import Restart

RESTART = Restart(levels={IMPORT_ENERGY: (11_743_027, 17)})
"""A meter that goes on from 0.017 kWh."""


def raised_issues(hass: HomeAssistant) -> set[str]:
    """Return the keys of our issues that are raised."""
    issues = ir.async_get(hass).issues.values()
    return {
        str(issue.translation_key)
        for issue in issues
        if issue.domain == DOMAIN and issue.active
    }


def found_issue(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    key: str,
    meter: str = MAIN_METER,
    register: str = "",
) -> ir.IssueEntry:
    """Return an issue of the bridge, of one of its meters, or of a register."""
    found = issue_id(entry.entry_id, key, meter, register)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, found)
    assert issue
    return issue


class Fix:
    """The fix flow of an issue; `result` is its last answer."""

    def __init__(
        self, hass: HomeAssistant, repairs: RepairsFlowManager, result: dict[str, Any]
    ) -> None:
        """Keep an open flow."""
        self._hass = hass
        self._repairs = repairs
        self.result = result

    @classmethod
    async def open(
        cls,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        key: str,
        meter: str = MAIN_METER,
        register: str = "",
    ) -> Self:
        """Open the flow of an issue, which explains it in the issue's own words."""
        issue = found_issue(hass, entry, key, meter, register)
        assert await async_setup_component(hass, "repairs", {})
        repairs = cast("RepairsFlowManager", hass.data["repairs"]["flow_manager"])
        # As data: before 2026.10, Home Assistant does not read it from the context.
        result = await repairs.async_init(DOMAIN, data={"issue_id": issue.issue_id})
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "confirm"
        issue = found_issue(hass, entry, key, meter, register)
        assert result["description_placeholders"] == issue.translation_placeholders
        return cls(hass, repairs, cast("dict[str, Any]", result))

    async def submit(self, **typed: object) -> str | None:
        """Submit the form; return what it says then, None if all is mended.

        That is an error, the reason to abort, or the next step.
        """
        result = await self._repairs.async_configure(self.result["flow_id"], typed)
        await self._hass.async_block_till_done()
        self.result = cast("dict[str, Any]", result)
        if result["type"] is FlowResultType.CREATE_ENTRY:
            return None
        if result["type"] is FlowResultType.ABORT:
            return str(result["reason"])
        if errors := result["errors"]:
            [error] = errors.values()
            return str(error)
        return str(result["step_id"])
