"""Who has a device in an integration of Home Assistant's own is told so."""

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


async def serial(hass: HomeAssistant, simulator: Simulator) -> str:
    """Return by which serial number both integrations know a device."""
    data = {CONF_HOST: simulator.address, **simulator.credentials}
    return (await connect(hass, BRIDGES[simulator.key], data).identify()).serial


def other(
    hass: HomeAssistant,
    domain: str,
    *,
    host: str = ELSEWHERE,
    unique_id: str = "another",
) -> None:
    """Let another integration have a device."""
    MockConfigEntry(
        domain=domain, unique_id=unique_id, data={CONF_HOST: host}
    ).add_to_hass(hass)


async def on(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> None:
    """Read the warning and go on, to an entry at once."""
    assert form(result) == (step, {})
    created(await submit(hass, result))


@each_twin
async def test_domain(hass: HomeAssistant, key: str) -> None:
    """A twin is an integration that Home Assistant has and that people set up."""
    integration = await async_get_integration(hass, TWINS[key])
    assert integration.is_built_in
    assert integration.config_flow


@each_twin
async def test_same_serial(hass: HomeAssistant, simulator: Simulator, key: str) -> None:
    """A device is recognised by its serial number, wherever it is; one may go on."""
    other(hass, TWINS[key], unique_id=await serial(hass, simulator))
    result = await logged_in(hass, simulator)
    assert result["description_placeholders"] == {
        "name": BRIDGES[key].name,
        "host": simulator.address,
    }
    await on(hass, result, "twin")


@each_twin
@pytest.mark.parametrize("spelling", ["{}", "http://{}", "https://{}/", " {} "])
async def test_same_host(
    hass: HomeAssistant, simulator: Simulator, key: str, spelling: str
) -> None:
    """A device is recognised by its address, however that is spelled."""
    other(hass, TWINS[key], host=spelling.format(simulator.address))
    await on(hass, await logged_in(hass, simulator), "twin")


@each_twin
@pytest.mark.parametrize("host", [ELSEWHERE, "127.0.0.1", "a host?", ""])
async def test_other_device(
    hass: HomeAssistant, simulator: Simulator, key: str, host: str
) -> None:
    """Nothing is said of another device, even one whose address makes no sense."""
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
    """Nothing is said of a device that the owner does not want there."""
    MockConfigEntry(
        domain=TWINS[key],
        unique_id=await serial(hass, simulator),
        data={CONF_HOST: simulator.address},
        source=source,
        disabled_by=disabled_by,
    ).add_to_hass(hass)
    await added(hass, simulator)


async def test_no_twin(hass: HomeAssistant, simulators: Start) -> None:
    """A kind that Home Assistant does not know is compared with nobody."""
    simulator = await simulators("cozify_han")
    other(hass, "iometer", host=simulator.address)
    await added(hass, simulator)


@pytest.mark.parametrize("is_wanted", [False, True])
@each_twin
async def test_dashboard(
    hass: HomeAssistant, simulator: Simulator, key: str, *, is_wanted: bool
) -> None:
    """The Energy dashboard is still offered, but advised against; that is said once."""
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
    """What is found is offered with the warning, which nobody may confirm unread."""
    other(hass, "iometer", unique_id=iometer.device_id)
    result = await announce(hass, announcement(iometer))
    assert form(result) == ("twin", {})
    shown = hass.config_entries.flow.async_get(result["flow_id"])
    assert "confirm_only" not in shown["context"]
    await on(hass, result, "twin")


async def test_found_for_the_dashboard(
    hass: HomeAssistant, iometer: IometerSimulator
) -> None:
    """Who was told goes on to the Energy dashboard, which is advised against there."""
    hass.config.components.add("energy")
    other(hass, "iometer", unique_id=iometer.device_id)
    result = await announce(hass, announcement(iometer))
    assert form(result) == ("twin", {})
    await on(hass, await submit(hass, result), "energy_twin")
