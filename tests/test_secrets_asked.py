"""Texts that identify a bridge or its owner appear in no form and no action's error."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
import logging

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.meter_bridge.bridges import BRIDGES

from .conftest import Start
from .kinds import KINDS
from .support.acting import act
from .support.flows import (
    FINDABLE,
    announce,
    announcement,
    discover,
    form,
    reconfigure,
    submit,
    suggestions,
)
from .support.plants import Plants
from .support.secret_bridges import full_simulator, leaks, planted, set_up
from .support.secret_plants import emitted, plant
from .support.simulator import Simulator

ACTING = [key for key, bridge in BRIDGES.items() if bridge.actions]


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator that sends everything it can, with a login if it has one."""
    return await full_simulator(simulators, key)


@pytest.fixture
def plants(simulator: Simulator) -> Plants:
    """Put secrets into the answers of a simulator, and into its login."""
    return planted(simulator)


def shown_by(hass: HomeAssistant, *results: ConfigFlowResult) -> Mapping[str, str]:
    """Return what flows show beside their translations, and their titles."""
    titles = [
        flow["context"].get("title_placeholders")
        for flow in hass.config_entries.flow.async_progress()
    ]
    placeholders = [result.get("description_placeholders") for result in results]
    ends = [(result.get("errors"), result.get("reason")) for result in results]
    return {"title": f"{titles} {placeholders}", "errors": str(ends)}


def fails_with(simulator: Simulator, secret: str) -> Iterator[Callable[[], None]]:
    """Make the simulator fail in ways whose body must not be passed on, one by one."""
    yield partial(simulator.fail_with, 500, secret)
    yield partial(simulator.fail_with, 403, f'{{"reason": "{secret}"}}')
    yield partial(simulator.fail_with, 401, secret)
    yield partial(simulator.redirect, f"http://{secret}:{secret}@{secret}.example/")
    yield partial(simulator.garble, f'{{"{secret}": ["{secret}'.encode())


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", BRIDGES)
async def test_a_bridge_that_is_reconfigured(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No form of a known bridge shows its stored login, or the body of an answer."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(hass, simulator)
    secret = plants.secret_for("failure", "anything")
    if simulator.credentials:
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()
    flows = hass.config_entries.flow
    forms = [
        await flows.async_configure(it["flow_id"]) for it in flows.async_progress()
    ]
    forms.append(await reconfigure(hass, entry))
    results = list(forms)
    for result in forms:
        assert simulator.credentials.get(CONF_PASSWORD, secret) not in str(
            suggestions(result["data_schema"])
        )
    for fail in fails_with(simulator, secret):
        fail()
        for result in forms:
            typed = {CONF_PASSWORD: secret} if simulator.credentials else {}
            if result["step_id"] == "reconfigure":
                typed[CONF_HOST] = simulator.address
            results.append(await submit(hass, result, **typed))
            assert results[-1]["errors"]
        simulator.heal()
        plant(simulator, plants)
    surfaces = {**await emitted(hass, entry, caplog), **shown_by(hass, *results)}
    assert not leaks(simulator, plants, surfaces)


async def found(
    hass: HomeAssistant, simulator: Simulator, plants: Plants
) -> ConfigFlowResult:
    """Let Home Assistant discover a simulator, which also answers."""
    spoken = simulator.announcement
    if spoken is None or "id" not in spoken.properties:
        return await discover(hass, simulator)
    serial = plants.secret_for("id", spoken.properties["id"])
    return await announce(hass, announcement(simulator, serial=serial))


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", FINDABLE)
async def test_a_bridge_that_is_found(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing that a bridge announces is shown, except its address."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    secret = plants.secret_for("failure", "anything")
    results = []
    for fail in fails_with(simulator, secret):
        fail()
        results.append(await found(hass, simulator, plants))
        simulator.heal()
        plant(simulator, plants)
    result = await found(hass, simulator, plants)
    results.append(result)
    assert form(result) == ("confirm", {})
    if simulator.credentials:
        result = await submit(hass, result)
        assert form(result) == ("login", {})
        for fail in fails_with(simulator, secret):
            fail()
            results.append(await submit(hass, result, **simulator.credentials))
            assert form(results[-1])[1]
            simulator.heal()
            plant(simulator, plants)
    surfaces = {"log": caplog.text, **shown_by(hass, *results)}
    assert not leaks(simulator, plants, surfaces)


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("key", ACTING)
async def test_an_action_that_fails(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An action's error contains neither its fields nor the body of the answer."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(hass, simulator)
    secret = plants.secret_for("failure", "anything")
    errors = []
    for fail in fails_with(simulator, secret):
        fail()
        for action, data in KINDS[simulator.key].actions(secret):
            with pytest.raises(HomeAssistantError) as caught:
                await act(hass, entry, action, **data)
            errors.append(f"{caught.value} {vars(caught.value)}")
        simulator.heal()
        plant(simulator, plants)
    await hass.async_block_till_done()
    surfaces = await emitted(hass, entry, caplog)
    assert not leaks(simulator, plants, {**surfaces, "errors": "\n".join(errors)})


@pytest.mark.usefixtures("enable_custom_integrations", "warp")
@pytest.mark.parametrize("key", ACTING)
async def test_an_action_that_is_done(
    hass: HomeAssistant,
    simulator: Simulator,
    plants: Plants,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What goes into an action comes out nowhere, whether it succeeds or not."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(hass, simulator)
    secret = plants.secret_for("field", "what the owner enters")
    said = []
    for action, data in KINDS[simulator.key].actions(secret):
        try:
            said.append(str(await act(hass, entry, action, **data)))
        except HomeAssistantError as error:
            said.append(f"{error} {vars(error)}")
        await hass.async_block_till_done()
    surfaces = {**await emitted(hass, entry, caplog), "responses": "\n".join(said)}
    found = leaks(simulator, plants, surfaces)
    assert not [place for keys, place in found if "field" in keys.split()]
