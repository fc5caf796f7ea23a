"""Owners are warned of a device that one of core's integrations already reads."""

from dataclasses import replace

from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_USER,
    ConfigEntryDisabler,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.contract import CoreTwin
from custom_components.meter_bridge.const import (
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOURCES,
)
from custom_components.meter_bridge.flow.probe import connect
from tests.bridges.iometer.simulator import IometerSimulator
from tests.conftest import Start
from tests.support.flows import (
    added,
    announce,
    announcement,
    created,
    form,
    logged_in,
    pushing,
    submit,
    suggestions,
)
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

TWINS = {
    key: bridge.core_twin.domain for key, bridge in BRIDGES.items() if bridge.core_twin
}
ELSEWHERE = "192.0.2.7"

each_twin = pytest.mark.parametrize("key", TWINS)


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator of the kind under test."""
    return await simulators(key)


@pytest.fixture
async def iometer(simulators: Start) -> IometerSimulator:
    """Return a bridge that is found by itself and asks for no login."""
    return await pushing(simulators)


async def unique_id(hass: HomeAssistant, simulator: Simulator) -> str:
    """Return the unique id that core's entry of a device should have."""
    bridge = BRIDGES[simulator.key]
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    assert bridge.core_twin
    return bridge.core_twin.unique_id_fn(await connect(hass, bridge, data).identify())


def other(
    hass: HomeAssistant,
    domain: str,
    *,
    host: str = ELSEWHERE,
    unique_id: str = "another",
) -> None:
    """Add an entry of core's integration."""
    MockConfigEntry(
        domain=domain, unique_id=unique_id, data={CONF_HOST: host}
    ).add_to_hass(hass)


async def on(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> None:
    """Confirm the warning, which is the last step before the entry."""
    assert form(result) == (step, {})
    created(await submit(hass, result))


@each_twin
async def test_domain(hass: HomeAssistant, key: str) -> None:
    """The core twin is a built-in integration with a config flow."""
    integration = await async_get_integration(hass, TWINS[key])
    assert integration.is_built_in
    assert integration.config_flow


@each_twin
async def test_same_unique_id(
    hass: HomeAssistant, simulator: Simulator, key: str
) -> None:
    """A device is recognised by its unique id at any address; the owner may go on."""
    other(hass, TWINS[key], unique_id=await unique_id(hass, simulator))
    result = await logged_in(hass, simulator)
    assert result["description_placeholders"] == {
        "name": BRIDGES[key].name,
        "host": simulator.address,
    }
    await on(hass, result, "twin")


@pytest.mark.parametrize(
    ("address", "core_id", "is_warned"),
    [
        ("{}", "another", True),
        (ELSEWHERE, "box-{}", True),
        (ELSEWHERE, "{}", False),
        (ELSEWHERE, "another", False),
    ],
    ids=["address", "unique-id", "serial-alone", "neither"],
)
async def test_other_key_and_form(  # noqa: PLR0913 (two of them are what core stores)
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    iometer: IometerSimulator,
    address: str,
    core_id: str,
    *,
    is_warned: bool,
) -> None:
    """A kind says under which key core has the address, and the form of its ids."""
    twin = CoreTwin(
        domain="homewizard",
        address_key="ip_address",
        unique_id_fn=lambda identity: f"box-{identity.serial}",
    )
    monkeypatch.setattr(
        "custom_components.meter_bridge.bridges.iometer.BRIDGE",
        replace(BRIDGES["iometer"], core_twin=twin),
    )
    MockConfigEntry(
        domain="homewizard",
        unique_id=core_id.format(iometer.device_id),
        data={
            "ip_address": address.format(iometer.address),
            CONF_HOST: iometer.address,
        },
    ).add_to_hass(hass)
    result = await logged_in(hass, iometer)
    if is_warned:
        await on(hass, result, "twin")
    else:
        created(result)


@each_twin
@pytest.mark.parametrize("spelling", ["{}", "http://{}", "https://{}/", " {} "])
async def test_same_host(
    hass: HomeAssistant, simulator: Simulator, key: str, spelling: str
) -> None:
    """A device is recognised by its address, whatever its spelling."""
    other(hass, TWINS[key], host=spelling.format(simulator.address))
    await on(hass, await logged_in(hass, simulator), "twin")


@each_twin
@pytest.mark.parametrize("host", [ELSEWHERE, "127.0.0.1", "a host?", ""])
async def test_other_device(
    hass: HomeAssistant, simulator: Simulator, key: str, host: str
) -> None:
    """There is no warning for another device, even if its address is no address."""
    other(hass, TWINS[key], host=host)
    await added(hass, simulator)


@each_twin
@pytest.mark.parametrize(
    ("source", "disabled_by"),
    [(SOURCE_IGNORE, None), (SOURCE_USER, ConfigEntryDisabler.USER)],
    ids=["ignored", "disabled"],
)
async def test_not_in_use(
    hass: HomeAssistant,
    simulator: Simulator,
    key: str,
    source: str,
    disabled_by: ConfigEntryDisabler | None,
) -> None:
    """There is no warning for an entry of core's that is ignored or disabled."""
    MockConfigEntry(
        domain=TWINS[key],
        unique_id=await unique_id(hass, simulator),
        data={CONF_HOST: simulator.address},
        source=source,
        disabled_by=disabled_by,
    ).add_to_hass(hass)
    await added(hass, simulator)


async def test_no_twin(hass: HomeAssistant, simulators: Start) -> None:
    """A kind that core has no integration for is compared with no entry."""
    simulator = await simulators("cozify_han")
    other(hass, "iometer", host=simulator.address)
    await added(hass, simulator)


@pytest.mark.parametrize("is_wanted", [False, True])
@each_twin
async def test_dashboard(
    hass: HomeAssistant, simulator: Simulator, key: str, *, is_wanted: bool
) -> None:
    """The dashboard is still offered, with the warning instead of a step of its own."""
    hass.config.components.add("energy")
    other(hass, TWINS[key], host=simulator.address)
    result = await logged_in(hass, simulator)
    assert form(result) == ("energy_twin", {})
    assert suggestions(result["data_schema"]) == {CONF_ENERGY_DASHBOARD: False}
    typed = {CONF_ENERGY_DASHBOARD: True} if is_wanted else {}
    entry = created(await submit(hass, result, **typed))
    manager = await async_get_manager(hass)
    if is_wanted:
        await eventually(lambda: manager.data)
    await hass.async_block_till_done()
    assert (manager.data is not None) == is_wanted
    assert CONF_ENERGY_SOURCES not in entry.data


async def test_found_by_itself(hass: HomeAssistant, iometer: IometerSimulator) -> None:
    """A discovered bridge is offered with the warning, which has to be confirmed."""
    other(hass, "iometer", unique_id=iometer.device_id)
    result = await announce(hass, announcement(iometer))
    assert form(result) == ("twin", {})
    await on(hass, result, "twin")


async def test_found_for_the_dashboard(
    hass: HomeAssistant, iometer: IometerSimulator
) -> None:
    """After the warning the Energy dashboard is offered, with a warning as well."""
    hass.config.components.add("energy")
    other(hass, "iometer", unique_id=iometer.device_id)
    result = await announce(hass, announcement(iometer))
    assert form(result) == ("twin", {})
    await on(hass, await submit(hass, result), "energy_twin")
