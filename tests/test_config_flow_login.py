"""Adding a bridge that asks for a password."""

from dataclasses import replace
import logging

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.forms import login_schema, reconfigure_schema

from .bridges.whatwatt_go.device import Firmware
from .conftest import SetUp, Start
from .flows import (
    aborted,
    add,
    created,
    form,
    lockable,
    passwords,
    submit,
    suggestions,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize(("firmware", "scheme"), [("new", "digest"), ("old", "basic")])
async def test_password(
    hass: HomeAssistant, simulators: Start, firmware: Firmware, scheme: str
) -> None:
    """A wrong password is refused, the right one stored with the way it was asked."""
    simulator = await lockable(simulators, protection=True)
    simulator.firmware = firmware
    result = await add(hass, simulator.address)
    assert form(result) == ("login", {})
    assert not passwords(simulator)
    result = await submit(hass, result, password="wrong")
    assert form(result) == ("login", {"base": "invalid_auth"})
    assert suggestions(result["data_schema"]) == {}
    entry = created(await submit(hass, result, password=simulator.password))
    assert entry.unique_id == f"whatwatt_go_{simulator.device_id}"
    assert entry.data == {
        "bridge": "whatwatt_go",
        "host": simulator.address,
        "password": simulator.password,
        "pinned": {"scheme": scheme, "realm": simulator.realm.lower()},
    }
    assert all(sent.lower().startswith(scheme) for sent in passwords(simulator))


async def test_password_stays_secret(
    hass: HomeAssistant, simulators: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """No password is logged, neither a right nor a wrong one, at any level."""
    caplog.set_level(logging.DEBUG)
    simulator = await lockable(simulators, protection=True)
    simulator.firmware = "old"
    result = await add(hass, simulator.address)
    result = await submit(hass, result, password="a wrong guess")
    created(await submit(hass, result, password=simulator.password))
    await hass.async_block_till_done()
    assert caplog.records
    for secret in (simulator.password, "a wrong guess", *passwords(simulator)):
        assert secret not in caplog.text


async def test_bridge_lost_while_the_password_is_typed(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge that went away is waited for in the same form."""
    simulator = await lockable(simulators, protection=True)
    result = await add(hass, simulator.address)
    await simulator.unplug()
    result = await submit(hass, result, password=simulator.password)
    assert form(result) == ("login", {"base": "cannot_connect"})
    await simulator.plug_in()
    created(await submit(hass, result, password=simulator.password))


async def test_known_bridge_with_a_new_password(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Adding a bridge again gives its entry the password that was typed."""
    simulator = await lockable(simulators, protection=True)
    entry = await set_up(simulator, simulator.device_id, password="forgotten")
    result = await add(hass, simulator.address)
    result = await submit(hass, result, password=simulator.password)
    assert aborted(result) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data["password"] == simulator.password
    assert entry.data["pinned"]["scheme"] == "digest"


async def test_known_bridge_that_lost_its_protection(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """A stored password keeps the way in that it was stored with."""
    simulator = await lockable(simulators)
    pinned = {"scheme": "digest", "realm": simulator.realm.lower()}
    entry = await set_up(
        simulator, simulator.device_id, password=simulator.password, pinned=pinned
    )
    assert aborted(await add(hass, simulator.address)) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data["pinned"] == pinned
    assert entry.data["password"] == simulator.password


def test_forms_are_filled_with_what_is_known() -> None:
    """User name and certificate are shown as they are; a password never is."""
    bridge = replace(
        BRIDGES["iometer"],
        login_fields=(CONF_USERNAME, CONF_PASSWORD, CONF_VERIFY_SSL),
    )
    assert suggestions(login_schema(bridge, None)) == {CONF_VERIFY_SSL: False}
    known = {
        CONF_HOST: "bridge.local",
        CONF_USERNAME: "owner",
        CONF_PASSWORD: "secret",
        CONF_VERIFY_SSL: True,
    }
    shown = {CONF_USERNAME: "owner", CONF_VERIFY_SSL: True}
    assert suggestions(login_schema(bridge, known)) == shown
    assert suggestions(reconfigure_schema(bridge, known)) == {
        CONF_HOST: "bridge.local",
        **shown,
    }
    typed = {CONF_HOST: "other.local"}
    assert CONF_PASSWORD not in reconfigure_schema(bridge, known)(typed)
