"""What an owner gets of each variant of reader and meter."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.bridges.cozify_han.conftest import MAC, METER, METER_ID
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp
from tests.support.logs import complaints
from tests.support.waiting import eventually

type Change = Callable[[CozifyHanSimulator], None]

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)


def three_phases(simulator: CozifyHanSimulator) -> None:
    """Export on one phase while the total imports."""
    simulator.house.draw(3000, phase=1)
    simulator.house.export(1000, phase=2)


def newest_firmware(simulator: CozifyHanSimulator) -> None:
    """Export, tell milliseconds, and wait for a restart after an update."""
    simulator.house.export(5000)
    profile = simulator.profile
    profile.version, profile.is_new, profile.milliseconds = "1.1.0.0", True, True
    profile.reboot_pending, profile.reboot_reason = True, "OTA_UPDATE"


def oldest_firmware(simulator: CozifyHanSimulator) -> None:
    """Know the old path alone, write numbers as text, send no directions."""
    profile = simulator.profile
    profile.version, profile.energies_as_text = "0.0.1.20", True
    profile.absent = frozenset({METER, METER_ID, "/health"})
    profile.left_out = frozenset({"pi", "pe", "ri", "re", "ric", "rec"})


def single_phase(simulator: CozifyHanSimulator) -> None:
    """Read a meter with one phase, on Wi-Fi, without the cloud."""
    for phase in (2, 3):
        simulator.house.draw(0, phase)
        simulator.house.react(0, phase)
    profile = simulator.profile
    profile.phases, profile.online = (1,), False
    profile.ethernet_ip = "0.0.0.0"  # noqa: S104
    profile.wifi_mode, profile.fixed_price = "static", 0.1


def short_arrays(simulator: CozifyHanSimulator) -> None:
    """Get short, empty, null and missing arrays from the meter; know no fuse."""
    profile = simulator.profile
    profile.lengths = {"pi": 1, "pe": 2, "p": 3, "u": 0, "i": None}
    profile.left_out = frozenset({"ri", "re", "ec"})
    profile.fuse = None


def overloaded(simulator: CozifyHanSimulator) -> None:
    """Draw more on one phase than its fuse carries."""
    simulator.house.draw(6000, phase=3)


def no_meter(simulator: CozifyHanSimulator) -> None:
    """Have heard nothing from a meter yet."""
    simulator.profile.has_meter = False


VARIANTS: Mapping[str, Change] = {
    change.__name__: change
    for change in (
        three_phases,
        newest_firmware,
        oldest_firmware,
        single_phase,
        short_arrays,
        overloaded,
        no_meter,
    )
}


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    """Let the last restart be the same in every run."""
    freezer.move_to(NOW)


@pytest.fixture(params=VARIANTS.values(), ids=list(VARIANTS))
def variant(
    request: pytest.FixtureRequest, simulator: CozifyHanSimulator
) -> CozifyHanSimulator:
    """Return each variant of reader and meter in turn."""
    request.param(simulator)
    simulator.tick()
    return simulator


@pytest.mark.usefixtures("all_enabled")
async def test_entities(
    hass: HomeAssistant,
    variant: CozifyHanSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A variant has the entities of what it sends, and no number that it does not."""
    await set_up(variant)
    states = sorted(hass.states.async_all(), key=lambda state: state.entity_id)
    assert {state.entity_id: state.state for state in states} == snapshot
    assert not complaints(caplog)


@pytest.mark.usefixtures("all_enabled")
async def test_states(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """Of the variant that has every entity, each is shown with all that is said of it.

    Other variants say the same of fewer entities.
    """
    newest_firmware(simulator)
    simulator.tick()
    await set_up(simulator)
    assert sorted(hass.states.async_all(), key=lambda it: it.entity_id) == snapshot


@pytest.mark.usefixtures("all_enabled")
async def test_a_push_brings_no_other_entities(
    hass: HomeAssistant, variant: CozifyHanSimulator, set_up: SetUp
) -> None:
    """What comes by the socket is the same that a poll had brought."""
    await set_up(variant)
    before = set(hass.states.async_entity_ids())
    await eventually(lambda: variant.open_streams)
    variant.tick()
    variant.push_state()
    variant.push_configuration()
    await hass.async_block_till_done()
    assert set(hass.states.async_entity_ids()) == before


async def test_registry(
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """Unique ids hang on the MAC; what few want is there but switched off."""
    simulator.profile.is_new = True
    entry = await set_up(simulator)
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert {
        entity.unique_id.removeprefix(f"cozify_han_{MAC}_"): (
            entity.entity_id,
            entity.translation_key,
            entity.entity_category and str(entity.entity_category),
            "off" if entity.disabled_by else "on",
        )
        for entity in sorted(entities, key=lambda entity: entity.entity_id)
    } == snapshot


async def test_device(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """The device shows who it is, and its MAC joins it with what the router knows."""
    entry = await set_up(simulator)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert (device.manufacturer, device.model) == ("Cozify", "HAN")
    assert (device.serial_number, device.sw_version) == (None, "1.0.1.7")
    assert device.connections == {("mac", MAC)}
    assert device.configuration_url == f"http://{simulator.address}/ui"
