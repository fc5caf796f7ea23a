"""Settings: entities show those of the device, and change one at a time."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.meter_bridge.bridges.whatwatt_go.settings import (
    INTERFACE,
    INTERFACES,
    METER_SETTINGS,
    NUMBERS,
    SETTINGS,
    SWITCHES,
    Settings,
    change,
    parse_settings,
)
from custom_components.meter_bridge.bridges.whatwatt_go.system import parse_system
from tests.bridges.whatwatt_go.judged import judge_request
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.watching import state

SWITCH_NAMES = {
    "whatwatt_link": "send_to_whatwatt",
    "solar_manager_link": "send_to_solar_manager",
    "mystrom_link": "send_to_mystrom",
    "stromkonto_link": "send_to_stromkonto",
    "solar_manager_local": "local_solar_manager",
    "announcement": "network_announcement",
    "sd_recording": "sd_card_recording",
}
NUMBER_NAMES = {
    "send_interval": ("sending_interval", 60),
    "sd_interval": ("sd_recording_interval", 900),
    "meter_time_offset": ("meter_time_offset", -3600),
}
INTERFACE_ID = "select.bridge_meter_interface"

pytestmark = pytest.mark.usefixtures("all_enabled")


def chosen(simulator: WhatwattGoSimulator, place: tuple[str, ...]) -> object:
    """Return what the device has at a place."""
    path, *keys = place
    found: Any = (simulator.chosen if path == SETTINGS else simulator.meter_chosen).now
    for key in keys:
        found = found[key]
    return found


async def call(
    hass: HomeAssistant,
    action: tuple[str, str],
    entity_id: str,
    context: Context | None = None,
    **data: object,
) -> None:
    """Call an action of one entity."""
    await hass.services.async_call(
        *action, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True, context=context
    )


@pytest.mark.parametrize("setting", SWITCHES)
async def test_switches(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp, setting: str
) -> None:
    """A switch shows what the device has, and changes that alone."""
    await set_up(simulator)
    entity_id = f"switch.bridge_{SWITCH_NAMES[setting]}"
    before = parse_settings(everything(simulator)).switches
    is_on = state(hass, entity_id) == STATE_ON
    assert is_on is chosen(simulator, SWITCHES[setting])
    service = SERVICE_TURN_OFF if is_on else SERVICE_TURN_ON
    await call(hass, ("switch", service), entity_id)
    assert state(hass, entity_id) == (STATE_OFF if is_on else STATE_ON)
    after = parse_settings(everything(simulator)).switches
    assert after == {**before, setting: not is_on}


@pytest.mark.parametrize("setting", NUMBERS)
async def test_numbers(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp, setting: str
) -> None:
    """A number is sent whole, and shown once the device has it."""
    await set_up(simulator)
    name, value = NUMBER_NAMES[setting]
    await call(hass, ("number", "set_value"), f"number.bridge_{name}", value=value)
    assert state(hass, f"number.bridge_{name}") == str(value)
    found = chosen(simulator, NUMBERS[setting])
    assert (type(found), found) == (int, value)


async def test_the_interface(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The interface of the meter is chosen among those of the device."""
    await set_up(simulator)
    assert state(hass, INTERFACE_ID) == "auto"
    await call(hass, ("select", "select_option"), INTERFACE_ID, option="mbus")
    assert state(hass, INTERFACE_ID) == "mbus"
    assert chosen(simulator, INTERFACE) == "mbus"


async def test_what_a_switch_does(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Without announcement the device is not found; a link turned off is not listed."""
    await set_up(simulator)
    assert simulator.announcement
    await call(hass, ("switch", SERVICE_TURN_OFF), "switch.bridge_network_announcement")
    assert simulator.announcement is None
    await call(hass, ("switch", SERVICE_TURN_OFF), "switch.bridge_send_to_whatwatt")
    assert parse_system(simulator.system(), None).clouds.keys().isdisjoint({"whatwatt"})


async def test_only_administrators_change_settings(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Users who are not administrators are refused; automations are not."""
    await set_up(simulator)
    user = MockUser(groups=[], is_owner=False).add_to_hass(hass)
    user.mock_policy({"entities": True})
    entity_id = "switch.bridge_sd_card_recording"
    action = ("switch", SERVICE_TURN_ON)
    with pytest.raises(Unauthorized):
        await call(hass, action, entity_id, Context(user_id=user.id))
    assert simulator.sd_enabled is False
    await call(hass, action, entity_id, Context())
    assert simulator.sd_enabled is True


async def test_a_refused_value_is_told(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """If the device refuses a value, the action fails, and no setting changes."""
    await set_up(simulator)
    simulator.fail_with(400, '{"error":"bad"}', path=SETTINGS)
    with pytest.raises(HomeAssistantError) as error:
        await call(
            hass, ("number", "set_value"), "number.bridge_sending_interval", value=5
        )
    assert error.value.translation_key == "not_accepted"
    assert state(hass, "number.bridge_sending_interval") == "30"


async def test_settings_are_not_asked_for_again(
    simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Polls in a row read the settings once."""
    entry = await set_up(simulator)
    for _ in range(3):
        await entry.runtime_data.async_refresh()
    asked = [request.path for request in simulator.requests]
    assert asked.count(SETTINGS) == asked.count(METER_SETTINGS) == 1


def test_firmware_without_a_setting() -> None:
    """A setting that was not sent, or is no number, is left out."""
    sent: Mapping[str, object] = {
        SETTINGS: {"services": {"broadcast": True, "report_interval": "soon"}}
    }
    assert parse_settings(sent) == Settings(switches={"announcement": True})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((place, True) for place in SWITCHES.values()),
        *((place, 60) for place in NUMBERS.values()),
        *((INTERFACE, name) for name in INTERFACES),
    ],
)
def test_requests_are_what_is_described(place: tuple[str, ...], value: object) -> None:
    """The body of each request fits the schemas."""
    judge_request(*change(place, value))


def everything(simulator: WhatwattGoSimulator) -> Mapping[str, object]:
    """Return all settings of the device by path."""
    return {
        SETTINGS: simulator.settings(),
        METER_SETTINGS: simulator.meter_chosen.shown(),
    }
