"""Fix flows check whether the fault has ended, or lead to another login."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.meter_bridge.const import DOMAIN

from .bridges.egauge.simulator import EgaugeSimulator
from .bridges.iometer.simulator import IometerSimulator
from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import SetUp, Start
from .kinds import KINDS
from .support.repairing import RESTART, Fix, raised_issues
from .support.started import start
from .support.watching import advance, poll


async def test_pin(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A missing PIN is an issue at once; its flow says so until the PIN is entered."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    assert raised_issues(hass) == {"pin_missing"}
    fix = await Fix.open(hass, entry, "pin_missing")
    assert await fix.submit() == "still_wrong"
    await iometer.unplug()
    assert await fix.submit() == "cannot_connect"
    await iometer.plug_in()
    iometer.pin = "entered"
    assert await fix.submit() is None
    assert not raised_issues(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_another_bridge_is_no_repair(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """Another bridge at the address does not fix the issue."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    fix = await Fix.open(hass, entry, "pin_missing")
    iometer.pin = "entered"
    KINDS[iometer.key].swap(iometer)
    assert await fix.submit() == "still_wrong"


async def test_silence(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The answer of a bridge alone fixes nothing: a new reading has to arrive."""
    entry = await set_up(iometer)
    await iometer.unplug()
    await poll(hass, entry)
    await advance(hass, freezer, 3610)
    fix = await Fix.open(hass, entry, "meter_silent")
    assert await fix.submit() == "cannot_connect"
    await iometer.plug_in()
    assert await fix.submit() == "still_wrong"
    iometer.house.advance(10)
    iometer.tick()
    assert await fix.submit() is None
    assert not raised_issues(hass)


async def test_silence_of_an_entry_that_was_unloaded(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A flow that is open when its entry is unloaded does not report a fix."""
    entry = await set_up(iometer)
    await iometer.unplug()
    await poll(hass, entry)
    await advance(hass, freezer, 3700)
    fix = await Fix.open(hass, entry, "meter_silent")
    await hass.config_entries.async_unload(entry.entry_id)
    assert await fix.submit() == "cannot_connect"


async def test_right_missing(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Without permission to read, the flow leads to a login, always the same form."""
    egauge = await start(simulators, EgaugeSimulator)
    entry = await set_up(egauge)
    egauge.gate.may_view = False
    await hass.config_entries.async_reload(entry.entry_id)
    assert raised_issues(hass) == {"no_permission"}
    flows = []
    for _ in range(2):
        fix = await Fix.open(hass, entry, "no_permission")
        assert await fix.submit() == "log_in"
        flows.append(fix.result["next_flow"][1])
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flows == [flow["flow_id"]] * 2
    assert raised_issues(hass) == {"no_permission"}
    egauge.gate.may_view = True
    fix = await Fix.open(hass, entry, "no_permission")
    assert await fix.submit() is None
    assert not raised_issues(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_meter_key(
    hass: HomeAssistant, whatwatt: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """An encrypted meter is an issue until the bridge has its key."""
    whatwatt.status = "KEY REQUIRED"
    entry = await set_up(whatwatt)
    assert raised_issues(hass) == {"meter_key"}
    fix = await Fix.open(hass, entry, "meter_key")
    assert await fix.submit() == "still_wrong"
    whatwatt.status = "OK"
    assert await fix.submit() is None
    assert not raised_issues(hass)


async def test_licence(
    hass: HomeAssistant, whatwatt: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Without a licence there is neither stream nor reading; the licence fixes it."""
    whatwatt.license = "FREE"
    whatwatt.fail_with(503, path="/api/v1/live")
    entry = await set_up(whatwatt)
    assert raised_issues(hass) == {"no_license"}
    fix = await Fix.open(hass, entry, "no_license")
    assert await fix.submit() == "still_wrong"
    whatwatt.license = "PLUS"
    assert await fix.submit() is None
    assert not raised_issues(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_licence_of_a_bridge_that_says_nothing(
    hass: HomeAssistant, whatwatt: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """A bridge that no longer refuses fixes nothing yet: it has to send readings."""
    whatwatt.license = "FREE"
    whatwatt.fail_with(503, path="/api/v1/live")
    entry = await set_up(whatwatt)
    fix = await Fix.open(hass, entry, "no_license")
    whatwatt.status = "NO DATA"
    assert await fix.submit() == "still_wrong"


async def test_replaced_meter(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A replaced meter only has to be confirmed."""
    entry = await set_up(iometer)
    entry.runtime_data.meter_issues.report_replaced("", RESTART)
    fix = await Fix.open(hass, entry, "meter_replaced")
    assert await fix.submit() is None
    assert not raised_issues(hass)


async def test_issue_of_an_entry_that_is_gone(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """An issue of a removed entry only has to be confirmed."""
    entry = await set_up(iometer)
    gone = f"pin_missing_{entry.entry_id}_"
    ir.async_create_issue(
        hass,
        DOMAIN,
        gone,
        data={"entry_id": "gone", "issue": "pin_missing"},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="pin_missing",
        translation_placeholders={"name": entry.title},
    )
    fix = await Fix.open(hass, entry, "pin_missing")
    assert await fix.submit() is None
    assert not raised_issues(hass)
