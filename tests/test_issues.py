"""Issues are raised once a fault has lasted, and deleted when it ends."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.meter_bridge.const import DOMAIN

from .bridges.iometer.simulator import IometerSimulator
from .bridges.whatwatt_go.simulator import WhatwattGoSimulator
from .conftest import SetUp, Start
from .support.repairing import RESTART, Fix, found_issue, raised_issues
from .support.watching import advance, poll


async def test_cleared_without_a_flow(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """An issue is deleted with its cause, and when its entry is unloaded."""
    iometer.pin = "missing"
    entry = await set_up(iometer)
    iometer.pin = "entered"
    await poll(hass, entry)
    assert not raised_issues(hass)
    iometer.pin = "missing"
    await poll(hass, entry)
    assert raised_issues(hass) == {"pin_missing"}
    await hass.config_entries.async_unload(entry.entry_id)
    assert not raised_issues(hass)


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
    """The issue of old firmware is raised only if its version is known and old."""
    iometer.bridge_version, iometer.core_version = versions
    entry = await set_up(iometer)
    assert raised_issues(hass) == ({"firmware_old"} if is_old else set())
    if is_old:
        facts = found_issue(hass, entry, "firmware_old").translation_placeholders
        part = "Bridge" if versions[0] == "build-68" else "Core"
        installed, wanted = ("68", "69") if part == "Bridge" else ("61", "62")
        assert facts == {
            "name": "Bridge",
            "installed": f"{part} build-{installed}",
            "wanted": f"{part} build-{wanted}",
        }


async def test_firmware_that_is_still_old(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """The issue tells what is installed now."""
    iometer.bridge_version = "build-60"
    entry = await set_up(iometer)
    iometer.bridge_version = "build-61"
    await poll(hass, entry)
    facts = found_issue(hass, entry, "firmware_old").translation_placeholders or {}
    assert facts["installed"] == "Bridge build-61"


async def test_firmware_with_a_clear_password(
    hass: HomeAssistant, whatwatt: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Firmware that receives its password unencrypted is reported as old."""
    whatwatt.firmware = "old"
    entry = await set_up(whatwatt)
    assert raised_issues(hass) == {"firmware_old"}
    facts = found_issue(hass, entry, "firmware_old").translation_placeholders or {}
    assert (facts["installed"], facts["wanted"]) == (whatwatt.version, "1.10")


async def test_core_disconnected(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A lost core is an issue after ten minutes; the missing readings add none."""
    entry = await set_up(iometer)
    iometer.connection = "disconnected"
    await poll(hass, entry)
    await advance(hass, freezer, 590)
    assert not raised_issues(hass)
    await advance(hass, freezer, 610)
    assert raised_issues(hass) == {"core_disconnected"}
    await poll(hass, entry)
    await advance(hass, freezer, 3610)
    assert raised_issues(hass) == {"core_disconnected"}
    iometer.connection = "connected"
    await poll(hass, entry)
    await poll(hass, entry)
    assert "core_disconnected" not in raised_issues(hass)


async def test_core_detached_for_a_moment(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A core that is taken off for a short time, as to read the meter, is no issue."""
    entry = await set_up(iometer)
    iometer.attachment = "detached"
    await poll(hass, entry)
    await advance(hass, freezer, 200)
    iometer.attachment = "attached"
    await poll(hass, entry)
    await advance(hass, freezer, 200)
    assert not raised_issues(hass)


async def test_silence(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A bridge that is away for an hour is an issue, until its next new reading.

    It tells when the last reading arrived.
    """
    entry = await set_up(iometer)
    last = dt_util.now().isoformat(sep=" ", timespec="minutes")[:16]
    freezer.tick(300)
    await iometer.unplug()
    await poll(hass, entry)
    await advance(hass, freezer, 3500)
    assert not raised_issues(hass)
    await advance(hass, freezer, 3610)
    assert raised_issues(hass) == {"meter_silent"}
    facts = found_issue(hass, entry, "meter_silent").translation_placeholders
    assert facts == {"name": "Bridge", "since": last}
    await iometer.plug_in()
    await poll(hass, entry)
    assert raised_issues(hass) == {"meter_silent"}
    iometer.house.advance(10)
    iometer.tick()
    await poll(hass, entry)
    assert not raised_issues(hass)


async def test_away_from_the_beginning(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """The set-up of a bridge that is away is retried, and raises no issue."""
    await iometer.unplug()
    entry = await set_up(iometer, iometer.device_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not raised_issues(hass)


async def test_kept_over_a_restart(
    hass: HomeAssistant, iometer: IometerSimulator, set_up: SetUp
) -> None:
    """A replaced meter stays an issue until it is confirmed, also after a restart."""
    entry = await set_up(iometer)
    entry.runtime_data.meter_issues.report_replaced("", RESTART)
    await hass.config_entries.async_unload(entry.entry_id)
    assert raised_issues(hass) == {"meter_replaced"}
    assert found_issue(hass, entry, "meter_replaced").is_persistent


async def test_two_meters_of_a_bridge(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The issue and fix flow of another meter contain its name."""
    home = await simulators("octopus_home_pro")
    freezer.move_to(home.house.now)
    entry = await set_up(home)
    devices = dr.async_get(hass)
    gas = devices.async_get_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_gas"), entry.entry_id
    )
    assert gas
    await home.unplug()
    await poll(hass, entry)
    await advance(hass, freezer, 3700)

    async def named(key: str, meter: str) -> str:
        fix = await Fix.open(hass, entry, key, meter)
        return str(fix.result["description_placeholders"]["name"])

    for meter, called in {
        "electricity": "Electricity meter",
        "gas": "Gas meter",
    }.items():
        assert await named("meter_silent", meter) == f"{entry.title} {called}"
    devices.async_update_device(gas.id, name_by_user="Kitchen gas")
    entry.runtime_data.meter_issues.report_replaced("gas", RESTART)
    assert await named("meter_replaced", "gas") == f"{entry.title} Kitchen gas"


async def test_removed_with_its_entry(
    hass: HomeAssistant,
    iometer: IometerSimulator,
    whatwatt: WhatwattGoSimulator,
    set_up: SetUp,
) -> None:
    """Removing a bridge deletes its issues, and no others."""
    entry = await set_up(iometer)
    entry.runtime_data.meter_issues.report_replaced("", RESTART)
    other = await set_up(whatwatt)
    other.runtime_data.meter_issues.report_replaced("", RESTART)
    kept = found_issue(hass, other, "meter_replaced").issue_id
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
