"""Settings: shown as the reader has them, and changed one at a time."""

from collections.abc import Mapping

from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.bridges.cozify_han.conftest import CONFIGURATION, followed
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.conftest import SetUp
from tests.support.watching import shows, state

FUSE, PRICE = "number.bridge_main_fuse_setting", "number.bridge_fixed_price_setting"
SPOT = "switch.bridge_use_spot_price"

pytestmark = pytest.mark.usefixtures("all_enabled")


async def set_number(hass: HomeAssistant, entity_id: str, value: float) -> None:
    """Change a number."""
    await hass.services.async_call(
        "number",
        "set_value",
        {ATTR_ENTITY_ID: entity_id, "value": value},
        blocking=True,
    )


@pytest.mark.parametrize(
    ("entity_id", "before", "value", "sent"),
    [
        (FUSE, "25", 35, {"m": {"f": 35}}),
        (PRICE, "7.34", 8.195, {"p": 8.195}),
        (PRICE, "7.34", 0, {"p": 0}),
    ],
)
async def test_numbers(  # noqa: PLR0913, PLR0917 (a table of cases)
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    entity_id: str,
    before: str,
    value: float,
    sent: Mapping[str, object],
) -> None:
    """Only the number that was changed is sent; the reader has it then."""
    await set_up(simulator)
    assert state(hass, entity_id) == before
    await set_number(hass, entity_id, value)
    assert float(state(hass, entity_id)) == value
    assert simulator.changes.written == [("PUT", CONFIGURATION, sent)]


async def test_the_switch(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """The spot price is used or not, and all other settings stay as they are."""
    await set_up(simulator)
    before = simulator.profile.configuration()
    for service, is_on in ((SERVICE_TURN_ON, True), (SERVICE_TURN_OFF, False)):
        await hass.services.async_call(
            "switch", service, {ATTR_ENTITY_ID: SPOT}, blocking=True
        )
        assert state(hass, SPOT) == (STATE_ON if is_on else STATE_OFF)
        assert simulator.changes.written[-1].body == {"s": is_on}
        assert simulator.profile.configuration() == {**before, "s": is_on}


async def test_the_fuse_warns_at_once(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """A new rating is what the load of the phases is compared with from then on."""
    simulator.profile.truncates_current = False
    simulator.house.react(0)
    simulator.house.draw(round(float(simulator.house.voltage[2]) * 22), 2)
    simulator.profile.fuse = 0
    simulator.tick()
    await set_up(simulator)
    await followed(simulator)
    assert state(hass, FUSE) == "0"
    assert hass.states.get("sensor.bridge_fuse_margin") is None
    await set_number(hass, FUSE, 20)
    await shows(hass, "binary_sensor.bridge_fuse_overload_l2", STATE_ON)
    assert state(hass, "sensor.bridge_fuse_margin") == "-2"


@pytest.mark.parametrize("absent", [404, 405, 501])
async def test_the_method_is_found_once(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp, absent: int
) -> None:
    """A method that the reader does not have is tried once, until its next firmware."""
    await set_up(simulator)
    await followed(simulator)
    simulator.profile.verbs, simulator.changes.absent_status = ("POST",), absent
    for price in (5, 6):
        await set_number(hass, PRICE, price)
    assert [each.method for each in simulator.changes.written] == ["POST"] * 2
    assert writes(simulator) == ["PUT", "POST", "POST"]
    simulator.profile.version, simulator.profile.verbs = "1.0.2.0", ("PUT",)
    simulator.push_state()
    await shows(hass, "sensor.bridge_bridge_firmware", "1.0.2.0")
    await set_number(hass, PRICE, 7)
    assert writes(simulator)[3:] == ["PUT"]


def writes(simulator: CozifyHanSimulator) -> list[str]:
    """Return the methods of all requests that were to change settings."""
    return [
        each.method
        for each in simulator.requests
        if each.path == CONFIGURATION and each.method != "GET"
    ]


@pytest.mark.parametrize(
    ("status", "verbs", "reason", "count"),
    [
        (400, ("PUT",), "not_accepted", 1),
        (401, ("PUT",), "not_offered", 1),
        (403, ("PUT",), "not_offered", 1),
        (503, ("PUT",), "cannot_connect", 1),
        (None, (), "not_offered", 2),
    ],
)
async def test_a_refusal_is_told(  # noqa: PLR0913, PLR0917 (a table of cases)
    hass: HomeAssistant,
    simulator: CozifyHanSimulator,
    set_up: SetUp,
    status: int | None,
    verbs: tuple[str, ...],
    reason: str,
    count: int,
) -> None:
    """The owner learns why nothing was changed, and no other method is tried then."""
    await set_up(simulator)
    simulator.profile.verbs = verbs
    if status:
        simulator.fail_with(status, '{"message":"no"}', path=CONFIGURATION)
    with pytest.raises(HomeAssistantError) as error:
        await set_number(hass, PRICE, 5)
    assert error.value.translation_key == reason
    assert len(writes(simulator)) == count
    assert state(hass, PRICE) == "7.34"


async def test_a_refusal_in_good_form_is_one(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """An answer that says "no success" is a refusal although its status is good."""
    await set_up(simulator)
    simulator.changes.is_locked = True
    with pytest.raises(HomeAssistantError) as error:
        await set_number(hass, FUSE, 16)
    assert error.value.translation_key == "not_accepted"
    assert state(hass, FUSE) == "25"


async def test_settings_that_a_reader_does_not_send(
    hass: HomeAssistant, simulator: CozifyHanSimulator, set_up: SetUp
) -> None:
    """Without a fuse among its settings there is nothing to change."""
    simulator.profile.fuse = None
    await set_up(simulator)
    assert hass.states.get(FUSE) is None
    assert state(hass, PRICE) != STATE_UNAVAILABLE
