"""Repair issues as the owner sees them, and their fix flows."""

from typing import Any, Self, cast

from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.snapshot import MAIN_METER
from custom_components.meter_bridge.const import DOMAIN


def raised_issues(hass: HomeAssistant) -> set[str]:
    """Return the keys of our issues that are raised."""
    issues = ir.async_get(hass).issues.values()
    return {
        str(issue.translation_key)
        for issue in issues
        if issue.domain == DOMAIN and issue.active
    }


def found_issue(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, meter: str = MAIN_METER
) -> ir.IssueEntry:
    """Return an issue of the bridge, or of one of its meters."""
    found = f"{key}_{entry.entry_id}_{meter}"
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
    ) -> Self:
        """Open the flow of an issue, and check that it shows the issue's text."""
        issue = found_issue(hass, entry, key, meter)
        assert await async_setup_component(hass, "repairs", {})
        repairs = cast("RepairsFlowManager", hass.data["repairs"]["flow_manager"])
        # As data: before 2026.10, Home Assistant does not read it from the context.
        result = await repairs.async_init(DOMAIN, data={"issue_id": issue.issue_id})
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "confirm"
        assert result["description_placeholders"] == issue.translation_placeholders
        return cls(hass, repairs, cast("dict[str, Any]", result))

    async def submit(self) -> str | None:
        """Submit the form; return the error or reason to abort, None if it is fixed."""
        result = await self._repairs.async_configure(self.result["flow_id"], {})
        await self._hass.async_block_till_done()
        self.result = cast("dict[str, Any]", result)
        if result["type"] is FlowResultType.CREATE_ENTRY:
            return None
        if result["type"] is FlowResultType.ABORT:
            return str(result["reason"])
        errors = result["errors"]
        assert errors
        return str(errors["base"])
