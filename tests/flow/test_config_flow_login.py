"""Add a bridge that asks for a password."""

from dataclasses import replace
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.flow.forms import login_schema, reconfigure_schema
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.whatwatt_go.device import Firmware
from tests.conftest import SetUp, Start
from tests.support.flows import (
    LOCKABLE,
    aborted,
    add,
    created,
    form,
    lockable,
    logged_in,
    passwords,
    past_roles,
    state,
    submit,
    suggestions,
)
from tests.support.swaps import lock_with, locked

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

every_lockable = pytest.mark.parametrize("key", LOCKABLE)


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
        "pinned": {
            "scheme": scheme,
            "realm": simulator.realm.lower(),
            **({"algorithm": "md5-sess", "qop": "auth"} if scheme == "digest" else {}),
        },
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


@every_lockable
async def test_wrong_login(hass: HomeAssistant, simulators: Start, key: str) -> None:
    """A wrong password is refused, the right one stored, and the entry loaded."""
    simulator = await locked(simulators, key)
    result = await add(hass, simulator.address, key)
    wrong = {**simulator.credentials, "password": "wrong"}
    result = await submit(hass, result, **wrong)
    assert form(result) == ("login", {"base": "invalid_auth"})
    assert "password" not in suggestions(result["data_schema"])
    entry = created(
        await past_roles(hass, await submit(hass, result, **simulator.credentials))
    )
    assert entry.data.items() >= simulator.credentials.items()
    assert state(entry) is ConfigEntryState.LOADED


@every_lockable
async def test_bridge_lost_while_the_password_is_typed(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """If the bridge is gone, the same form can be submitted again later."""
    simulator = await locked(simulators, key)
    result = await add(hass, simulator.address)
    await simulator.unplug()
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("login", {"base": "cannot_connect"})
    await simulator.plug_in()
    created(await past_roles(hass, await submit(hass, result, **simulator.credentials)))


@every_lockable
async def test_stranger_where_the_bridge_was(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """Another web server in the bridge's place is not called a wrong password."""
    simulator = await locked(simulators, key)
    result = await add(hass, simulator.address)
    simulator.fail_with(404)
    simulator.requests.clear()
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("login", {"base": "not_recognised"})
    assert simulator.requests
    assert not passwords(simulator)


async def test_user_without_the_right_to_look(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A user without the right to read is told so, and another one can be typed."""
    simulator = await simulators("egauge")
    assert isinstance(simulator, EgaugeSimulator)
    result = await add(hass, simulator.address)
    simulator.gate.may_view = False
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("login", {"base": "no_permission"})
    simulator.gate.may_view = True
    created(await past_roles(hass, await submit(hass, result, **simulator.credentials)))


@every_lockable
async def test_known_bridge_with_a_new_password(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """Adding a bridge again gives its entry the login that was typed."""
    simulator = await locked(simulators, key)
    entry = await set_up(simulator)
    lock_with(simulator, "changed")
    result = await logged_in(hass, simulator)
    assert aborted(result) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data["password"] == "changed"
    assert entry.data["pinned"]["scheme"]
    assert state(entry) is ConfigEntryState.LOADED


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
