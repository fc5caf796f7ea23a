"""Repairs: raised when it lasts, fixed by asking again, gone when it is over."""

from datetime import timedelta
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.meter_bridge.const import DOMAIN

from .bridges.egauge.simulator import EgaugeSimulator
from .bridges.iometer.simulator import IometerSimulator
from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import SetUp, Start

# Home Assistant's own web server has not followed aiohttp here.
pytestmark = pytest.mark.filterwarnings("ignore:It is recommended to use web.AppKey")


@pytest.fixture(autouse=True)
async def repairs(hass: HomeAssistant) -> RepairsFlowManager:
    """Return what runs the fix flows."""
    assert await async_setup_component(hass, "repairs", {})
    return cast("RepairsFlowManager", hass.data["repairs"]["flow_manager"])


def raised(hass: HomeAssistant) -> set[str]:
    """Return the keys of our issues that are shown."""
    issues = ir.async_get(hass).issues.values()
    return {
        str(issue.translation_key)
        for issue in issues
        if issue.domain == DOMAIN and issue.active
    }


def found(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> str:
    """Return the id of an issue of the bridge, or of its main meter."""
    issue_id = f"{key}_{entry.entry_id}_"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return issue_id


async def opened(
    hass: HomeAssistant, repairs: RepairsFlowManager, entry: MockConfigEntry, key: str
) -> dict[str, Any]:
    """Open the fix flow of an issue, which explains."""
    # As data: only Home Assistant 2026.10 and later takes it from the context.
    result = await repairs.async_init(
        DOMAIN, data={"issue_id": found(hass, entry, key)}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "confirm"
    assert result["description_placeholders"] == {"name": entry.title}
    return cast("dict[str, Any]", result)


async def asked(
    hass: HomeAssistant, repairs: RepairsFlowManager, result: dict[str, Any]
) -> dict[str, Any]:
    """Submit a fix flow."""
    answer = await repairs.async_configure(result["flow_id"], {})
    await hass.async_block_till_done()
    return cast("dict[str, Any]", answer)


async def refreshed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the bridge be asked now."""
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()


async def passed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass."""
    later = utcnow() + timedelta(seconds=seconds)
    async_fire_time_changed(hass, later)
    freezer.move_to(later)
    await hass.async_block_till_done()


@pytest.fixture
async def iometer(simulators: Start) -> IometerSimulator:
    """Return a bridge whose core may be gone."""
    return cast("IometerSimulator", await simulators("iometer"))


@pytest.fixture
async def whatwatt(simulators: Start) -> WhatwattGoSimulator:
    """Return a bridge whose meter may be encrypted."""
    return cast("WhatwattGoSimulator", await simulators("whatwatt_go"))


async def test_pin(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
) -> None:
    """A missing PIN is told at once; the flow says so until it was entered."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    assert raised(hass) == {"pin_missing"}
    result = await opened(hass, repairs, entry, "pin_missing")
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}
    await iometer.unplug()
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "cannot_connect"}
    await iometer.plug_in()
    iometer.pin = "entered"
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_another_bridge_is_no_repair(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
) -> None:
    """What another bridge at the address says does not count."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    result = await opened(hass, repairs, entry, "pin_missing")
    iometer.pin = "entered"
    iometer.device_id = "6e1d8b63-4a72-4c9f-8b58-2d3f7a91c4ea"
    iometer.meter_number = "1TST0087654321"
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}


async def test_cleared_without_a_flow(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """An issue goes by itself with its cause, and with its entry."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    iometer.pin = "entered"
    await refreshed(hass, entry)
    assert not raised(hass)
    iometer.pin = "missing"
    await refreshed(hass, entry)
    assert raised(hass) == {"pin_missing"}
    await hass.config_entries.async_unload(entry.entry_id)
    assert not raised(hass)


@pytest.mark.parametrize(
    ("versions", "is_old"),
    [
        (("build-68", "build-62"), True),
        (("build-69", "build-61"), True),
        (("build-69", "build-62"), False),
        (("1.0", "next"), False),
    ],
)
async def test_old_firmware(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    versions: tuple[str, str],
    is_old: bool,  # noqa: FBT001
) -> None:
    """Firmware is called old only where it says so."""
    iometer.bridge_version, iometer.core_version = versions
    await set_up(iometer)
    assert raised(hass) == ({"firmware_old"} if is_old else set())


async def test_firmware_with_a_clear_password(
    hass: HomeAssistant, whatwatt: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """A bridge of before Digest is called old."""
    whatwatt.firmware = "old"
    await set_up(whatwatt)
    assert raised(hass) == {"firmware_old"}


async def test_core_disconnected(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A lost core is told when it is lost for ten minutes; silence adds nothing."""
    entry = await set_up(iometer)
    iometer.connection = "disconnected"
    await refreshed(hass, entry)
    await passed(hass, freezer, 590)
    assert not raised(hass)
    await passed(hass, freezer, 610)
    assert raised(hass) == {"core_disconnected"}
    await refreshed(hass, entry)
    await passed(hass, freezer, 3610)
    assert raised(hass) == {"core_disconnected"}
    iometer.connection = "connected"
    await refreshed(hass, entry)
    await refreshed(hass, entry)
    assert "core_disconnected" not in raised(hass)


async def test_core_detached_for_a_moment(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who takes the core off to read the meter is not told what they know."""
    entry = await set_up(iometer)
    iometer.attachment = "detached"
    await refreshed(hass, entry)
    await passed(hass, freezer, 200)
    iometer.attachment = "attached"
    await refreshed(hass, entry)
    await passed(hass, freezer, 200)
    assert not raised(hass)


async def test_silence(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An hour without the bridge is told once; its first new reading ends it."""
    entry = await set_up(iometer)
    await iometer.unplug()
    await refreshed(hass, entry)
    await passed(hass, freezer, 3500)
    assert not raised(hass)
    await passed(hass, freezer, 3610)
    assert raised(hass) == {"meter_silent"}
    result = await opened(hass, repairs, entry, "meter_silent")
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "cannot_connect"}
    await iometer.plug_in()
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}
    iometer.house.advance(10)
    iometer.tick()
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)


async def test_silence_of_an_entry_that_was_unloaded(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A flow that is open when its entry goes does not claim a success."""
    entry = await set_up(iometer)
    await iometer.unplug()
    await refreshed(hass, entry)
    await passed(hass, freezer, 3700)
    result = await opened(hass, repairs, entry, "meter_silent")
    await hass.config_entries.async_unload(entry.entry_id)
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "cannot_connect"}


async def test_right_missing(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    simulators: Start,
    set_up: SetUp,
) -> None:
    """Without the right to look the flow leads to a login, always to the same form."""
    egauge = cast("EgaugeSimulator", await simulators("egauge"))
    entry = await set_up(egauge)
    egauge.gate.may_view = False
    await hass.config_entries.async_reload(entry.entry_id)
    assert raised(hass) == {"no_permission"}
    flows = []
    for _ in range(2):
        result = await opened(hass, repairs, entry, "no_permission")
        result = await asked(hass, repairs, result)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "log_in"
        flows.append(result["next_flow"][1])
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flows == [flow["flow_id"]] * 2
    assert raised(hass) == {"no_permission"}
    egauge.gate.may_view = True
    result = await opened(hass, repairs, entry, "no_permission")
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_meter_key(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    whatwatt: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """An encrypted meter is told until its key is there."""
    whatwatt.status = "KEY REQUIRED"
    entry = await set_up(whatwatt)
    assert raised(hass) == {"meter_key"}
    result = await opened(hass, repairs, entry, "meter_key")
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}
    whatwatt.status = "OK"
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)


async def test_licence(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    whatwatt: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """Without licence and stream there are no readings; with a licence there are."""
    whatwatt.license = "FREE"
    whatwatt.fail_with(503, path="/api/v1/live")
    entry = await set_up(whatwatt)
    assert raised(hass) == {"no_license"}
    result = await opened(hass, repairs, entry, "no_license")
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}
    whatwatt.license = "PLUS"
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_licence_of_a_bridge_that_says_nothing(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    whatwatt: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """That nothing is refused any more is not enough: there have to be readings."""
    whatwatt.license = "FREE"
    whatwatt.fail_with(503, path="/api/v1/live")
    entry = await set_up(whatwatt)
    result = await opened(hass, repairs, entry, "no_license")
    whatwatt.status = "NO DATA"
    result = await asked(hass, repairs, result)
    assert result["errors"] == {"base": "still_wrong"}


async def test_replaced_meter(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
) -> None:
    """A replaced meter is kept until the owner knows, also over a restart."""
    entry = await set_up(iometer)
    entry.runtime_data.issues.report_replaced("")
    await hass.config_entries.async_unload(entry.entry_id)
    assert raised(hass) == {"meter_replaced"}
    issue = ir.async_get(hass).async_get_issue(
        DOMAIN, found(hass, entry, "meter_replaced")
    )
    assert issue
    assert issue.is_persistent
    result = await opened(hass, repairs, entry, "meter_replaced")
    result = await asked(hass, repairs, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)


async def test_removed_with_its_entry(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    whatwatt: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """No issue is left of a bridge that was removed; those of others stay."""
    entry = await set_up(iometer)
    entry.runtime_data.issues.report_replaced("")
    other = await set_up(whatwatt)
    other.runtime_data.issues.report_replaced("")
    kept = found(hass, other, "meter_replaced")
    foreign = f"theirs_{entry.entry_id}_"
    ir.async_create_issue(
        hass,
        "homeassistant",
        foreign,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="theirs",
    )
    await hass.config_entries.async_remove(entry.entry_id)
    left = {(DOMAIN, kept), ("homeassistant", foreign)}
    assert ir.async_get(hass).issues.keys() == left


async def test_away_from_the_beginning(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A setup that meets silence is tried again, and is nothing to be repaired."""
    await iometer.unplug()
    entry = await set_up(iometer, iometer.device_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not raised(hass)


async def test_issue_of_an_entry_that_is_gone(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    iometer: IometerSimulator,
    set_up: SetUp,
) -> None:
    """An issue that outlived its bridge has only to be confirmed."""
    await set_up(iometer)
    issue_id = "pin_missing_gone_"
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={"entry_id": "gone", "issue": "pin_missing"},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="pin_missing",
        translation_placeholders={"name": "Bridge"},
    )
    result = await repairs.async_init(DOMAIN, data={"issue_id": issue_id})
    assert result["type"] is FlowResultType.FORM
    result = await repairs.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not raised(hass)
