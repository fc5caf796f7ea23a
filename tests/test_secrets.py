"""Texts that identify a bridge or its owner appear only where the owner wants them."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
import json
import logging
import re

from homeassistant.const import ATTR_ENTITY_ID, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.flow.probe import entry_title

from .conftest import Start
from .support.flows import LOCKABLE, add, form, submit
from .support.plants import Plants
from .support.secret_bridges import full_simulator, leaks, planted, set_up
from .support.secret_plants import emitted, error_text, plant
from .support.simulator import Simulator

_TOKEN = re.compile(r"(?<![/\w])[\w.-]{16,}")


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator that sends everything it can, with a login if it has one."""
    return await full_simulator(simulators, key)


@pytest.fixture
def plants(simulator: Simulator) -> Plants:
    """Put secrets into the answers of a simulator, and into its login."""
    return planted(simulator)


async def button_errors(hass: HomeAssistant) -> AsyncIterator[str]:
    """Press every button; yield the error texts of those that fail."""
    for button in hass.states.async_entity_ids("button"):
        try:
            await hass.services.async_call(
                "button", "press", {ATTR_ENTITY_ID: button}, blocking=True
            )
        except HomeAssistantError as error:
            yield error_text(error)


def sent_logins(simulator: Simulator) -> Iterator[str]:
    """Yield all logins, tokens and digests that were sent to a simulator."""
    for request in simulator.requests:
        yield from _TOKEN.findall(request.headers.get("Authorization", ""))


@pytest.mark.usefixtures("all_enabled", "enable_custom_integrations")
@pytest.mark.parametrize("key", BRIDGES)
async def test_a_bridge_that_is_well(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of all texts that a bridge sends, only those listed as shown appear anywhere."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(hass, simulator)
    await entry.runtime_data.async_refresh()
    for each in sent_logins(simulator):
        plants.add("token", each)
    surfaces = await emitted(hass, entry, caplog)
    assert not leaks(simulator, plants, surfaces)
    assert leaks(simulator, plants, {"elsewhere": json.dumps([*plants.keys])})
    host = simulator.address
    assert [where for where, text in surfaces.items() if host in text] == []


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", BRIDGES)
async def test_a_bridge_that_fails(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No message contains the body of a failure or of a malformed answer."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(hass, simulator)
    secret = plants.secret_for("failure", "anything")
    errors = []
    failures: tuple[Callable[[], None], ...] = (
        partial(simulator.fail_with, 500, secret),
        partial(simulator.fail_with, 403, f'{{"reason": "{secret}"}}'),
        partial(simulator.fail_with, 401, secret),
        partial(simulator.fail_with, 404, secret),
        partial(simulator.redirect, f"http://{secret}:{secret}@{secret}.example/"),
        partial(simulator.garble, secret.encode()),
        partial(simulator.garble, f'{{"Status": "{secret}"}}'.encode()),
        partial(simulator.garble, f'{{"{secret}": ["{secret}'.encode()),
    )
    for fail in failures:
        fail()
        errors += [error async for error in button_errors(hass)]
        await entry.runtime_data.async_refresh()
        error = entry.runtime_data.last_exception
        errors += [error_text(error)] if error else []
        errors.append(str(await add(hass, simulator.address, simulator.key)))
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        surfaces = await emitted(hass, entry, caplog)
        assert not leaks(simulator, plants, {**surfaces, "errors": "\n".join(errors)})
        simulator.heal()
        plant(simulator, plants)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    assert any("UpdateFailed" in error for error in errors)
    if BRIDGES[simulator.key].buttons:
        assert any("async_press" in error for error in errors)


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", LOCKABLE)
async def test_a_login_that_is_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the owner typed appears neither in the log nor in what the flow shows."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    typed = plants.secret_for("typed", "another password")
    result = await add(hass, simulator.address, simulator.key)
    result = await submit(
        hass, result, **{**simulator.credentials, CONF_PASSWORD: typed}
    )
    assert form(result) == ("login", {"base": "invalid_auth"})
    assert not leaks(
        simulator,
        plants,
        {"log": caplog.text, "placeholders": str(result["description_placeholders"])},
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [(None, "IOmeter"), ("Cellar", "Cellar"), ("Reader 9d5e", "IOmeter")],
)
def test_an_entry_is_called_by_no_id(name: str | None, title: str) -> None:
    """A title appears in logs and entity ids: a name with an id does not become one."""
    identity = Identity(serial="02A4C61B9D5E", name=name)
    assert entry_title(BRIDGES["iometer"], identity, ()) == title
