"""Buttons, and what holds for all commands: rights, logins and refusals."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bridges.egauge.calls import judge_body, press
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.acting import act
from tests.support.watching import advance, shows

UPDATE = "update.bridge_firmware"


@pytest.mark.parametrize(
    ("button", "command"),
    [
        ("restart", ("reboot", None)),
        ("clear_remote_excess", ("clear", "excess")),
        ("clear_web_cache", ("clear", "web_cache")),
    ],
)
async def test_buttons(
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    button: str,
    command: tuple[str, object],
) -> None:
    """Each button is one command."""
    await press(hass, button)
    assert simulator.commands == [command]
    judge_body(*command)


async def test_the_clock_is_set_to_ours(
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The device gets the time as text, to the millisecond, and is asked again."""
    freezer.move_to(simulator.house.now)
    simulator.gate.clock_skew = 7200
    simulator.house.advance(601)
    await advance(hass, freezer, 601)
    await shows(hass, "sensor.bridge_clock_offset", "7200")
    freezer.move_to(simulator.house.now)
    await press(hass, "set_clock")
    ((name, body),) = simulator.commands
    assert (name, body) == ("set-time", f"{simulator.house.now.timestamp():.3f}")
    assert simulator.gate.clock_skew == 0
    judge_body(name, body)
    await shows(hass, "sensor.bridge_clock_offset", "0")


async def test_who_may_not_change_anything_is_told_so(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """A missing right asks for no other login."""
    simulator.gate.rights = ["ctrl"]
    for attempt in (
        press(hass, "restart"),
        act(hass, commanded, "factory_reset", confirm=True),
        hass.services.async_call(
            "update", "install", {"entity_id": UPDATE}, blocking=True
        ),
    ):
        with pytest.raises(HomeAssistantError) as caught:
            await attempt
        assert caught.value.translation_key == "no_permission"
    assert simulator.commands == []
    assert not hass.config_entries.flow.async_progress()


async def test_a_changed_password_asks_for_the_new_one(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """An action or update that is refused for its login starts to ask for one."""
    simulator.gate.password = "another"
    simulator.gate.revoke()
    for attempt in (
        act(hass, commanded, "egauge_test_remote", address="a", linktype="tcp"),
        hass.services.async_call(
            "update", "install", {"entity_id": UPDATE}, blocking=True
        ),
    ):
        with pytest.raises(HomeAssistantError) as caught:
            await attempt
        assert caught.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_the_device_refuses_in_its_own_words(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """An error that comes with status 200 is shown."""
    simulator.refusal = "Out of memory."
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, "restart")
    assert caught.value.translation_key == "refused"
    assert caught.value.translation_placeholders == {"reason": "Out of memory."}
